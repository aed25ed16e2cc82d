import { Aggregate } from './aggregate.ts';
import { CallGroups } from './groups.ts';
import { ProcessViews } from './process-view.ts';
import type { RowOptions } from './types.ts';

/** What a report by that is counted in. */
export function aggregateFor({ groupBy }: RowOptions): Aggregate {
  const groups = groupBy === 'path' || groupBy === 'client' ? new CallGroups(groupBy) : undefined;
  return new Aggregate(new ProcessViews(), undefined, groups);
}

/** The rows that were asked for, and how many are beyond. */
export function topOf<T>(rows: readonly T[], { top }: RowOptions): { rows: readonly T[]; leftOut: number } {
  if (top === undefined || rows.length <= top) return { rows, leftOut: 0 };
  return { rows: rows.slice(0, top), leftOut: rows.length - top };
}

/** `and 37 more callers`. */
export function leftOutText(leftOut: number, { groupBy = 'caller' }: RowOptions): string {
  return `and ${leftOut} more ${leftOut === 1 ? groupBy : `${groupBy}s`}`;
}
