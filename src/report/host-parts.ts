import type { HostPart } from '../callers/host-part.ts';
import type { AttributedCall } from '../model.ts';
import { KINDS } from './kinds.ts';

/** More hosts share one entry. */
export const MAX_HOSTS = 16_384;

export const OTHER_HOSTS = 'other hosts';

type Sums = Omit<HostPart, 'counts'> & { counts: number[] };

/** Whose the calls are that share a row though they are of many callers. */
export class HostParts {
  readonly #parts = new Map<string, Sums>();

  get size(): number {
    return this.#parts.size;
  }

  /** By name, so that their order never is that of the reading. */
  get all(): readonly HostPart[] {
    return [...this.#parts.values()].sort((a, b) => (a.scope < b.scope ? -1 : Number(a.scope > b.scope)));
  }

  call({ call, process, host }: AttributedCall, kind: number, scope: string): void {
    const sums = this.#of(scope, host !== undefined);
    sums.counts[kind] = (sums.counts[kind] ?? 0) + 1;
    if (kind <= 1 && process === undefined) sums.withoutName++;
    const { status = 0 } = call;
    if (kind === 0 && status >= 200 && status < 300) sums.succeeded++;
  }

  add({ scope, isHost, counts, withoutName, succeeded }: HostPart): void {
    const sums = this.#of(scope, isHost);
    for (const [kind, count] of counts.entries()) sums.counts[kind] = (sums.counts[kind] ?? 0) + count;
    sums.withoutName += withoutName;
    sums.succeeded += succeeded;
  }

  #of(wanted: string, isHost: boolean): Sums {
    const isKnown = this.#parts.has(wanted) || this.#parts.size < MAX_HOSTS;
    const scope = isKnown ? wanted : OTHER_HOSTS;
    let sums = this.#parts.get(scope);
    if (sums === undefined) {
      sums = { scope, isHost, counts: KINDS.map(() => 0), withoutName: 0, succeeded: 0 };
      this.#parts.set(scope, sums);
    }
    return sums;
  }
}
