import { earlier, later } from '../callers/days.ts';
import { endpointText, searchedIn } from '../endpoints.ts';
import type { AttributedCall, CaptureSummary, Host, Nanoseconds, Problem } from '../model.ts';
import { logNameOf } from './log-files.ts';
import { CallsOfReports } from './saved-twice.ts';

const MAX_SESSIONS = 65_536;
const MAX_NAMED = 3;

/** A session in a report that tells of all its calls of some time. */
interface Span {
  first: Nanoseconds;
  last: Nanoseconds;
}

/** Which recordings JSON reports tell of, so that the events of the same ones do not count again. */
export class SessionsOfReports {
  /** By host, session and endpoint; undefined where the reports may not have all calls of a time. */
  readonly #spans = new Map<string, Span | undefined>();
  /** Sessions, by host, of which a report may not have all calls, whatever their endpoint. */
  readonly #unclear = new Set<string>();
  readonly #calls = new CallsOfReports();
  #skipped = 0;
  /** Sessions of events that a report may have, too. */
  readonly #doubtful = new Set<string>();
  /** Captures and files without a session, by their names: another host may have one that is called so. */
  readonly #named = new Map<string, Span>();
  readonly #doubtfulNames = new Set<string>();

  /** @param isWhole the report is whole, and nothing of it was left out */
  add(path: string, captures: readonly CaptureSummary[], isWhole: boolean): Problem[] {
    const others = new Set<string>();
    for (const capture of captures) {
      for (const other of this.#calls.add(path, capture)) others.add(other);
      const { host, session, sessionIds = [], sessions = [], firstTime, lastTime, packets } = capture;
      const isRecording = packets > 0 && firstTime !== undefined && lastTime !== undefined;
      const span =
        isWhole && isRecording && !wasStopped(capture) ? { first: firstTime, last: lastTime } : undefined;
      if (session === undefined && sessionIds.length === 0) this.#addName(capture);
      if (session !== undefined) this.#addSession(keyOf(host, session), span, searchedIn(capture));
      for (const one of sessionIds) this.#addSession(keyOf(host, one), undefined);
      for (const one of sessions) this.#addSession(keyOf(one.host, one.session), undefined);
    }
    if (others.size === 0) return [];
    const names = [...others].slice(0, MAX_NAMED).join(', ');
    const verb = others.size === 1 ? 'tells' : 'tell';
    const message = `${path}: tells of recordings that ${names} ${verb} of too; calls that are in both count twice`;
    const remedy =
      'Leave out one of them: a later report, or one that was made of others, has the calls of these.';
    return [{ code: 'report.same_recordings', message, remedy, damage: false }];
  }

  /** Whether a report has this call for certain. Where one may have it, that is remembered. */
  has({ call, host, session, capture }: AttributedCall): boolean {
    if (session === capture) this.#askName(capture, call.time);
    if (this.#spans.size + this.#unclear.size === 0 || session === capture) return false;
    const key = keyOf(host, session);
    const ofEndpoint = keyAt(key, endpointText(call.endpoint));
    const span = this.#spans.get(ofEndpoint);
    const isUnclear = this.#unclear.has(key);
    if (isUnclear || span === undefined) {
      const mayHave = isUnclear || this.#spans.has(ofEndpoint);
      if (mayHave && this.#doubtful.size < MAX_SESSIONS) this.#doubtful.add(key);
      return false;
    }
    const isIn = call.time >= span.first && call.time <= span.last;
    if (isIn) this.#skipped++;
    return isIn;
  }

  /** What was found while events were read. */
  notes(): string[] {
    const notes: string[] = [];
    if (this.#skipped > 0) {
      const calls = this.#skipped === 1 ? '1 event is' : `${this.#skipped} events are`;
      notes.push(`${calls} of recordings that a JSON report tells of; they count once`);
    }
    if (this.#doubtful.size > 0) {
      const some = this.#doubtful.size === 1 ? '1 session is' : `${this.#doubtful.size} sessions are`;
      notes.push(
        `${some} both in events and in a JSON report that was made of events: calls that are in both count twice; read either the events or the report`,
      );
    }
    if (this.#doubtfulNames.size > 0) {
      const names = [...this.#doubtfulNames].slice(0, MAX_NAMED).join(', ');
      const verb = this.#doubtfulNames.size === 1 ? 'is' : 'are';
      notes.push(
        `${names} ${verb} told of by events and by a JSON report: calls that are in both count twice; read either the events or the report`,
      );
    }
    return notes;
  }

  #addName({ name, firstTime, lastTime }: CaptureSummary): void {
    if (firstTime === undefined || lastTime === undefined) return;
    const log = logNameOf(name);
    const known = this.#named.get(log);
    if (known === undefined && this.#named.size >= MAX_SESSIONS) return;
    const first = known === undefined ? firstTime : earlier(known.first, firstTime);
    this.#named.set(log, { first, last: known === undefined ? lastTime : later(known.last, lastTime) });
  }

  #askName(name: string, time: Nanoseconds): void {
    const span = this.#named.get(name);
    if (span === undefined || time < span.first || time > span.last) return;
    if (this.#doubtfulNames.size < MAX_SESSIONS) this.#doubtfulNames.add(name);
  }

  /** @param searched calls to other endpoints are not in the report */
  #addSession(session: string, span: Span | undefined, searched: readonly string[] = []): void {
    if (span === undefined) {
      if (this.#unclear.size < MAX_SESSIONS) this.#unclear.add(session);
      return;
    }
    for (const endpoint of searched) {
      const key = keyAt(session, endpoint);
      const isNew = !this.#spans.has(key);
      if (isNew && this.#spans.size >= MAX_SESSIONS) return;
      this.#spans.set(key, isNew ? span : together(this.#spans.get(key), span));
    }
  }
}

/** Undefined where something may lie between them. */
function together(a: Span | undefined, b: Span | undefined): Span | undefined {
  if (a === undefined || b === undefined || a.last < b.first || b.last < a.first) return undefined;
  return { first: earlier(a.first, b.first), last: later(a.last, b.last) };
}

function wasStopped({ problems }: CaptureSummary): boolean {
  return problems.some(({ code, damage }) => damage || code === 'capture.interrupted');
}

function keyAt(session: string, endpoint: string): string {
  return `${session}\n${endpoint}`;
}

function keyOf(host: Host | undefined, session: string): string {
  return `${host?.id ?? host?.name ?? ''}\n${session}`;
}
