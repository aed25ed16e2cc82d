/** Packets of several CPUs or interfaces are out of order by less than that; more is a clock set back. */
const DISORDER_MS = 10_000;

/**
 * Time as the journal tells it, for bounded waits. It only grows: what is out of order does not move
 * it, a clock that was set back goes on from there, and nothing of the analyzing machine's time is in it.
 */
export class JournalClock {
  #latest = Number.NaN;
  #elapsed = 0;

  /** Milliseconds of journal time since its first entry. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** The time of a packet or a tick, milliseconds since the epoch. */
  now(time: number): void {
    if (this.#latest - time > DISORDER_MS) this.#latest = time;
    else this.atLeast(time);
  }

  /** The time of another record: it may be late, but it is not from the future. */
  atLeast(time: number): void {
    if (time > this.#latest) this.#elapsed += time - this.#latest;
    if (!(time <= this.#latest)) this.#latest = time;
  }
}

/** Milliseconds of nanoseconds. */
export function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1000;
}
