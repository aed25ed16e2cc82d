/** Packets of several CPUs or interfaces are out of order by less than that; more is a clock set back. */
const DISORDER_MS = 10_000;

/**
 * Time as the journal tells it, for bounded waits. It only grows: what is out of order does not move
 * it, a clock that was set back goes on from there, and nothing of the analyzing machine's time is in it.
 */
export class JournalClock {
  #latest = Number.NaN;
  #elapsed = 0;
  /** Where it was when it was last set back. */
  #left = Number.NEGATIVE_INFINITY;

  /** Milliseconds of journal time since its first entry. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** The time of a packet or a tick, milliseconds since the epoch. */
  now(time: number): void {
    if (this.#latest - time > DISORDER_MS) {
      this.#left = this.#latest;
      this.#latest = time;
    } else this.atLeast(time);
  }

  /** The time of another record: it may be late, but it is not from the future. */
  atLeast(time: number): void {
    if (time > this.#latest) this.#elapsed += Math.max(0, time - this.#from(time));
    if (!(time <= this.#latest)) this.#latest = time;
  }

  /**
   * Since when time has passed. Of two sources of which one comes late, each entry would otherwise set the clock back
   * or forth: where it was already, it is not once more.
   */
  #from(time: number): number {
    const isBack = time - this.#latest > DISORDER_MS && time >= this.#left - DISORDER_MS;
    return isBack ? Math.max(this.#left, this.#latest) : this.#latest;
  }
}

/** Milliseconds of nanoseconds. */
export function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1000;
}
