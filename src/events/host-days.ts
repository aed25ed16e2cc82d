import type { Day, DayCount } from '../callers/days.ts';

/** Calls by host and day: sums over the callers of one inventory, which has a bounded number of them. */
export class HostDays {
  readonly #hosts = new Map<string, Map<Day, number[]>>();

  add(host: string, days: readonly DayCount[]): void {
    if (days.length === 0) return;
    const known = this.#hosts.get(host) ?? new Map<Day, number[]>();
    this.#hosts.set(host, known);
    for (const { day, counts } of days) {
      const sums = known.get(day) ?? counts.map(() => 0);
      known.set(
        day,
        sums.map((sum, kind) => sum + (counts[kind] ?? 0)),
      );
    }
  }

  *all(): Iterable<[host: string, days: DayCount[]]> {
    for (const [host, days] of this.#hosts) yield [host, [...days].map(([day, counts]) => ({ day, counts }))];
  }
}
