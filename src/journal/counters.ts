import type { Counters } from '../model.ts';

/** Adds to a named counter; a counter that was never added to stays absent. */
export function count(counters: Counters, name: string, by = 1): void {
  if (by !== 0) counters[name] = (counters[name] ?? 0) + by;
}
