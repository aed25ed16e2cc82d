import type { CallerSummary } from '../callers/types.ts';
import type { AttributedCall } from '../model.ts';
import { scopeOf } from './aggregate.ts';
import type { Caller } from './caller.ts';
import { KINDS, type KindCounts, kindCounts, kindOf } from './kinds.ts';
import { NoTokenPeriods, PeriodBudget } from './no-token.ts';

/** More hosts share one entry. */
export const MAX_HOSTS = 16_384;

export const OTHER_HOSTS = 'other hosts';

/** What was counted of one host, or of one capture whose host is not known. */
export class HostCounts {
  readonly counts: number[] = KINDS.map(() => 0);
  readonly noToken: NoTokenPeriods;
  /** v1 calls without a process, and unknown ones. */
  withoutName = 0;
  /** Calls by v1, and unknown ones, that the report leaves out. */
  leftOut = 0;
  /** The same, where they were before the time that it is of. */
  before = 0;
  /** Calls of callers that are known and accepted: in no other number here but those of MetadataNoToken. */
  readonly ignored: number[] = KINDS.map(() => 0);

  constructor(budget: PeriodBudget) {
    this.noToken = new NoTokenPeriods(budget);
  }

  get kinds(): KindCounts {
    return kindCounts(this.counts);
  }
}

/** Calls by host: what a verdict rests on, whatever the format. */
export class HostTotals {
  readonly #budget = new PeriodBudget();
  readonly #hosts = new Map<string, HostCounts>();
  #lastScope: string | undefined;
  #last: HostCounts | undefined;

  add(attributed: AttributedCall): void {
    const { call, process } = attributed;
    const kind = kindOf(call);
    const counts = this.#of(scopeOf(attributed.host, attributed.capture));
    counts.counts[kind] = (counts.counts[kind] ?? 0) + 1;
    if (kind > 1) return;
    if (process === undefined) counts.withoutName++;
    const { status } = call;
    if (kind === 0 && status !== undefined && status >= 200 && status < 300) counts.noToken.add(call.time);
  }

  /** A caller that was counted before, or what an inventory knows beyond. */
  addCounts(caller: CallerSummary, counts: readonly number[], succeeded: number): void {
    const { host, capture, withProcess, counts: all } = caller;
    const of = this.#of(host ?? capture);
    for (const [kind, count] of counts.entries()) of.counts[kind] = (of.counts[kind] ?? 0) + count;
    const calls = KINDS.reduce((sum, kind) => sum + all[kind], 0);
    const toFix = (counts[0] ?? 0) + (counts[1] ?? 0);
    // All have a process, or none; of the row of many callers, as many are without one as can be.
    of.withoutName += Math.min(toFix, calls - withProcess);
    of.noToken.total += succeeded;
  }

  /** Periods of calls that are in the totals. */
  addNoToken(host: string, start: number, count: number): void {
    this.#hosts.get(host)?.noToken.addPeriod(start, count);
  }

  /** A caller whose calls were counted is known and accepted. */
  ignore({ identity, counts: calls, withProcess }: Caller): void {
    const of = this.#of(identity.scope);
    for (const [kind, count] of calls.entries()) {
      of.counts[kind] = (of.counts[kind] ?? 0) - count;
      of.ignored[kind] = (of.ignored[kind] ?? 0) + count;
    }
    if (withProcess === 0) of.withoutName -= (calls[0] ?? 0) + (calls[1] ?? 0);
  }

  leaveOut({ call, host, capture }: AttributedCall, isBefore: boolean): void {
    if (kindOf(call) > 1) return;
    const counts = this.#of(scopeOf(host, capture));
    if (isBefore) counts.before++;
    else counts.leftOut++;
  }

  get hosts(): ReadonlyMap<string, HostCounts> {
    return this.#hosts;
  }

  #of(scope: string): HostCounts {
    if (scope === this.#lastScope && this.#last !== undefined) return this.#last;
    const counts = this.#hosts.get(scope) ?? this.#new(scope);
    this.#lastScope = scope;
    this.#last = counts;
    return counts;
  }

  #new(scope: string): HostCounts {
    const name = this.#hosts.size < MAX_HOSTS ? scope : OTHER_HOSTS;
    let counts = this.#hosts.get(name);
    if (counts === undefined) {
      counts = new HostCounts(this.#budget);
      this.#hosts.set(name, counts);
    }
    return counts;
  }
}
