import type { Findings } from './findings.ts';
import type { Interface } from './pcapng-interface.ts';

/** What is known of all sections together. */
export class PcapngTotals {
  packets = 0;
  bytes = 0;
  readonly #findings: Findings;
  readonly #unsupported = new Map<number, number>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Adds an interface whose section has ended. */
  add(one: Interface): void {
    const { statistics } = this.#findings;
    const drops = one.drops.total;
    if (drops !== undefined) statistics.drops = (statistics.drops ?? 0) + drops;
    if (!one.supported && one.packets > 0) {
      this.#unsupported.set(one.linkType, (this.#unsupported.get(one.linkType) ?? 0) + one.packets);
    }
    this.#findings.strayTime(one.span.end());
    const { firstHigh, firstLow, lastHigh, lastLow } = one.span;
    if (lastHigh < 0) return;
    one.time.set(lastHigh, lastLow);
    if (one.time.outOfRange) this.#findings.timeOutOfRange(one.name);
    this.#stamp(one.time);
    one.time.set(firstHigh, firstLow);
    this.#stamp(one.time);
  }

  #stamp({ seconds, nanoseconds }: Interface['time']): void {
    const { statistics } = this.#findings;
    const { firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds } = statistics;
    if (!(seconds < lastSeconds || (seconds === lastSeconds && nanoseconds <= lastNanoseconds))) {
      statistics.lastSeconds = seconds;
      statistics.lastNanoseconds = nanoseconds;
    }
    if (!(seconds > firstSeconds || (seconds === firstSeconds && nanoseconds >= firstNanoseconds))) {
      statistics.firstSeconds = seconds;
      statistics.firstNanoseconds = nanoseconds;
    }
  }

  settle(): void {
    const { statistics } = this.#findings;
    statistics.packets = this.packets;
    statistics.bytes = this.bytes;
    let unsupported = 0;
    for (const packets of this.#unsupported.values()) unsupported += packets;
    for (const [linkType, packets] of this.#unsupported) {
      this.#findings.unsupportedLinkType(linkType, packets, unsupported === this.packets);
    }
  }
}
