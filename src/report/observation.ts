import { MAX_HOSTS } from '../callers/host-part.ts';
import { EC2_IPV4, EC2_IPV6, provenIn, unwatchedIn } from '../endpoints.ts';
import type { CaptureSummary, CutLine, Nanoseconds, SessionProof, Watch } from '../model.ts';
import { merged, sessionKey } from '../sessions.ts';
import { countOf, countText } from '../words.ts';
import { Boots } from './boots.ts';
import { isIncomplete, isUnread, isUnreadable, lossesIn, reportDamage } from './completeness.ts';
import { scopeOf } from './host-names.ts';
import { OTHER_HOSTS } from './host-parts.ts';
import { ascending, type Interval, union } from './intervals.ts';
import { OF_CONTAINER, unprovable, unwatchedText } from './loss-lines.ts';
import { lossWords } from './loss-words.ts';
import { rangeText } from './time.ts';
import type { CountedSession } from './told-calls.ts';
import { type ProvenSince, Unproven } from './unproven.ts';

const MINUTE = 60_000_000_000n;
/** A session that begins so soon after boot has seen the calls of boot, but for the first ones. */
const BOOT = 3n * MINUTE;

/**
 * IMDSv2, and with it HttpTokens=required, came in November 2019: who watched before had a clock that was not set, and
 * whose times jump when it is.
 */
const IMDSV2_CAME = 1_574_121_600_000_000_000n;

/** Told of each host: of more files than that, their number. */
const MAX_GAPS = 8;

/** What somebody watched of one host. */
export interface Observation {
  /** Together, where sessions overlap once. */
  duration: Nanoseconds;
  /** Of the longest time without a gap. */
  longest: Nanoseconds;
  first: Nanoseconds | undefined;
  last: Nanoseconds | undefined;
  /** Until when somebody watched, be it within the time that is reported or not. */
  latest: Nanoseconds | undefined;
  /** Captures, or sessions that the saved events tell of. */
  recordings: number;
  coversBoot: boolean;
  /** What is not proven, in sentences; none where every recording proves that no call was missed. */
  gaps: string[];
  /** Where nothing but sessions is not proven. */
  provenSince: ProvenSince | undefined;
  /** What sessions counted, by their own word. */
  counted: readonly CountedSession[];
  /** Recordings of other endpoints than that of EC2 on IPv4: they are no time under watch. */
  elsewhere: number;
  /** Of those, the endpoints. */
  otherEndpoints: readonly string[];
  /** Some time under watch was without EC2's endpoint on IPv6, which few hosts use. */
  withoutIpv6: boolean;
  /** Some time under watch was without the interfaces, on which alone calls of other kernels are seen. */
  withoutWire: boolean;
}

type Recording = Pick<CaptureSummary, 'completeness' | 'problems' | 'searched'>;

const CLOCK_NOT_SET =
  'A recording begins before IMDSv2 was there, or before its host was booted: its clock was set meanwhile, and nobody knows for how long it watched.';

/** Time that a report is of. */
export interface Window {
  since?: Nanoseconds | undefined;
  until?: Nanoseconds | undefined;
}

/**
 * By host, or capture where the host is not known: see {@link scopeOf}. What a file of events lacks may be of any host
 * where it is not that of one.
 */
export function observationsOf(
  captures: readonly CaptureSummary[],
  window: Window = {},
): Map<string, Observation> {
  const builders = new Map<string, Builder>();
  const of = (scope: string): Builder => {
    const name = builders.has(scope) || builders.size < MAX_HOSTS ? scope : OTHER_HOSTS;
    let builder = builders.get(name);
    if (builder === undefined) {
      builder = new Builder(window);
      builders.set(name, builder);
      // Times of several hosts are not the time of one.
      if (name === OTHER_HOSTS) builder.gaps(['There are more hosts than are told apart.']);
    }
    return builder;
  };
  for (const capture of captures) {
    if (capture.events === undefined) of(scopeOf(capture.host, capture.name)).capture(capture);
    // Without an event that is reported, it may be of a host that nobody asked for.
    else if (capture.host !== undefined && capture.firstTime !== undefined)
      of(scopeOf(capture.host, capture.name));
  }
  for (const session of latestSessions(captures)) of(scopeOf(session.host, session.session)).session(session);
  const gaps: string[] = [];
  for (const capture of captures.filter(({ events }) => events !== undefined)) {
    if (capture.host === undefined) gaps.push(...gapsOf(capture, window));
    else builders.get(scopeOf(capture.host, capture.name))?.gaps(gapsOf(capture, window));
  }
  const more = gaps.length - MAX_GAPS;
  if (more > 0) gaps.splice(MAX_GAPS, more, `${countOf(more, 'more file')} may lack calls.`);
  for (const builder of builders.values()) builder.gaps(gaps);
  return new Map([...builders].map(([scope, builder]) => [scope, builder.observation]));
}

/** What a file of saved events may lack; what it tells of sessions comes apart. */
function gapsOf(
  { name, problems, cutLines, completeness: { losses } }: CaptureSummary,
  window: Window,
): string[] {
  const sessions = losses['events.sessions_turned_away'] ?? 0;
  const cut = cutText(losses['events.lines_torn'] ?? 0, cutLines, window);
  const gaps = sessions > 0 ? [`${name} has more sessions than are read.`] : [];
  const ofReport = reportDamage(problems);
  if (ofReport !== undefined) gaps.push(notWhole(ofReport));
  else if (isUnread(problems)) gaps.push(`${name} is damaged, or was not read to its end.`);
  else if (cut !== undefined) gaps.push(`${name}: ${cut}.`);
  return gaps;
}

function notWhole(ofReport: string): string {
  return `A JSON report is not whole: ${ofReport}.`;
}

/** Each may have told of a call within the window, or of a loss; undefined where none can have. */
function cutText(
  count: number,
  lines: readonly CutLine[] | undefined,
  { since, until }: Window,
): string | undefined {
  const within = (lines ?? []).filter(
    ({ from, to }) =>
      (since === undefined || to === undefined || to >= since) &&
      (until === undefined || from === undefined || from < until),
  );
  if (count === 0 || (lines !== undefined && within.length === 0)) return undefined;
  const [{ from, to } = {}, ...more] = within;
  const isKnown = more.length === 0 && from !== undefined && to !== undefined;
  const when = isKnown ? `, of ${rangeText(from, to)}` : '';
  return `${countOf(lines === undefined ? count : within.length, 'line')} cut short${when}`;
}

/** A session's lines may stand in several files. */
function latestSessions(captures: readonly CaptureSummary[]): Iterable<SessionProof> {
  const sessions = new Map<string, SessionProof>();
  for (const session of captures.flatMap((capture) => capture.sessions ?? [])) {
    const key = sessionKey(session);
    const known = sessions.get(key);
    sessions.set(key, known === undefined ? session : merged(known, session));
  }
  return sessions.values();
}

class Builder {
  readonly #window: Window;
  readonly #intervals: Interval[] = [];
  readonly #gaps = new Set<string>();
  #recordings = 0;
  #latest: Nanoseconds | undefined;
  #coversBoot = false;
  readonly #counted: CountedSession[] = [];
  #elsewhere = 0;
  readonly #otherEndpoints = new Set<string>();
  #withoutIpv6 = false;
  #withoutWire = false;
  readonly #boots = new Boots();
  readonly #unproven = new Unproven();
  /** What no `--since` leaves out. */
  #hasOtherGaps = false;

  constructor(window: Window) {
    this.#window = window;
  }

  capture(capture: CaptureSummary): void {
    // Where no packet was decoded, nobody watched while they came; and a session says itself when it did.
    const saysItself = capture.completeness.views !== undefined;
    const { firstTime, lastTime } = saysItself || isUnreadable(capture) ? {} : capture;
    const from = capture.watch?.from ?? firstTime;
    const to = capture.watch?.to ?? lastTime;
    if (from !== undefined && to !== undefined) {
      const { bootTime = undefined } = capture.watch ?? {};
      const isWithin = this.#add({ from, to, bootTime }, capture, capture.watch !== undefined);
      if (isWithin && capture.watch !== undefined) this.#boots.add(capture.host, capture.watch);
    } else this.#recordings++;
    if (!isIncomplete(capture)) return;
    this.#explain(capture);
    this.#hasOtherGaps = true;
  }

  /** Of files of saved events. */
  gaps(gaps: readonly string[]): void {
    for (const gap of gaps) this.#gaps.add(gap);
    if (gaps.length > 0) this.#hasOtherGaps = true;
  }

  session(proof: SessionProof): void {
    const { session, host, from, to, completeness, unwritten, calls } = proof;
    const capture = { completeness, problems: [] };
    if (!this.#add(proof, capture, true)) return;
    this.#boots.add(host, proof);
    if (calls.v1 + calls.unknown > 0)
      this.#counted.push({ session, from, to, counts: [calls.v1, calls.unknown] });
    if (unwritten > 0) this.#gaps.add(`${countOf(unwritten, 'call')} could not be written to the log.`);
    if (isIncomplete(capture)) this.#explain(capture);
    const hasLost = unwritten > 0 || lossesIn(completeness.losses).length > 0;
    if (hasLost || isIncomplete(capture)) this.#unproven.add(to, hasLost);
  }

  get observation(): Observation {
    const { duration, longest } = union(this.#intervals);
    const { gap } = this.#boots;
    return {
      duration,
      longest,
      first: this.#intervals.map(({ from }) => from).sort(ascending)[0],
      last: this.#intervals
        .map(({ to }) => to)
        .sort(ascending)
        .at(-1),
      latest: this.#latest,
      recordings: this.#recordings,
      coversBoot: this.#coversBoot,
      provenSince:
        gap === undefined && !this.#hasOtherGaps ? this.#unproven.since(this.#intervals) : undefined,
      gaps: gap === undefined ? [...this.#gaps] : [gap, ...this.#gaps],
      counted: this.#counted,
      elsewhere: this.#elsewhere,
      otherEndpoints: [...this.#otherEndpoints].sort(),
      withoutIpv6: this.#withoutIpv6,
      withoutWire: this.#withoutWire,
    };
  }

  /**
   * What of it is in the window; false where nothing is.
   *
   * @param isByClock its times are those of the clock of who watched, and not of packets alone
   */
  #add({ from: begin, to: end, bootTime }: Watch, capture: Recording, isByClock: boolean): boolean {
    const { since = begin, until = end } = this.#window;
    const from = begin < since ? since : begin;
    const to = end > until ? until : end;
    if (this.#latest === undefined || end > this.#latest) this.#latest = end;
    if (to < from) return false;
    this.#recordings++;
    const proven = provenIn(capture);
    if (!proven.includes(EC2_IPV4)) {
      this.#elsewhere++;
      for (const endpoint of proven) this.#otherEndpoints.add(endpoint);
      return true;
    }
    if (isByClock && (begin < IMDSV2_CAME || (bootTime !== undefined && begin < bootTime))) {
      this.#gaps.add(CLOCK_NOT_SET);
      this.#unproven.add(end, false);
      return true;
    }
    if (!proven.includes(EC2_IPV6)) this.#withoutIpv6 = true;
    if (capture.completeness.views?.includes('wire') === false) this.#withoutWire = true;
    this.#intervals.push({ from, to });
    if (from === begin && bootTime !== undefined && from - bootTime <= BOOT) this.#coversBoot = true;
    return true;
  }

  #explain(capture: Recording): void {
    const { losses, connections, provableConnections, capturedBytes, kernelBytes, views, captureDrops } =
      capture.completeness;
    const before = this.#gaps.size;
    if (capture.completeness.scope === 'container') this.#gaps.add(OF_CONTAINER);
    const unwatched = unwatchedIn(capture);
    if (unwatched.length > 0) this.#gaps.add(unwatchedText(unwatched));
    const names = lossesIn(losses);
    if (names.length > 0) {
      this.#gaps.add(
        `Lost, cut or turned away: ${names.map((name) => lossWords(name, losses[name] ?? 0)).join(', ')}.`,
      );
    }
    if ((captureDrops ?? 0) > 0)
      this.#gaps.add(`${countOf(captureDrops ?? 0, 'packet')} dropped while capturing.`);
    if (views !== undefined && !views.includes('sockets')) {
      this.#gaps.add('The interfaces alone were watched, not the sockets: nobody counted what was missed.');
    } else if (views === undefined && provableConnections === 0) {
      this.#gaps.add('The recording has no counts of the kernel to hold it against.');
    } else if (provableConnections < connections) {
      this.#gaps.add(`${unprovable(connections - provableConnections)}.`);
    }
    if (kernelBytes > capturedBytes)
      this.#gaps.add(
        `${countText(kernelBytes - capturedBytes)} bytes that the kernel counted were not captured.`,
      );
    const ofReport = reportDamage(capture.problems);
    if (ofReport !== undefined) this.#gaps.add(notWhole(ofReport));
    else if (isUnread(capture.problems)) this.#gaps.add('A file is damaged, or was not read to its end.');
    if (this.#gaps.size === before) this.#gaps.add('What was captured differs from what the kernel counted.');
  }
}
