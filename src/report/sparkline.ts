import type { Nanoseconds } from '../model.ts';
import { alignDown, type Timeline, widthAtLeast } from './timeline.ts';

const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

export interface Sparkline {
  text: string;
  /** The greatest number in one column. */
  maximum: number;
}

/** Columns of equal time over the captures, at most `columns` of them. */
export interface TimelineColumns {
  /** Time that one column stands for. */
  width: Nanoseconds;
  /** Counts by kind, of each column. */
  counts: number[][];
}

export function columnsOf(
  timeline: Timeline,
  from: Nanoseconds,
  to: Nanoseconds,
  columns: number,
): TimelineColumns {
  let width = timeline.width;
  let start = alignDown(from, width);
  while ((to - start) / width >= BigInt(columns)) {
    width = widthAtLeast(width + 1n);
    start = alignDown(from, width);
  }
  const counts = Array.from({ length: Number((to - start) / width) + 1 }, () => [0, 0, 0, 0, 0]);
  for (const bucket of timeline.buckets()) {
    const column = counts[Number((bucket.start - start) / width)];
    if (column === undefined) continue;
    for (const [kind, count] of bucket.counts.entries()) column[kind] = (column[kind] ?? 0) + count;
  }
  return { width, counts };
}

/** Blank for nothing, so that a single call is seen. */
export function sparkline(values: readonly number[]): Sparkline {
  const maximum = values.reduce((most, value) => Math.max(most, value), 0);
  const text = values.map((value) => {
    if (value === 0) return ' ';
    return LEVELS[Math.ceil((value / maximum) * LEVELS.length) - 1] ?? ' ';
  });
  return { text: text.join(''), maximum };
}
