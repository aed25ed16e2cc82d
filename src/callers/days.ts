const NANOSECONDS_IN_DAY = 86_400e9;

/** Days since the Unix epoch, in UTC. */
export type Day = number;

export const DAY_NS = 86_400_000_000_000n;

/** @param time nanoseconds since the epoch, as a double: a day is told all the same */
export function dayOf(time: number): Day {
  return Math.floor(time / NANOSECONDS_IN_DAY);
}

export function dayStart(day: Day): bigint {
  return BigInt(day) * DAY_NS;
}

export function earlier(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

export function later(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** Calls of one day, by kind in the order of KINDS. */
export interface DayCount {
  day: Day;
  counts: readonly number[];
}

/** Days that all callers may have together, beyond the first of each. */
export class DayBudget {
  #left: number;

  constructor(days: number) {
    this.#left = days;
  }

  take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  giveBack(days: number): void {
    this.#left += days;
  }
}

/** Days that are kept of one caller: the latest. */
export const MAX_DAYS = 366;

/** One caller's calls by day. Most have one day: a map is made for the second. */
export class DayCounts {
  readonly #budget: DayBudget;
  readonly #kinds: number;
  #day = Number.NaN;
  #counts: number[] | undefined;
  #days: Map<Day, number[]> | undefined;
  /** Of a caller with as many days as are kept. */
  #oldest = Number.NEGATIVE_INFINITY;
  /** Of the budget. */
  #taken = 0;

  constructor(kinds: number, budget: DayBudget) {
    this.#kinds = kinds;
    this.#budget = budget;
  }

  /** @param time nanoseconds since the epoch */
  add(time: number, kind: number): void {
    const day = dayOf(time);
    const counts = day === this.#day ? this.#counts : this.#of(day);
    if (counts !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
  }

  /** Calls of another part of the caller's. */
  addDay({ day, counts: more }: DayCount): void {
    const counts = this.#of(day);
    if (counts === undefined) return;
    for (const kind of counts.keys()) counts[kind] = (counts[kind] ?? 0) + (more[kind] ?? 0);
  }

  /** Calls that may be the same ones: the larger count is kept. @returns by how much that is more than before */
  raise({ day, counts: other }: DayCount): number[] {
    const counts = this.#of(day);
    if (counts === undefined) return [];
    return counts.map((count, kind) => {
      const more = Math.max(0, (other[kind] ?? 0) - count);
      counts[kind] = count + more;
      return more;
    });
  }

  /** Earliest first. */
  get days(): DayCount[] {
    const days = this.#days ?? (this.#counts === undefined ? [] : [[this.#day, this.#counts] as const]);
    return [...days].map(([day, counts]) => ({ day, counts })).sort((a, b) => a.day - b.day);
  }

  /** What was kept of days before that one is given up. */
  forget(before: Day): void {
    if (this.#days === undefined) {
      if (this.#day < before) this.#counts = undefined;
      if (this.#counts === undefined) this.#day = Number.NaN;
      return;
    }
    for (const day of this.#days.keys()) {
      if (day >= before) continue;
      this.#days.delete(day);
    }
    // The first was free.
    const needed = Math.max(0, this.#days.size - 1);
    this.#budget.giveBack(Math.max(0, this.#taken - needed));
    this.#taken = Math.min(this.#taken, needed);
    this.#oldest = Number.NEGATIVE_INFINITY;
    this.#counts = undefined;
    this.#day = Number.NaN;
  }

  /** Undefined for one that is not kept. */
  #of(day: Day): number[] | undefined {
    const known = day === this.#day ? this.#counts : this.#days?.get(day);
    const counts = known ?? this.#new(day);
    if (counts !== undefined) {
      this.#day = day;
      this.#counts = counts;
    }
    return counts;
  }

  #new(day: Day): number[] | undefined {
    const counts = new Array<number>(this.#kinds).fill(0);
    if (this.#days === undefined && this.#counts === undefined) return counts;
    this.#days ??= new Map([[this.#day, this.#counts ?? []]]);
    if (day < this.#oldest) return undefined;
    if (this.#days.size >= MAX_DAYS) this.#days.delete(Math.min(...this.#days.keys()));
    else if (!this.#budget.take()) return undefined;
    else this.#taken++;
    this.#days.set(day, counts);
    if (this.#days.size >= MAX_DAYS) this.#oldest = Math.min(...this.#days.keys());
    return counts;
  }
}
