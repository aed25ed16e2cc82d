import { DAY_NS, dayOf } from '../callers/days.ts';
import { type HostPart, toFix } from '../callers/host-part.ts';
import type { LeftOut } from '../callers/types.ts';
import type { AttributedCall, Nanoseconds } from '../model.ts';
import { scopeOf } from './aggregate.ts';
import type { Caller } from './caller.ts';
import { MAX_HOSTS, OTHER_HOSTS } from './host-parts.ts';
import { KINDS, type KindCounts, kindCounts, kindOf } from './kinds.ts';
import { NoTokenPeriods, PeriodBudget } from './no-token.ts';

export { MAX_HOSTS, OTHER_HOSTS } from './host-parts.ts';

/** What was counted of one host, or of one capture whose host is not known. */
export class HostCounts {
  readonly counts: number[] = KINDS.map(() => 0);
  readonly noToken: NoTokenPeriods;
  /** v1 calls without a process, and unknown ones. */
  withoutName = 0;
  /** Calls by v1, and unknown ones, that the report leaves out. */
  #leftOut = 0;
  /** The same, where they were before the time that it is of. */
  before = 0;
  /** Calls that speak against no host, of the day (in UTC) in which that time begins: from before it, or ignored. */
  #onDay = 0;
  /** Calls that may be of that time, or not. */
  #cut = 0;
  /** Of what inventories know, and events may tell of too. */
  readonly #raised = { other: 0, cut: 0 };
  /** Calls of callers that are known and accepted: in no other number here but those of MetadataNoToken. */
  readonly ignored: number[] = KINDS.map(() => 0);

  constructor(budget: PeriodBudget) {
    this.noToken = new NoTokenPeriods(budget);
  }

  get kinds(): KindCounts {
    return kindCounts(this.counts);
  }

  /** Calls by v1, and unknown ones, that the report leaves out, though they speak against the host. */
  get leftOut(): number {
    return Math.max(this.#leftOut, this.#raised.other);
  }

  /** Calls by v1, and unknown ones, that were counted by day, where nobody knows whether they are of the time reported. */
  get cut(): number {
    // Of those that an inventory has, events tell of some: from before that time, or counted here.
    const known = this.#onDay + toFix(this.counts);
    return this.#cut + Math.max(0, this.#raised.cut - known);
  }

  /** What came after the time that is asked about speaks against what is done today; what was before need not. */
  leaveOut(time: Nanoseconds, since: Nanoseconds | undefined): void {
    if (since === undefined || time >= since) this.#leftOut++;
    else {
      this.before++;
      if (time >= since - (since % DAY_NS)) this.#onDay++;
    }
  }

  ignore({ counts, withProcess, days }: Caller, since: Nanoseconds | undefined): void {
    for (const [kind, count] of counts.entries()) {
      this.counts[kind] = (this.counts[kind] ?? 0) - count;
      this.ignored[kind] = (this.ignored[kind] ?? 0) + count;
    }
    if (withProcess === 0) this.withoutName -= toFix(counts);
    const day = since === undefined ? undefined : dayOf(Number(since));
    this.#onDay += toFix(days.find((one) => one.day === day)?.counts ?? []);
  }

  leaveOutOf({ before, other, cut }: LeftOut): void {
    this.before += before;
    this.#leftOut += other;
    this.#cut += cut;
  }

  leaveOutRaised({ other, cut }: LeftOut): void {
    this.#raised.other += other;
    this.#raised.cut += cut;
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

  /** Calls that were counted before, or what an inventory knows beyond. */
  addPart({ scope, counts, withoutName, succeeded }: HostPart): void {
    const of = this.#of(scope);
    for (const [kind, count] of counts.entries()) of.counts[kind] = (of.counts[kind] ?? 0) + count;
    of.withoutName += Math.min(toFix(counts), withoutName);
    of.noToken.total += succeeded;
  }

  /** Periods of calls that are in the totals. */
  addNoToken(host: string, start: number, count: number): void {
    this.#hosts.get(host)?.noToken.addPeriod(start, count);
  }

  /**
   * A caller whose calls were counted is known and accepted.
   *
   * @param since from when on calls are reported
   */
  ignore(caller: Caller, since: Nanoseconds | undefined): void {
    this.#of(caller.identity.scope).ignore(caller, since);
  }

  /** @param since from when on calls are reported */
  leaveOut({ call, host, capture }: AttributedCall, since: Nanoseconds | undefined): void {
    if (kindOf(call) <= 1) this.#of(scopeOf(host, capture)).leaveOut(call.time, since);
  }

  /** Of a caller that was counted before. */
  leaveOutOf(leftOut: LeftOut): void {
    this.#of(leftOut.scope).leaveOutOf(leftOut);
  }

  /** Of a caller that an inventory has. */
  leaveOutRaised(leftOut: LeftOut): void {
    if (leftOut.other + leftOut.cut > 0) this.#of(leftOut.scope).leaveOutRaised(leftOut);
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
