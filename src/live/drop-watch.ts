import type { PollGuard } from './poll-guard.ts';

const LOOK_MS = 1000;

/** Adds up what the kernel had no room for in the rings of captures. */
export class DropWatch {
  readonly #guard: Pick<PollGuard, 'dropsOf'>;
  readonly #guarded: readonly number[];
  readonly #onDrops: (total: number) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #isCounted: boolean;
  #total = 0;

  /**
   * @param guarded numbers of the captures at the guard
   * @param onDrops called at once, as a rule with 0, where the kernel says it of each of them; then with every larger
   *   number
   */
  constructor(
    guard: Pick<PollGuard, 'dropsOf'>,
    guarded: readonly number[],
    onDrops: (total: number) => void,
  ) {
    this.#guard = guard;
    this.#guarded = guarded;
    this.#onDrops = onDrops;
    const atFirst = this.#ask();
    this.#isCounted = atFirst.every((dropped) => dropped >= 0);
    this.#add(atFirst, this.#isCounted);
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  look(): void {
    if (this.#isCounted) this.#add(this.#ask(), false);
  }

  /** Looks once more, before the captures are closed. */
  end(): void {
    clearInterval(this.#timer);
    this.look();
  }

  #ask(): number[] {
    return this.#guarded.map((number) => this.#guard.dropsOf(number));
  }

  #add(dropped: readonly number[], isToldAnyway: boolean): void {
    // Of a socket whose interface is gone, nothing can be asked any more.
    const more = dropped.reduce((sum, each) => sum + Math.max(0, each), 0);
    this.#total += more;
    if (more > 0 || isToldAnyway) this.#onDrops(this.#total);
  }
}
