import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ImdsError, PrerequisiteError } from '../errors.ts';
import { adoptRolled } from './adopt.ts';
import { Appender } from './appender.ts';
import { type LineCount, LineQueue } from './line-queue.ts';
import type { Owner } from './log-folder.ts';
import { type HealthListener, LogHealth } from './log-health.ts';
import { cannotWrite } from './words.ts';

/** Also the longest time for which a file that was moved or removed from outside goes unnoticed. */
const TRY_AGAIN_MS = 1000;

/** More than that waits only where lines come faster than they are written. */
const MUCH_WAITING = 1_000_000;
/** Times that, the end of a session waits for one that takes little. */
const MAX_ROUNDS = 6;
/** A disk that takes nothing for so long is not waited for until it has taken something. */
const PATIENCE_MS = 500;

/** What no later attempt changes unless somebody does something about it. */
const LASTING = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

export interface RollingFileOptions extends HealthListener, Limits {
  /** Created if missing; {@link prepareFolder} says which existing ones are refused. */
  folder: string;
  name: string;
  /** The file is rolled over before a line that would make it longer; a longer line gets a file of its own. */
  maxBytes?: number;
  /** Rolled files that are kept: `name.1`, the youngest, to `name.<keep>`. */
  keep?: number;
  /** Gets folder and files, while this process is still root. */
  owner?: Owner | undefined;
}

interface Limits {
  /** Most that waits for a slow or full disk; further lines are lost, and counted. */
  maxWaitingBytes?: number;
  /** The end of a session waits no longer than this for a disk that takes nothing. */
  closeWithinMs?: number;
}

/** Where lines go: {@link Appender}, or in tests a disk that is slow. */
export type LineTarget = Pick<Appender, 'check' | 'append' | 'close'>;

/**
 * A log that is appended to and rolled over by its size. After {@link RollingFile.open} nothing that happens
 * to disk or folder throws or blocks: lines wait, are written when that is over, and what could not be kept
 * is counted.
 */
export class RollingFile {
  readonly #target: LineTarget;
  readonly #health: LogHealth;
  readonly #queue: LineQueue;
  readonly #closeWithinMs: number;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #reopens = false;
  /** Nothing was written for as long as anybody waits. */
  #isStuck = false;
  #onRoom: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  /**
   * Opens or creates the log; throws a {@link PrerequisiteError} for what somebody has to change: a folder or
   * file that is not safe to write to, or may not be written. A full disk is no reason not to start.
   */
  static async open(options: RollingFileOptions): Promise<RollingFile> {
    const { maxBytes = 1_000_000, keep = 5, owner } = options;
    // Also drops a closing slash, with which O_NOFOLLOW would follow a link.
    const folder = resolve(options.folder);
    const path = join(folder, options.name);
    const health = new LogHealth(path, options);
    const onRoll = (error: Error | undefined) => health.rolled(error);
    const appender = new Appender({ folder, path, maxBytes, keep, owner, onRoll });
    try {
      await appender.check();
      await adoptRolled(path, keep, owner);
    } catch (error) {
      throwIfLasting(path, error as Error);
      health.failed(error as Error, { lines: 0, bytes: 0 });
    }
    return new RollingFile(appender, health, options);
  }

  constructor(target: LineTarget, health: LogHealth, limits: Limits = {}) {
    this.#target = target;
    this.#health = health;
    this.#queue = new LineQueue(limits.maxWaitingBytes ?? 24_000_000);
    this.#closeWithinMs = limits.closeWithinMs ?? 2000;
    this.#timer = setInterval(() => this.#wake(), TRY_AGAIN_MS).unref();
  }

  /** What will never be in the file. */
  get lost(): Readonly<LineCount> {
    return this.#health.lost;
  }

  /** What is not yet in the file. */
  get waiting(): Readonly<LineCount> {
    return this.#queue.waiting;
  }

  /**
   * For who brings the lines: resolves when they may go on, so that a storm does not outrun the disk; undefined
   * when that is now. Nobody waits for a disk that fails or does not answer.
   */
  ready(): Promise<void> | undefined {
    if (this.waiting.bytes < MUCH_WAITING || this.#health.failing || this.#isStuck) return undefined;
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#isStuck = true;
        this.#giveRoom();
      }, PATIENCE_MS);
      this.#onRoom.push(() => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  /** @param line without its line end, and with none in it */
  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    const count = { lines: 1, bytes: bytes.length };
    if (this.#closing !== undefined) this.#health.lose(count);
    else if (!this.#queue.push(bytes)) this.#health.overflowed(count, this.waiting);
    // After a failure it is the timer that tries again.
    else if (!this.#health.failing) this.#wake();
  }

  /** Resolves when all that was written is in the file, or an attempt at it has failed. Never rejects. */
  async flush(): Promise<void> {
    this.#wake();
    await this.#running;
  }

  /** For SIGHUP: what stood under the name has been moved. Resolves and never rejects, as {@link flush}. */
  async reopen(): Promise<void> {
    this.#reopens = true;
    await this.#running;
    await this.flush();
  }

  /** Makes a last attempt at what waits. What could not be written then is lost, counted and told. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Resolves when all that was written is in the file, or the disk has had its time; see {@link close}. */
  drain(): Promise<void> {
    return this.#whileTaken(this.flush());
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#whileTaken(this.#finish());
    const dropped = this.#queue.clear();
    if (dropped.lines > 0) this.#health.unfinished(dropped);
  }

  /** Waits for what is to be written as long as the disk takes some of it. */
  async #whileTaken(written: Promise<void>): Promise<void> {
    const done = written.then(() => true);
    let left = Number.POSITIVE_INFINITY;
    for (let rounds = 0; rounds < MAX_ROUNDS && this.waiting.bytes < left; rounds++) {
      left = this.waiting.bytes;
      const enough = new AbortController();
      const round = delay(this.#closeWithinMs, false, { signal: enough.signal }).catch(() => false);
      const isDone = await Promise.race([done, round]);
      enough.abort();
      if (isDone) return;
    }
  }

  async #finish(): Promise<void> {
    await this.#running;
    await this.flush();
    // Some network file systems say only now that they could not keep what they took.
    await this.#target.close().catch((error: Error) => this.#health.failed(error, this.waiting));
  }

  #giveRoom(): void {
    for (const resume of this.#onRoom.splice(0)) resume();
  }

  #wake(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      do {
        if (this.#reopens) {
          this.#reopens = false;
          await this.#target.close();
        }
        if (this.#queue.isEmpty) await this.#target.check();
        else await this.#target.append(this.#queue);
        this.#isStuck = false;
        if (this.waiting.bytes < MUCH_WAITING) this.#giveRoom();
      } while (!this.#queue.isEmpty || this.#reopens);
      this.#health.recovered();
    } catch (error) {
      this.#health.failed(error as Error, this.waiting);
    } finally {
      this.#giveRoom();
      // Not in a callback: a line written before that ran would start nothing.
      this.#running = undefined;
    }
  }
}

function throwIfLasting(path: string, error: NodeJS.ErrnoException): void {
  if (error instanceof ImdsError) throw error;
  if (!LASTING.has(error.code ?? '')) return;
  throw cannotOpen(cannotWrite(path, error), error);
}

/** A log that may not be written: `cannot write PATH: permission denied`. */
export function cannotOpen(message: string, cause?: Error): PrerequisiteError {
  return new PrerequisiteError(message, {
    code: 'live.log_file',
    remedy: 'Start as root, choose another folder with --log-dir, or keep no log with --no-log.',
    cause,
  });
}
