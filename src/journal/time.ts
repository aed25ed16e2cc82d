import type { Nanoseconds } from '../model.ts';

let latest = 0;
let latestNanoseconds = 0n;

/** Nanoseconds since the epoch, of the two numbers in which the hot path keeps a time. */
export function nanosecondsOf(seconds: number, nanoseconds: number): Nanoseconds {
  // Many times are of one second, and a multiplication of bigints costs more than the rest.
  if (seconds !== latest) {
    latestNanoseconds = BigInt(seconds) * 1_000_000_000n;
    latest = seconds;
  }
  return latestNanoseconds + BigInt(nanoseconds);
}
