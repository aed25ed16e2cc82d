import type { AttributedCall, SessionProof } from '../model.ts';
import type { Sink } from '../ports.ts';
import { EventFormatter } from '../report/event.ts';
import { LogFormatter } from '../report/log.ts';
import { loadPaint } from '../report/paint.ts';
import { sessionLine } from '../report/session-line.ts';
import type { Owner } from './log-folder.ts';
import { RollingFile } from './rolling-file.ts';

/** The name that users of aws-imds-packet-analyzer grep, and beside it the whole events. */
export const LOG = 'imds-trace.log';
export const EVENTS = 'imds-calls.jsonl';
/** An event takes about six times a line of the log. */
const EVENTS_BYTES = 10_000_000;

export interface LogOptions {
  folder: string;
  /** Gets folder and files before root is given up. */
  owner: Owner | undefined;
  ancestors: number;
  /** Trouble with the disk, and that it is over; once each. */
  onNews(message: string): void;
}

/** Every call to two log files; what could not be written is counted. */
export class LogSink implements Sink {
  readonly #log: RollingFile;
  readonly #events: RollingFile;
  readonly #lines: LogFormatter;
  readonly #objects = new EventFormatter();

  private constructor(log: RollingFile, events: RollingFile, lines: LogFormatter) {
    this.#log = log;
    this.#events = events;
    this.#lines = lines;
  }

  /** @throws PrerequisiteError where the folder or a file is not safe to write to, or may not be written */
  static async open({ folder, owner, ancestors, onNews }: LogOptions): Promise<LogSink> {
    const common = { folder, owner, onTrouble: onNews, onRecovery: onNews };
    const log = await RollingFile.open({ ...common, name: LOG });
    const events = await RollingFile.open({ ...common, name: EVENTS, maxBytes: EVENTS_BYTES });
    return new LogSink(log, events, new LogFormatter(ancestors, await loadPaint(false)));
  }

  call(call: AttributedCall): void {
    this.#log.write(this.#lines.format(call));
    this.#events.write(this.#objects.format(call));
  }

  /** What the session says of itself stands among its calls. */
  session(proof: SessionProof): void {
    this.#events.write(sessionLine(proof));
  }

  /** What shows calls to people does not wait for the disk: see {@link LogSink.room}. */
  ready(): undefined {
    return undefined;
  }

  /** For who brings the calls: resolves when there is room for more lines; undefined when that is now. */
  room(): Promise<unknown> | undefined {
    const waits = [this.#log.ready(), this.#events.ready()].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  /** Something outside moved the files (logrotate, SIGHUP). */
  async reopen(): Promise<void> {
    await Promise.all([this.#log.reopen(), this.#events.reopen()]);
  }

  async end(): Promise<void> {
    await Promise.all([this.#log.close(), this.#events.close()]);
  }

  /** Lines that will never be in the one file or in the other, both together. */
  get lostLines(): number {
    return this.#log.lost.lines + this.#events.lost.lines;
  }

  /** Calls that are in neither file, or in one only. */
  get lost(): number {
    return Math.max(this.#log.lost.lines, this.#events.lost.lines);
  }
}
