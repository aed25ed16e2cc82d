import type { LineQueue } from './line-queue.ts';
import { endOf, type LogFile, openLogFile } from './log-file.ts';
import { type Owner, prepareFolder } from './log-folder.ts';
import { isSame, statOf } from './names.ts';
import { rollNames } from './roll.ts';

/** Bytes handed to the system at once: whole lines, so that two writers of a file do not mix theirs. */
const BATCH = 4_194_304;
const ROLL_AGAIN_MS = 1000;
const LINE_END = Buffer.from('\n');

export interface AppenderOptions {
  folder: string;
  path: string;
  maxBytes: number;
  keep: number;
  owner: Owner | undefined;
  /** After each attempt to roll over: why it failed, or undefined. A log that cannot be rolled grows on. */
  onRoll: (error: Error | undefined) => void;
}

/** A line of which the file got only the first bytes, with what the file looked like then. */
interface TornLine {
  dev: number;
  ino: number;
  size: number;
  written: number;
}

/**
 * Puts lines into the file that has the name now. Every method may throw what the system says; it can be
 * called again after that, and goes on where it stopped. Not to be called while a call is under way.
 */
export class Appender {
  readonly #options: AppenderOptions;
  #file: LogFile | undefined;
  #torn: TornLine | undefined;
  #rollAgainAt = 0;

  constructor(options: AppenderOptions) {
    this.#options = options;
  }

  /** Sees that the name still leads to the open file; otherwise opens what it leads to, or a new one. */
  async check(): Promise<void> {
    await this.#current();
  }

  /** Writes lines from the front of the queue, at most as many as fit, and takes them out. */
  async append(queue: LineQueue): Promise<void> {
    let file = await this.#current();
    let written = await this.#resume(file);
    if (written === 0 && this.#isFull(file, queue.first?.length ?? 0)) {
      await this.#roll(file);
      file = await this.#current();
      written = await this.#resume(file);
    }
    await this.#write(file, queue, written);
  }

  /** Closes the file, wherever it has been moved; the next call opens what has the name then. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async #current(): Promise<LogFile> {
    const { folder, path, owner } = this.#options;
    if (this.#file !== undefined) {
      const [within, named] = await Promise.all([statOf(folder), statOf(path)]);
      // Also through a link in place of the folder the name would lead to the file.
      if (within?.isDirectory() && named !== undefined && isSame(named, this.#file)) {
        this.#file.size = named.size;
        return this.#file;
      }
      await this.close();
    }
    await prepareFolder(folder, owner);
    this.#file = await openLogFile(path, owner);
    return this.#file;
  }

  /**
   * How many bytes of the first line are at the end of the file already. If that end is no longer there
   * (another file, or another writer's lines follow), the line is written anew, whole.
   */
  async #resume(file: LogFile): Promise<number> {
    const torn = this.#torn;
    if (torn === undefined) return 0;
    if (isSame(torn, file) && torn.size === file.size) return torn.written;
    this.#torn = undefined;
    Object.assign(file, await endOf(file.handle));
    return 0;
  }

  #isFull({ size, endsLine }: LogFile, next: number): boolean {
    return size > 0 && size + (endsLine ? 0 : 1) + next > this.#options.maxBytes;
  }

  async #roll(file: LogFile): Promise<void> {
    if (performance.now() < this.#rollAgainAt) return;
    const { path, keep, onRoll } = this.#options;
    try {
      await rollNames(path, keep, file);
      onRoll(undefined);
    } catch (error) {
      this.#rollAgainAt = performance.now() + ROLL_AGAIN_MS;
      onRoll(error as Error);
    }
  }

  async #write(file: LogFile, queue: LineQueue, written: number): Promise<void> {
    const mends = written === 0 && file.size > 0 && !file.endsLine;
    const lines = queue.peek(Math.min(BATCH, this.#options.maxBytes - file.size - (mends ? 1 : 0)));
    const bytes = Buffer.concat(mends ? [LINE_END, ...lines] : lines);
    let end = written;
    try {
      while (end < bytes.length) end += (await file.handle.write(bytes, end)).bytesWritten;
    } finally {
      file.size += end - written;
      if (mends && end > 0) file.endsLine = true;
      const rest = queue.advance(Math.max(0, mends ? end - 1 : end));
      this.#torn = rest === 0 ? undefined : { dev: file.dev, ino: file.ino, size: file.size, written: rest };
      if (end > written) file.endsLine = rest === 0;
    }
  }
}
