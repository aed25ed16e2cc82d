import type { Combine } from './facts.ts';

/** So many are told apart: what answers so is one program, which has a few. */
export const MAX_STATUSES = 8;

/** How often a status was answered. */
export interface StatusCount {
  status: number;
  calls: number;
}

/** How often each status was answered: of more than are kept, the smallest, the same ones in whatever order they come. */
export class Statuses {
  /** Most callers have none. */
  #counts: Map<number, number> | undefined;

  add(status: number): void {
    this.#join(status, 1, (a, b) => a + b);
  }

  /** Of other calls, or of calls that may be the same ones. */
  merge(others: readonly StatusCount[], combine: Combine): void {
    for (const { status, calls } of others) this.#join(status, calls, combine);
  }

  /** By status. */
  get all(): StatusCount[] {
    return [...(this.#counts ?? [])]
      .map(([status, calls]) => ({ status, calls }))
      .sort((a, b) => a.status - b.status);
  }

  #join(status: number, calls: number, combine: Combine): void {
    this.#counts ??= new Map();
    const counts = this.#counts;
    const known = counts.get(status);
    if (known === undefined && counts.size >= MAX_STATUSES) {
      const largest = Math.max(...counts.keys());
      if (status > largest) return;
      counts.delete(largest);
    }
    counts.set(status, combine(known ?? 0, calls));
  }
}
