import type { Day, DayCount } from '../callers/days.ts';
import type { CallerSummary } from '../callers/types.ts';

/** Calls by host and day: sums over the callers of one inventory, which has a bounded number of them. */
export class HostDays {
  readonly #hosts = new Map<string, { caller: CallerSummary; days: Map<Day, number[]> }>();

  add(caller: CallerSummary, days: readonly DayCount[]): void {
    if (days.length === 0) return;
    const { host, hostId, capture } = caller;
    const key = `${hostId ?? ''}\n${host ?? capture}`;
    const { days: known } = this.#hosts.get(key) ?? { days: new Map<Day, number[]>() };
    this.#hosts.set(key, { caller, days: known });
    for (const { day, counts } of days) {
      const sums = known.get(day) ?? counts.map(() => 0);
      known.set(
        day,
        sums.map((sum, kind) => sum + (counts[kind] ?? 0)),
      );
    }
  }

  /** With any caller on each host. */
  *all(): Iterable<[caller: CallerSummary, days: DayCount[]]> {
    for (const { caller, days } of this.#hosts.values())
      yield [caller, [...days].map(([day, counts]) => ({ day, counts }))];
  }
}
