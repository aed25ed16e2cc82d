/**
 * Nanoseconds since the epoch that never go back within a session: the wall clock at the start, and
 * the monotonic clock from there on. The probe keeps to the wall clock at its start, too; that it was set since
 * is told by {@link ClockWatch}.
 */
export class WallClock {
  /** For a second process of the session, so that both tell the same time. */
  get offset(): bigint {
    return this.#offset;
  }

  #offset: bigint;

  constructor(offset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()) {
    this.#offset = offset;
  }

  now(): bigint {
    return this.#offset + process.hrtime.bigint();
  }

  /** The monotonic clock stood while the machine slept. */
  skip(nanoseconds: bigint): void {
    this.#offset += nanoseconds;
  }
}
