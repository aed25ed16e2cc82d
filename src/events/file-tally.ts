import { MAX_HOSTS } from '../callers/host-part.ts';
import {
  type AttributedCall,
  type CaptureSummary,
  type Counters,
  type CutLine,
  type Host,
  INTERRUPTED,
  type Nanoseconds,
  type Problem,
  type SessionProof,
} from '../model.ts';
import { countOf } from '../words.ts';
import type { EventFile } from './event-files.ts';
import { KnownSessions, type SessionRoom } from './known-sessions.ts';

/** Sessions of a file that are told. */
const MAX_SESSIONS = 256;

/** Lines without their end of a file, whose times are kept. */
const MAX_CUT_LINES = 64;

/** What is told of one file. */
export class FileTally {
  readonly #path: string;
  readonly #isBesideEvents: boolean;
  readonly #losses: Counters = {};
  readonly #problems: Problem[] = [];
  #events = 0;
  #first: Nanoseconds | undefined;
  #last: Nanoseconds | undefined;
  #firstUnreadable: number | undefined;
  readonly #cutLines: CutLine[] = [];
  #host: Host | undefined;
  #hasManyHosts = false;
  /** Each that is reported and is met after another one. */
  readonly #hosts = new Set<Host>();
  readonly #sessions: KnownSessions;
  readonly #sessionIds = new Set<string>();
  repeated = 0;

  constructor({ path, isBesideEvents = false }: EventFile, room: SessionRoom) {
    this.#path = path;
    this.#isBesideEvents = isBesideEvents;
    this.#sessions = new KnownSessions(room);
  }

  /**
   * @param isWanted it is reported: the file's time is that of such events
   * @param isOfHost it is of a host that is reported
   */
  event(
    { call: { time }, host, session, capture }: AttributedCall,
    isWanted: boolean,
    isOfHost: boolean,
  ): void {
    this.#events++;
    this.#ofHost(host, isOfHost);
    if (!isWanted) return;
    if (session !== capture && this.#sessionIds.size < MAX_SESSIONS) this.#sessionIds.add(session);
    if (this.#first === undefined || time < this.#first) this.#first = time;
    if (this.#last === undefined || time > this.#last) this.#last = time;
  }

  session(proof: SessionProof): void {
    this.#ofHost(proof.host, true);
    this.#sessions.add(proof);
  }

  #ofHost(host: Host | undefined, isReported: boolean): void {
    if (host === this.#host || host === undefined) return;
    this.#hasManyHosts ||=
      this.#host !== undefined && (host.id !== this.#host.id || host.name !== this.#host.name);
    this.#host = host;
    if (isReported && this.#hosts.size < MAX_HOSTS) this.#hosts.add(host);
  }

  /** Each once. */
  get #allHosts(): Host[] {
    return [...new Map([...this.#hosts].map((host) => [`${host.id}\n${host.name}`, host])).values()];
  }

  /** What is no event, and no beginning of one. */
  unreadable(number: number): void {
    this.#count('events.lines_unreadable');
    this.#firstUnreadable ??= number;
  }

  /** A line without its end is what a killed writer leaves: counted, and no damage. */
  cut(line: CutLine): void {
    this.#count('events.lines_torn');
    if (this.#cutLines.length < MAX_CUT_LINES) this.#cutLines.push(line);
    // Of more, nobody knows when they were.
    else this.#cutLines[0] = { from: undefined, to: undefined };
  }

  #count(name: string): void {
    this.#losses[name] = (this.#losses[name] ?? 0) + 1;
  }

  stopped(): void {
    const message = `${this.#path}: stopped by a signal; the report covers what was read until then`;
    this.#problems.push({ code: INTERRUPTED, message, damage: false });
  }

  broke(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    this.#problems.push({
      code: 'events.read_failed',
      message: `${this.#path}: reading failed after ${this.#events} events: ${message}`,
      remedy: 'What stands before it was read. Get the file again from where it was written.',
      damage: true,
    });
  }

  /** Of a log beside events that has the calls of these alone, there is nothing to tell: it has no problem then. */
  summary(): CaptureSummary {
    const lines = this.#events + this.repeated;
    if (this.#isBesideEvents && lines > 0) this.#problems.push(ofPredecessor(this.#path, lines));
    if (!this.#isBesideEvents || lines > 0) this.#tellUnreadable();
    if (this.#sessions.turnedAway > 0)
      this.#losses['events.sessions_turned_away'] = this.#sessions.turnedAway;
    return {
      name: this.#path,
      files: [this.#path],
      host: this.#hasManyHosts ? undefined : this.#host,
      ...(this.#hasManyHosts ? { hosts: this.#allHosts } : {}),
      ...(this.#sessionIds.size === 0 ? {} : { sessionIds: [...this.#sessionIds].sort() }),
      packets: 0,
      bytes: 0,
      events: this.#events,
      repeatedEvents: this.repeated,
      firstTime: this.#first,
      lastTime: this.#last,
      sessions: this.#sessions.all,
      ...(this.#cutLines.length === 0 ? {} : { cutLines: this.#cutLines }),
      completeness: {
        losses: this.#losses,
        connections: 0,
        provableConnections: 0,
        capturedBytes: 0,
        kernelBytes: 0,
        lookups: { made: 0, found: 0 },
      },
      problems: this.#problems,
    };
  }

  #tellUnreadable(): void {
    if (this.#firstUnreadable === undefined) return;
    const unreadable = this.#losses['events.lines_unreadable'] ?? 0;
    this.#problems.push({
      code: 'events.lines_unreadable',
      message: `${this.#path}: expected an event in each line; ${unreadable} ${unreadable === 1 ? 'is' : 'are'} none, the first of them line ${this.#firstUnreadable}`,
      remedy: 'The other lines were read. Get the file again from where it was written.',
      damage: true,
    });
  }
}

function ofPredecessor(path: string, lines: number): Problem {
  return {
    code: 'events.predecessor',
    message: `${path}: ${countOf(lines, 'line')} of aws-imds-packet-analyzer read; those of imds are among the events beside it`,
    damage: false,
  };
}
