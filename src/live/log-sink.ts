import type { AttributedCall, SessionProof } from '../model.ts';
import type { Sink } from '../ports.ts';
import { EventFormatter } from '../report/event.ts';
import { LogFormatter, type LogLevel, reaches } from '../report/log.ts';
import { loadPaint } from '../report/paint.ts';
import { sessionLine } from '../report/session-line.ts';
import type { TimeText } from '../report/time.ts';
import type { Owner } from './log-folder.ts';
import { RollingFile } from './rolling-file.ts';

/** The name that users of aws-imds-packet-analyzer grep, and beside it the whole events; unless told otherwise. */
export const LOG = 'imds-trace.log';
export const EVENTS = 'imds-calls.jsonl';

/** One of the two files. */
export interface LogFileOptions {
  name: string;
  /** It is rolled over at that size; Infinity for never. */
  maxBytes: number;
  /** Rolled files that are kept. */
  keep: number;
}

/** The lines that users of aws-imds-packet-analyzer grep, and beside them the whole events. */
export interface LogFiles {
  /** Undefined where it is not kept. */
  trace: (LogFileOptions & { level: LogLevel; timeText: TimeText }) | undefined;
  events: LogFileOptions | undefined;
}

export interface LogOptions {
  folder: string;
  files: LogFiles;
  /** Gets folder and files before root is given up. */
  owner: Owner | undefined;
  ancestors: number;
  /** Trouble with the disk, and that it is over; once each. */
  onNews(message: string): void;
}

/** Every call to the log files; what could not be written is counted. */
export class LogSink implements Sink {
  readonly #trace: RollingFile | undefined;
  readonly #events: RollingFile | undefined;
  readonly #level: LogLevel;
  readonly #lines: LogFormatter;
  readonly #objects = new EventFormatter();

  private constructor(
    trace: RollingFile | undefined,
    events: RollingFile | undefined,
    lines: LogFormatter,
    level: LogLevel,
  ) {
    this.#trace = trace;
    this.#events = events;
    this.#lines = lines;
    this.#level = level;
  }

  /** @throws PrerequisiteError where the folder or a file is not safe to write to, or may not be written */
  static async open({ folder, files, owner, ancestors, onNews }: LogOptions): Promise<LogSink> {
    const common = { folder, owner, onTrouble: onNews, onRecovery: onNews };
    const open = (file: LogFileOptions | undefined) =>
      file && RollingFile.open({ ...common, name: file.name, maxBytes: file.maxBytes, keep: file.keep });
    const trace = await open(files.trace);
    const events = await open(files.events);
    const lines = new LogFormatter(ancestors, await loadPaint(false), files.trace?.timeText);
    return new LogSink(trace, events, lines, files.trace?.level ?? 'info');
  }

  call(call: AttributedCall): void {
    if (this.#trace !== undefined && reaches(call, this.#level)) this.#trace.write(this.#lines.format(call));
    this.#events?.write(this.#objects.format(call));
  }

  /** What the session says of itself stands among its calls. */
  session(proof: SessionProof): void {
    this.#events?.write(sessionLine(proof));
  }

  /** What shows calls to people does not wait for the disk: see {@link LogSink.room}. */
  ready(): undefined {
    return undefined;
  }

  /** For who brings the calls: resolves when there is room for more lines; undefined when that is now. */
  room(): Promise<unknown> | undefined {
    const waits = [this.#trace?.ready(), this.#events?.ready()].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  /** What waits is written, as far as the disk takes it: then there is room for what a session says at its end. */
  async drain(): Promise<void> {
    await Promise.all([this.#trace?.drain(), this.#events?.drain()]);
  }

  /** Something outside moved the files (logrotate, SIGHUP). */
  async reopen(): Promise<void> {
    await Promise.all([this.#trace?.reopen(), this.#events?.reopen()]);
  }

  async end(): Promise<void> {
    await Promise.all([this.#trace?.close(), this.#events?.close()]);
  }

  /** Lines that will never be in the one file or in the other, both together. */
  get lostLines(): number {
    return (this.#trace?.lost.lines ?? 0) + (this.#events?.lost.lines ?? 0);
  }

  /** Calls that are in none of the files, or not in each; with them, lines of the session itself. */
  get lost(): number {
    return Math.max(this.#trace?.lost.lines ?? 0, this.#events?.lost.lines ?? 0);
  }
}
