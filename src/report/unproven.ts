import type { Nanoseconds } from '../model.ts';
import { type Interval, union } from './intervals.ts';

const SECOND = 1_000_000_000n;

/** What is left without the sessions that are not proven. */
export interface ProvenSince {
  /** When the last of those had ended, as far as it has told; in whole seconds, as it is to be typed. */
  since: Nanoseconds;
  /** For how long others watched since. */
  duration: Nanoseconds;
  /** What that one lacks, it will for as long as it runs. */
  hasLost: boolean;
}

/** The sessions of a host that do not prove that they missed no call. */
export class Unproven {
  #last: { until: Nanoseconds; hasLost: boolean } | undefined;

  /** @param hasLost it counted what it lost */
  add(until: Nanoseconds, hasLost: boolean): void {
    if (this.#last === undefined || until > this.#last.until) this.#last = { until, hasLost };
    else if (until === this.#last.until && hasLost) this.#last.hasLost = true;
  }

  /** Undefined where there is none. @param watched of all sessions */
  since(watched: readonly Interval[]): ProvenSince | undefined {
    if (this.#last === undefined) return undefined;
    const { until, hasLost } = this.#last;
    const since = (until / SECOND + 1n) * SECOND;
    const after = watched
      .filter(({ to }) => to > since)
      .map(({ from, to }) => ({ from: from < since ? since : from, to }));
    return { since, duration: union(after).duration, hasLost };
  }
}
