import { ImdsError } from '../errors.ts';
import type { LineCount } from './line-queue.ts';
import { amountOf, cannotWrite, linesOf, reasonOf } from './words.ts';

export interface HealthListener {
  /** Called once for each kind of trouble, until that is over: a log that fails each second is one message. */
  onTrouble: (message: string) => void;
  onRecovery: (message: string) => void;
}

const NOTHING: LineCount = { lines: 0, bytes: 0 };

/** What is wrong with a log and what it lost, counted and put into words. */
export class LogHealth {
  readonly #path: string;
  readonly #listener: HealthListener;
  /** Kinds of trouble that were told and are not over. */
  readonly #told = new Set<string>();
  #rolls = true;
  #failing = false;
  #lost = NOTHING;
  /** What was lost before the trouble that is now. */
  #lostBefore = NOTHING;

  constructor(path: string, listener: HealthListener) {
    this.#path = path;
    this.#listener = listener;
  }

  get lost(): Readonly<LineCount> {
    return this.#lost;
  }

  /** The last attempt to write failed. */
  get failing(): boolean {
    return this.#failing;
  }

  /** @param waiting lines that will be written when this is over */
  failed(error: Error, waiting: LineCount): void {
    this.#failing = true;
    const kind = error instanceof ImdsError ? error.message : (error as NodeJS.ErrnoException).code;
    this.#begin(`write ${kind}`, () => {
      const unwritten = waiting.lines + this.#lostNow.lines;
      const count = unwritten === 0 ? '' : `; ${linesOf(unwritten)} not written`;
      return `${cannotWrite(this.#path, error)}${count}; tries again each second`;
    });
  }

  /** There is no room for a line among those that wait. */
  overflowed(line: LineCount, waiting: LineCount): void {
    this.#begin('overflow', () => {
      const slow = this.#failing ? '' : '; the disk is too slow: choose another with --log-dir';
      return `${this.#path}: ${amountOf(waiting)} wait, no more are kept: further ones are lost${slow}`;
    });
    this.lose(line);
  }

  lose({ lines, bytes }: LineCount): void {
    this.#lost = { lines: this.#lost.lines + lines, bytes: this.#lost.bytes + bytes };
  }

  /** The session ends with lines that could not be written. */
  unfinished(dropped: LineCount): void {
    this.#begin('end', () => `${this.#path}: ${amountOf(dropped)} could not be written before the end`);
    this.lose(dropped);
  }

  /** All that was waiting has been written. */
  recovered(): void {
    this.#failing = false;
    if (this.#told.size === 0) return;
    this.#told.clear();
    const lost = this.#lostNow;
    const what = lost.lines === 0 ? 'nothing' : amountOf(lost);
    this.#listener.onRecovery(
      `${this.#path} is written again; ${what} ${lost.lines > 1 ? 'were' : 'was'} lost`,
    );
  }

  /** Of an attempt to roll over; a log that cannot be is still written. */
  rolled(error: Error | undefined): void {
    const rolls = error === undefined;
    if (rolls === this.#rolls) return;
    this.#rolls = rolls;
    if (rolls) this.#listener.onRecovery(`${this.#path} is rolled over again`);
    else {
      this.#listener.onTrouble(
        `cannot roll over ${this.#path}: ${reasonOf(error)}; it grows beyond its size; tries again each second`,
      );
    }
  }

  get #lostNow(): LineCount {
    const { lines, bytes } = this.#lostBefore;
    return { lines: this.#lost.lines - lines, bytes: this.#lost.bytes - bytes };
  }

  #begin(kind: string, message: () => string): void {
    if (this.#told.has(kind)) return;
    if (this.#told.size === 0) this.#lostBefore = this.#lost;
    this.#told.add(kind);
    this.#listener.onTrouble(message());
  }
}
