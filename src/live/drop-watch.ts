import type { PollGuard } from './poll-guard.ts';

const LOOK_MS = 1000;

/** Adds up what the kernel had no room for in the rings of captures. */
export class DropWatch {
  readonly #guard: Pick<PollGuard, 'dropsOf'>;
  readonly #guarded: readonly number[];
  readonly #onDrops: (total: number) => void;
  readonly #timer: NodeJS.Timeout;
  #total = 0;

  /**
   * @param guarded numbers of the captures at the guard
   * @param onDrops called at once, with 0, which says that they are counted; then with every larger number
   */
  constructor(
    guard: Pick<PollGuard, 'dropsOf'>,
    guarded: readonly number[],
    onDrops: (total: number) => void,
  ) {
    this.#guard = guard;
    this.#guarded = guarded;
    this.#onDrops = onDrops;
    onDrops(0);
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  look(): void {
    // Of a socket whose interface is gone, nothing can be asked any more.
    const dropped = this.#guarded.reduce((sum, number) => sum + Math.max(0, this.#guard.dropsOf(number)), 0);
    if (dropped === 0) return;
    this.#total += dropped;
    this.#onDrops(this.#total);
  }

  /** Looks once more, before the captures are closed. */
  end(): void {
    clearInterval(this.#timer);
    this.look();
  }
}
