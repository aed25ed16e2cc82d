import type { LossesRecord } from '../bpf/records.ts';

/** The counters are written when they grew, at most so often, and at the end. */
const BETWEEN_NS = 1_000_000_000n;

export interface LossesOptions {
  now(): bigint;
  /** Into the journal. False where there is none yet: it is tried again. */
  write(record: LossesRecord): boolean;
}

/** Counters of what a client of the root processes turned away, as the journal is told of them. */
export class ToldLosses {
  readonly #options: LossesOptions;
  readonly #losses: Record<string, number> = {};
  #told = { losses: 0, time: 0n };

  constructor(options: LossesOptions) {
    this.#options = options;
  }

  count(name: string, by = 1): void {
    if (by === 0) return;
    this.#losses[name] = (this.#losses[name] ?? 0) + by;
    if (this.#options.now() - this.#told.time >= BETWEEN_NS) this.tell();
  }

  /** What has not been told yet. */
  tell(): void {
    const counts = Object.entries(this.#losses);
    const losses = counts.reduce((sum, [, count]) => sum + count, 0);
    if (losses === this.#told.losses) return;
    const time = this.#options.now();
    const counters = Object.fromEntries(counts.map(([name, count]) => [name, String(count)]));
    if (this.#options.write({ type: 'losses', time: String(time), counters })) this.#told = { losses, time };
  }
}
