import type { AttributedCall, CaptureSummary, CutLine, Host, Nanoseconds } from '../model.ts';
import type { Sink } from '../ports.ts';
import { isCut, timeAtHead } from './cut-line.ts';
import type { EventFile } from './event-files.ts';
import { EventLineParser } from './event-line.ts';
import { FileTally } from './file-tally.ts';
import type { HostChoice } from './host-choice.ts';
import { KnownCalls } from './known-calls.ts';
import { SessionRoom } from './known-sessions.ts';
import type { Line } from './line.ts';
import type { TakeLine } from './line-splitter.ts';
import { type LineHandler, readLines } from './lines.ts';
import { logNameOf, predecessorsAlone } from './log-files.ts';

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

  async read(file: EventFile, sink: EventSink): Promise<CaptureSummary> {
    const { signal, onProgress } = this.#options;
    const tally = new FileTally(file, this.#room);
    this.#parser.beginFile(file.opening, file.kind === 'log' ? file.host : undefined);
    const handler: LineHandler = {
      line: () => {},
      pause: (bytesRead) => {
        onProgress(file, bytesRead);
        return sink.ready();
      },
    };
    handler.line = this.#taking(file, tally, sink, handler);
    try {
      await readLines(file.location, handler, signal);
    } catch (error) {
      tally.broke(error);
    }
    if (this.#options.wasStopped()) tally.stopped();
    return tally.summary();
  }

  #taking(file: EventFile, tally: FileTally, sink: EventSink, handler: LineHandler): TakeLine {
    const source = file.kind === 'log' ? logNameOf(file.path) : file.path;
    const take: TakeLine = (line, number, isLast) => {
      const call = line === undefined ? undefined : this.#parser.parse(line, source);
      if (call === undefined) {
        const session = line === undefined ? undefined : this.#parser.parseSession(line);
        if (session !== undefined) {
          if (isOfHost(session.host, this.#options.filter)) tally.session(session);
        } else if (line === undefined || !this.#parser.isRemark(line)) {
          if (!isLast && (line === undefined || !isCut(line))) tally.unreadable(number);
          else tally.cut(this.#cutLine(line, file, handler));
        }
      } else if (!this.#known.add(call.eventId ?? '') || this.#options.isCounted?.(call)) {
        tally.repeated++;
      } else {
        const { filter } = this.#options;
        const isOfOne = isOfHost(call.host, filter);
        const isInScope = isOfOne && isInTime(call, filter);
        const isWanted = isInScope && (filter.versions?.includes(call.call.version ?? '') ?? true);
        tally.event(call, isWanted, isOfOne);
        if (isWanted) sink.call(call);
        else if (isInScope) sink.context?.(call);
        else if (isOfOne || call.host === undefined) sink.leftOut?.(call);
      }
    };
    return file.isBesideEvents ? predecessorsAlone(take) : take;
  }

  /** Its own time where that is there; else it is one of those between the file's first and that of the next line. */
  #cutLine(line: Line | undefined, { firstTime }: EventFile, handler: LineHandler): CutLine {
    const time = line && timeAtHead(line);
    if (time !== undefined) return { from: time, to: time };
    const cut: CutLine = { from: firstTime, to: undefined };
    const take = handler.line;
    // In its place, so that nothing is asked of each line.
    handler.line = (next, number, isLast) => {
      handler.line = take;
      cut.to = next && (this.#parser.parseSession(next)?.from ?? timeAtHead(next));
      take(next, number, isLast);
    };
    return cut;
  }
}

type EventSink = Pick<Sink, 'call' | 'context' | 'leftOut' | 'ready'>;

function isInTime({ call }: AttributedCall, { since, until }: EventFilter): boolean {
  return (since === undefined || call.time >= since) && (until === undefined || call.time < until);
}

function isOfHost(host: Host | undefined, { hosts }: EventFilter): boolean {
  return hosts === undefined || hosts.has(host?.name, host?.id);
}
