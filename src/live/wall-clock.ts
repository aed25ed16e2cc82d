/**
 * Nanoseconds since the epoch that never go back within a session: the wall clock at the start, and
 * the monotonic clock from there on. Packets of the kernel have its wall-clock time; a step of that
 * clock during a session shows as a difference between the two, never as time that runs backwards.
 */
export class WallClock {
  /** For a second process of the session, so that both tell the same time. */
  readonly offset: bigint;

  constructor(offset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()) {
    this.offset = offset;
  }

  now(): bigint {
    return this.offset + process.hrtime.bigint();
  }
}
