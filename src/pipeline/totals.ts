import type { Attributor } from '../bpf/attribution.ts';
import { watchedOf } from '../endpoints.ts';
import { nanosecondsOf } from '../journal/time.ts';
import type { CaptureSummary, Counters, Nanoseconds, Problem } from '../model.ts';
import type { SourceStatistics } from '../ports.ts';

/** What the files of a capture add up to. */
export class Totals {
  readonly losses: Counters = {};
  readonly problems: Problem[] = [];
  #packets = 0;
  #bytes = 0;
  #drops: number | undefined;
  #firstTime: Nanoseconds | undefined;
  #lastTime: Nanoseconds | undefined;

  addLosses(losses: Counters): void {
    for (const [name, lost] of Object.entries(losses)) this.losses[name] = (this.losses[name] ?? 0) + lost;
  }

  addProblems(problems: readonly Problem[]): void {
    for (const problem of problems) this.problems.push(problem);
  }

  addSource(statistics: SourceStatistics): void {
    this.#packets += statistics.packets;
    this.#bytes += statistics.bytes;
    if (statistics.drops !== undefined) this.#drops = (this.#drops ?? 0) + statistics.drops;
    this.addLosses(statistics.losses);
    this.addProblems(statistics.problems);
    if (Number.isNaN(statistics.firstSeconds)) return;
    const first = nanosecondsOf(statistics.firstSeconds, statistics.firstNanoseconds);
    const last = nanosecondsOf(statistics.lastSeconds, statistics.lastNanoseconds);
    // Packets may stand in any order, and a file may have fractions beyond a second.
    for (const time of [first, last]) {
      if (this.#firstTime === undefined || time < this.#firstTime) this.#firstTime = time;
      if (this.#lastTime === undefined || time > this.#lastTime) this.#lastTime = time;
    }
  }

  summary(name: string, files: readonly string[], attributor: Attributor): CaptureSummary {
    const { header, host, balance, lookups, watch } = attributor;
    return {
      name,
      files,
      host,
      session: header?.session,
      packets: this.#packets,
      bytes: this.#bytes,
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      watch,
      completeness: {
        losses: this.losses,
        captureDrops: this.#drops,
        ...balance,
        views: header?.views,
        watched: header && watchedOf(header.endpoints),
        scope: header?.scope === 'container' ? 'container' : undefined,
        lookups,
      },
      problems: this.problems,
    };
  }
}
