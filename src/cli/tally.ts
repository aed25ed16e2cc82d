import type { AttributedCall, CaptureSummary, SessionProof } from '../model.ts';
import type { Standing } from '../pipeline/capture-run.ts';
import type { Sink } from '../ports.ts';
import { countOf, countText } from '../words.ts';

/** Hands each call to several sinks, and counts: for the status line, and for `--count`. */
export class Tally implements Sink {
  readonly #sinks: readonly Sink[];
  readonly #counts = { v1: 0, v2: 0, unknown: 0, foreign: 0, attempt: 0 };
  readonly #limit: number | undefined;
  readonly #onLimit: () => void;
  #calls = 0;

  constructor(sinks: readonly Sink[], limit: number | undefined, onLimit: () => void) {
    this.#sinks = sinks;
    this.#limit = limit;
    this.#onLimit = onLimit;
  }

  call(call: AttributedCall): void {
    this.#counts[call.call.version ?? 'attempt']++;
    for (const sink of this.#sinks) sink.call(call);
    if (++this.#calls === this.#limit) this.#onLimit();
  }

  ready(): Promise<void> | undefined {
    const waits = this.#sinks.map((sink) => sink.ready()).filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
  }

  async end(captures: readonly CaptureSummary[]): Promise<void> {
    for (const sink of this.#sinks) await sink.end(captures);
  }

  /** Calls so far, by version. */
  get counts(): SessionProof['calls'] {
    return { ...this.#counts };
  }

  /**
   * `v1 3 · v2 6 · unknown 0 · 2 callers · 0 bytes missing · 0 lost`
   *
   * @param standing undefined where nobody counts what is missing, as with the wire's view alone
   */
  text(callers: number, standing: Standing | undefined): string {
    const { v1, v2, unknown } = this.#counts;
    const parts = [
      `v1 ${countText(v1)}`,
      `v2 ${countText(v2)}`,
      `unknown ${countText(unknown)}`,
      countOf(callers, 'caller'),
      standing === undefined
        ? 'what is missing is not counted'
        : `${countText(standing.missingBytes())} bytes missing · ${countText(standing.losses())} lost`,
    ];
    return parts.join(' · ');
  }
}
