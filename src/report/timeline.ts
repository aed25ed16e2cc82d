import type { Nanoseconds } from '../model.ts';
import { KINDS } from './kinds.ts';

const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;

/** Widths of a bucket; each divides the next, so that buckets merge and never split. */
const WIDTHS: readonly Nanoseconds[] = [
  ...[1n, 5n, 10n, 50n, 100n, 500n].map((milliseconds) => milliseconds * 1_000_000n),
  ...[1n, 5n, 10n, 30n, 60n, 300n, 600n, 1800n, 3600n, 10_800n, 21_600n, 43_200n].map((s) => s * SECOND),
];

/** The next width that is at least as great; days double without end. */
export function widthAtLeast(least: Nanoseconds): Nanoseconds {
  const found = WIDTHS.find((width) => width >= least);
  if (found !== undefined) return found;
  let width = DAY;
  while (width < least) width *= 2n;
  return width;
}

/** Whether timelines have buckets of that width. */
export function isWidth(width: Nanoseconds): boolean {
  return width > 0n && widthAtLeast(width) === width;
}

export function alignDown(time: Nanoseconds, width: Nanoseconds): Nanoseconds {
  const rest = time % width;
  return time - (rest < 0n ? rest + width : rest);
}

export interface TimelineBucket {
  start: Nanoseconds;
  /** By kind, in the order of KINDS. */
  counts: readonly number[];
}

function addCounts(into: number[], counts: readonly number[]): void {
  for (const kind of counts.keys()) into[kind] = (into[kind] ?? 0) + (counts[kind] ?? 0);
}

/**
 * Calls over time in a bounded number of buckets: they widen as the time grows. Calls come nearly in
 * order, so most fall into the bucket of the one before and cost two comparisons.
 */
export class Timeline {
  readonly #maximum: number;
  #width = widthAtLeast(1n);
  #buckets = new Map<Nanoseconds, number[]>();
  #current: number[] = [];
  #from = 0n;
  #to = 0n;

  constructor(maximum = 240) {
    this.#maximum = maximum;
  }

  get width(): Nanoseconds {
    return this.#width;
  }

  add(time: Nanoseconds, kind: number): void {
    if (time < this.#from || time >= this.#to) this.#enter(time);
    this.#current[kind] = (this.#current[kind] ?? 0) + 1;
  }

  /** A bucket of another timeline, of a width that timelines have: the wider one is a multiple of the other. */
  addBucket(width: Nanoseconds, { start, counts }: TimelineBucket): void {
    if (width > this.#width) this.#widen(width);
    if (start < this.#from || start >= this.#to) this.#enter(start);
    addCounts(this.#current, counts);
  }

  /** Buckets that hold a call, in order of time. */
  buckets(): TimelineBucket[] {
    return [...this.#buckets]
      .map(([start, counts]) => ({ start, counts }))
      .sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  #enter(time: Nanoseconds): void {
    // By single steps: the width is the least that has room for all, in whatever order they come.
    while (!this.#buckets.has(alignDown(time, this.#width)) && this.#buckets.size >= this.#maximum) {
      this.#widen(widthAtLeast(this.#width + 1n));
    }
    const start = alignDown(time, this.#width);
    this.#current = this.#buckets.get(start) ?? KINDS.map(() => 0);
    this.#buckets.set(start, this.#current);
    this.#from = start;
    this.#to = start + this.#width;
  }

  #widen(width: Nanoseconds): void {
    this.#width = width;
    const merged = new Map<Nanoseconds, number[]>();
    for (const [time, counts] of this.#buckets) {
      const start = alignDown(time, width);
      const into = merged.get(start);
      if (into === undefined) merged.set(start, counts);
      else addCounts(into, counts);
    }
    this.#buckets = merged;
    // The current bucket may have become part of another.
    this.#from = 0n;
    this.#to = 0n;
  }
}
