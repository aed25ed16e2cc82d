import { type Day, type DayBudget, type DayCount, DayCounts, dayStart } from '../callers/days.ts';
import type { CallerSums } from '../callers/types.ts';
import type { Nanoseconds } from '../model.ts';
import { KINDS, type KindCounts, kindCounts } from './kinds.ts';

/** Calls that were added on a day; without one, those before the days that are known. */
export type AddedCounts = Omit<DayCount, 'day'> & { day: Day | undefined };

/** How many calls of each kind a caller made, in all and by day. */
export class CallerCounts {
  /** In the order of KINDS. */
  readonly byKind: number[] = KINDS.map(() => 0);
  readonly #days: DayCounts;
  #raised = 0;

  constructor(budget: DayBudget) {
    this.#days = new DayCounts(KINDS.length, budget);
  }

  get kinds(): KindCounts {
    return kindCounts(this.byKind);
  }

  get total(): number {
    return sumOf(this.byKind);
  }

  /** Calls of which an inventory alone knows. */
  get raised(): number {
    return this.#raised;
  }

  /** The earliest first. */
  get days(): DayCount[] {
    return this.#days.days;
  }

  /** Begin of the latest day with a call by IMDSv1, in UTC, among the days that are known. */
  get lastDayOfV1(): Nanoseconds | undefined {
    const last = this.#days.days.findLast(({ counts }) => (counts[0] ?? 0) > 0);
    return last && dayStart(last.day);
  }

  forgetDays(before: Day): void {
    this.#days.forget(before);
  }

  add(time: Nanoseconds, kind: number): void {
    this.#days.add(Number(time), kind);
    this.byKind[kind] = (this.byKind[kind] ?? 0) + 1;
  }

  /** Calls that were counted before, and are others. */
  merge({ counts, days, raisedCalls = 0 }: CallerSums): void {
    for (const [kind, name] of KINDS.entries()) this.byKind[kind] = (this.byKind[kind] ?? 0) + counts[name];
    for (const day of days) this.#days.addDay(day);
    this.#raised += raisedCalls;
  }

  /**
   * Calls that may be among those that were counted: by day the larger of both counts is kept, and so of those
   * before the days that are known.
   *
   * @returns what was added; and whether no call can have been in both
   */
  raise({ counts: other, days }: CallerSums): { added: AddedCounts[]; isApart: boolean } {
    const from = days[0]?.day ?? Number.POSITIVE_INFINITY;
    const known = this.#days.days;
    const counted = known.filter(({ day }) => day >= from);
    const older = KINDS.map((name, kind) => {
      const before = (this.byKind[kind] ?? 0) - sumOf(counted.map(({ counts }) => counts[kind] ?? 0));
      const more = other[name] - sumOf(days.map(({ counts }) => counts[kind] ?? 0));
      return Math.max(0, more - before);
    });
    const added = [
      { day: undefined, counts: older },
      ...days.map((day) => ({ day: day.day, counts: this.#days.raise(day) })),
    ];
    const isApart = this.total === sumOf(known.map(({ counts }) => sumOf(counts))) && !meet(known, days);
    for (const { counts } of added) {
      for (const [kind, count] of counts.entries()) this.byKind[kind] = (this.byKind[kind] ?? 0) + count;
      this.#raised += sumOf(counts);
    }
    return { added, isApart };
  }
}

/** Some calls may be of both. */
function meet(some: readonly DayCount[], others: readonly DayCount[]): boolean {
  const days = new Set(others.map(({ day }) => day));
  const first = others[0]?.day ?? Number.POSITIVE_INFINITY;
  // Before the first day of an inventory, it may know more than it has days of.
  return some.some(({ day }) => days.has(day) || day < first);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
