import { InputError } from '../errors.ts';
import type { FilePath } from '../files/names.ts';
import type { Host, Nanoseconds } from '../model.ts';
import { EventLineParser, isLogLine } from './event-line.ts';
import { isOfZlib } from './gunzip.ts';
import type { Line } from './line.ts';
import { LineSplitter } from './line-splitter.ts';
import { readChunks } from './lines.ts';
import { LogHead } from './log-openings.ts';

/** Events; a log (imds-trace.log); a JSON report; an inventory of callers. */
export type EventFileKind = 'events' | 'log' | 'report' | 'inventory';

/** What a file begins with. */
export interface EventHead {
  /** Of its first event; 0 of what has none. */
  firstTime: Nanoseconds;
  kind: EventFileKind;
  /** Of its first event. */
  host?: Host | undefined;
  /** Of a log. */
  logHead?: LogHead | undefined;
}

/**
 * In which an event must be. A line can be of four megabytes, and what a caller had among its arguments, as long or
 * of many lines, must not hide the events behind it.
 */
const MAX_BYTES = 8 * 1024 * 1024;
export const LOOKED_AT = '8 MiB';
/** Lines that are taken apart: of a file that is something else, half a million would take seconds. */
const MAX_TRIED = 50_000;
const TEXT_BYTES = 256;
/** Members of which one is the first of a JSON report, whoever has laid it out anew. */
const REPORT = /^\s*\{\s*"(?:callers|captures|completeness|counters|schema_version)"\s*:/;
const INVENTORY = /^\s*\{\s*"inventory_version"\s*:/;
const BEGINNINGS = Buffer.from('{[ \t');
const NANOSECONDS = 1_000_000_000n;

/** Looks at the heads of files, one after the other: what a parser takes to be made is more than most files have. */
export class EventHeadReader {
  readonly #parser = new EventLineParser();

  /** Undefined where nothing of ours is at the head. @param path as it is called */
  async read(path: string, location: FilePath): Promise<EventHead | undefined> {
    this.#parser.beginFile();
    const look = new Look(path, this.#parser);
    const stop = new AbortController();
    try {
      const isWhole = await readChunks(
        location,
        (chunk) => {
          look.push(chunk);
          if (look.isOver) stop.abort();
        },
        stop.signal,
      );
      if (isWhole) look.end();
    } catch (error) {
      if (!isOfZlib(error)) throw error;
      look.end();
      // It is told when the file is read, with what stands before it.
      if (look.head === undefined) throw damaged(path, error);
    }
    return look.head;
  }
}

class Look {
  head: EventHead | undefined;
  readonly #path: string;
  readonly #parser: EventLineParser;
  readonly #splitter = new LineSplitter((line) => this.#line(line));
  #text = '';
  #bytes = 0;
  #tried = 0;

  constructor(path: string, parser: EventLineParser) {
    this.#path = path;
    this.#parser = parser;
  }

  get isOver(): boolean {
    return this.#isKnown || this.#bytes >= MAX_BYTES;
  }

  /** Of a log, all lines of the first one's second are looked at. */
  get #isKnown(): boolean {
    return this.head !== undefined && this.head.logHead?.goesOn !== false;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#text.length < TEXT_BYTES) {
      this.#text += chunk.toString('latin1', 0, TEXT_BYTES);
      if (REPORT.test(this.#text)) this.head = { firstTime: 0n, kind: 'report' };
      else if (INVENTORY.test(this.#text)) this.head = { firstTime: 0n, kind: 'inventory' };
    }
    if (!this.#isKnown) this.#splitter.push(chunk);
  }

  end(): void {
    if (!this.#isKnown) this.#splitter.end();
  }

  #line(line: Line | undefined): void {
    if (line === undefined || this.#isKnown || !mayBeOurs(line) || this.#tried++ >= MAX_TRIED) return;
    const call = this.#parser.parse(line, this.#path);
    if (call !== undefined && isLogLine(line)) {
      this.#logLine(line, call.call.time);
      return;
    }
    const session = call === undefined ? this.#parser.parseSession(line) : undefined;
    const firstTime = call?.call.time ?? session?.from;
    if (firstTime === undefined) return;
    this.head ??= { firstTime, kind: 'events', host: call?.host ?? session?.host };
  }

  #logLine(line: Line, firstTime: Nanoseconds): void {
    const second = Number(firstTime / NANOSECONDS);
    this.head ??= { firstTime, kind: 'log', logHead: new LogHead(second) };
    this.head.logHead?.add(line.utf8(), second);
  }
}

/** Whether it begins as an event does, whoever laid it out, or as a line of the log. */
function mayBeOurs({ bytes, start }: Line): boolean {
  return BEGINNINGS.includes(bytes[start] ?? 0);
}

function damaged(path: string, { message }: Error): InputError {
  return new InputError(`${path}: it cannot be unpacked as far as the first event: ${message}`, {
    code: 'events.packed',
    remedy: 'Get the file again from where it was written.',
  });
}
