import { setImmediate } from 'node:timers/promises';

/** So long, in milliseconds, one view is read before all else that is due. */
const MAX_READING_MS = 20;

/**
 * Node reads a pipe that is never empty 32 times, 2 MB, before it looks at anything else: on a busy machine that takes
 * seconds, in which no timer runs and no write to a file goes on, while what is printed is out at once. Who reads asks
 * for a turn of all others in between.
 */
export class Turns {
  readonly #elapsed: () => number;
  #since: number;

  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
    this.#since = elapsed();
  }

  /** Resolves when the others had their turn; undefined where it is not due yet. */
  next(): Promise<void> | undefined {
    if (this.#elapsed() - this.#since < MAX_READING_MS) return undefined;
    return setImmediate().then(() => {
      this.#since = this.#elapsed();
    });
  }
}
