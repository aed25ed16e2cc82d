import type { Nanoseconds } from '../model.ts';

/** Nanoseconds since the epoch, of the two numbers in which the hot path keeps a time. */
export function nanosecondsOf(seconds: number, nanoseconds: number): Nanoseconds {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}
