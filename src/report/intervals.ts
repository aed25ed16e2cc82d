import type { Nanoseconds } from '../model.ts';

/** A time under watch. */
export interface Interval {
  from: Nanoseconds;
  to: Nanoseconds;
}

/** How long they are together, and the longest piece: where they overlap or meet, once. */
export function union(intervals: readonly Interval[]): { duration: Nanoseconds; longest: Nanoseconds } {
  let [duration, longest] = [0n, 0n];
  let current: Interval | undefined;
  const close = () => {
    if (current === undefined) return;
    const length = current.to - current.from;
    duration += length;
    if (length > longest) longest = length;
  };
  for (const { from, to } of [...intervals].sort((a, b) => ascending(a.from, b.from))) {
    if (current !== undefined && from <= current.to) {
      if (to > current.to) current.to = to;
      continue;
    }
    close();
    current = { from, to };
  }
  close();
  return { duration, longest };
}

export function ascending(a: Nanoseconds, b: Nanoseconds): number {
  return a < b ? -1 : Number(a > b);
}
