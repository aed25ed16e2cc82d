import {
  type AttributedCall,
  type CaptureSummary,
  type Counters,
  type Host,
  INTERRUPTED,
  type Nanoseconds,
  type Problem,
  type SessionProof,
} from '../model.ts';
import type { Sink } from '../ports.ts';
import type { EventFile } from './event-files.ts';
import { EventLineParser } from './event-line.ts';
import type { HostChoice } from './host-choice.ts';
import { KnownCalls } from './known-calls.ts';
import { KnownSessions, SessionRoom } from './known-sessions.ts';
import { readLines } from './lines.ts';

/**
 * Which events are reported; every condition that is given must hold. Of other versions than those that are
 * wanted, calls still tell why a caller does what it does: an IMDSv1 call after a token that was refused.
 */
export interface EventFilter {
  since?: Nanoseconds | undefined;
  until?: Nanoseconds | undefined;
  hosts?: HostChoice | undefined;
  versions?: readonly string[] | undefined;
}

export interface ReadOptions {
  filter: EventFilter;
  signal: AbortSignal;
  /** Whether it was a person who ended the reading, and not that nobody takes the results any more. */
  wasStopped(): boolean;
  onProgress(file: EventFile, bytesRead: number): void;
  /** Whether something else that is read has the call. */
  isCounted?(call: AttributedCall): boolean;
}

/** Reads files of saved events, one after the other; each call goes to the sink once. */
export class EventReader {
  readonly #options: ReadOptions;
  readonly #known = new KnownCalls();
  readonly #parser = new EventLineParser();
  readonly #room = new SessionRoom();

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  async read(
    file: EventFile,
    sink: Pick<Sink, 'call' | 'context' | 'leftOut' | 'ready'>,
  ): Promise<CaptureSummary> {
    const { signal, onProgress } = this.#options;
    const tally = new FileTally(file.path, this.#room);
    this.#parser.beginFile();
    try {
      await readLines(
        file.location,
        {
          line: (line, number, isLast) => {
            const call = line === undefined ? undefined : this.#parser.parse(line, file.path);
            if (call === undefined) {
              const session = line === undefined ? undefined : this.#parser.parseSession(line);
              if (session === undefined) {
                if (line === undefined || !this.#parser.isRemark(line)) tally.unreadable(number, isLast);
              } else if (isOfHost(session.host, this.#options.filter)) tally.session(session);
            } else if (!this.#known.add(call.eventId ?? '') || this.#options.isCounted?.(call)) {
              tally.repeated++;
            } else {
              const { filter } = this.#options;
              const mayBeOfHost = call.host === undefined || isOfHost(call.host, filter);
              const isInScope = isOfHost(call.host, filter) && isInTime(call, filter);
              const isWanted = isInScope && (filter.versions?.includes(call.call.version ?? '') ?? true);
              tally.event(call, isWanted);
              if (isWanted) sink.call(call);
              else if (isInScope) sink.context?.(call);
              else if (mayBeOfHost) sink.leftOut?.(call);
            }
          },
          pause: (bytesRead) => {
            onProgress(file, bytesRead);
            return sink.ready();
          },
        },
        signal,
      );
    } catch (error) {
      tally.broke(error);
    }
    if (this.#options.wasStopped()) tally.stopped();
    return tally.summary();
  }
}

function isInTime({ call }: AttributedCall, { since, until }: EventFilter): boolean {
  return (since === undefined || call.time >= since) && (until === undefined || call.time < until);
}

function isOfHost(host: Host | undefined, { hosts }: EventFilter): boolean {
  return hosts === undefined || hosts.has(host?.name, host?.id);
}

/** Sessions of a file that are told. */
const MAX_SESSIONS = 256;
/** As many as verdicts tell apart. */
const MAX_HOSTS = 16_384;

/** What is told of one file. */
class FileTally {
  readonly #path: string;
  readonly #losses: Counters = {};
  readonly #problems: Problem[] = [];
  #events = 0;
  #first: Nanoseconds | undefined;
  #last: Nanoseconds | undefined;
  #firstUnreadable: number | undefined;
  #host: Host | undefined;
  #hasManyHosts = false;
  /** Each that is met after another one. */
  readonly #hosts = new Set<Host>();
  readonly #sessions: KnownSessions;
  readonly #sessionIds = new Set<string>();
  repeated = 0;

  constructor(path: string, room: SessionRoom) {
    this.#path = path;
    this.#sessions = new KnownSessions(room);
  }

  /** @param isWanted it is reported: the file's time is that of such events */
  event({ call: { time }, host, session, capture }: AttributedCall, isWanted: boolean): void {
    this.#events++;
    this.#ofHost(host);
    if (!isWanted) return;
    if (session !== capture && this.#sessionIds.size < MAX_SESSIONS) this.#sessionIds.add(session);
    if (this.#first === undefined || time < this.#first) this.#first = time;
    if (this.#last === undefined || time > this.#last) this.#last = time;
  }

  session(proof: SessionProof): void {
    this.#ofHost(proof.host);
    this.#sessions.add(proof);
  }

  #ofHost(host: Host | undefined): void {
    if (host === this.#host || host === undefined) return;
    this.#hasManyHosts ||=
      this.#host !== undefined && (host.id !== this.#host.id || host.name !== this.#host.name);
    this.#host = host;
    if (this.#hosts.size < MAX_HOSTS) this.#hosts.add(host);
  }

  /** Each once. */
  get #allHosts(): Host[] {
    return [...new Map([...this.#hosts].map((host) => [`${host.id}\n${host.name}`, host])).values()];
  }

  /** A last line without its end is what a killed writer leaves: counted, and no damage. */
  unreadable(number: number, isLast: boolean): void {
    const name = isLast ? 'events.lines_torn' : 'events.lines_unreadable';
    this.#losses[name] = (this.#losses[name] ?? 0) + 1;
    if (!isLast) this.#firstUnreadable ??= number;
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

  summary(): CaptureSummary {
    const unreadable = this.#losses['events.lines_unreadable'] ?? 0;
    if (this.#firstUnreadable !== undefined) {
      this.#problems.push({
        code: 'events.lines_unreadable',
        message: `${this.#path}: expected an event in each line; ${unreadable} ${unreadable === 1 ? 'is' : 'are'} none, the first of them line ${this.#firstUnreadable}`,
        remedy: 'The other lines were read. Get the file again from where it was written.',
        damage: true,
      });
    }
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
}
