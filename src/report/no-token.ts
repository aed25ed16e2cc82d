/** Seconds of a data point of CloudWatch's metrics of an instance, without detailed monitoring. */
export const PERIOD_S = 300;

/** Of one host: a week of them. */
const MAX_PERIODS = 2016;

/** Data points that all hosts may keep together. */
export class PeriodBudget {
  left = 131_072;
}

/**
 * v1 calls that succeeded, by period of five minutes: what CloudWatch's MetadataNoToken counts, to be held
 * against it. The latest periods are kept, the same ones in whatever order calls are read.
 */
export class NoTokenPeriods {
  readonly #budget: PeriodBudget;
  readonly #counts = new Map<number, number>();
  /** Of those that are kept, once there are as many as may be. */
  #earliest = Number.NEGATIVE_INFINITY;
  /** Of all periods. */
  total = 0;

  constructor(budget: PeriodBudget) {
    this.#budget = budget;
  }

  /** @param time nanoseconds since the epoch */
  add(time: bigint): void {
    this.total++;
    this.#count(Math.floor(Number(time / 1_000_000_000n) / PERIOD_S), 1);
  }

  /** Of another report: of calls that are in the total. @param start in seconds since the epoch */
  addPeriod(start: number, count: number): void {
    this.#count(Math.floor(start / PERIOD_S), count);
  }

  #count(period: number, calls: number): void {
    const count = this.#counts.get(period);
    if (count !== undefined) this.#counts.set(period, count + calls);
    else if (period > this.#earliest) this.#begin(period, calls);
  }

  /** In order of time; starts in seconds since the epoch. */
  get periods(): { start: number; count: number }[] {
    return [...this.#counts]
      .sort(([a], [b]) => a - b)
      .map(([period, count]) => ({ start: period * PERIOD_S, count }));
  }

  #begin(period: number, calls: number): void {
    if (this.#counts.size < MAX_PERIODS && this.#budget.left > 0) this.#budget.left--;
    else if (this.#counts.size === 0) return;
    else {
      const earliest = Math.min(...this.#counts.keys());
      this.#earliest = Math.max(this.#earliest, Math.min(earliest, period));
      if (period < earliest) return;
      this.#counts.delete(earliest);
    }
    this.#counts.set(period, calls);
  }
}
