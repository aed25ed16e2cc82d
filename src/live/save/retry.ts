const LONGEST = 32;

/** When to try again after a failure: each time later, if it fails again soon. */
export class Retry {
  readonly #shortest: number;
  #delay: number;
  #failed = Number.NEGATIVE_INFINITY;

  /** @param shortest milliseconds */
  constructor(shortest: number) {
    this.#shortest = shortest;
    this.#delay = shortest;
  }

  get due(): boolean {
    return performance.now() - this.#failed >= this.#delay;
  }

  fail(): void {
    const now = performance.now();
    const soon = now - this.#failed < 2 * this.#delay;
    this.#delay = soon ? Math.min(2 * this.#delay, LONGEST * this.#shortest) : this.#shortest;
    this.#failed = now;
  }
}
