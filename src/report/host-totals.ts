import type { DayCount } from '../callers/days.ts';
import type { CallerSummary, OnHost } from '../callers/types.ts';
import type { AttributedCall, Host, Nanoseconds } from '../model.ts';
import type { Caller } from './caller.ts';
import { HostNames, scopeOf } from './host-names.ts';
import { KINDS, type KindCounts, kindCounts, kindOf } from './kinds.ts';
import { NoTokenPeriods, PeriodBudget } from './no-token.ts';
import { savedHost } from './saved-process.ts';
import { ToldCalls, ToldRoom } from './told-calls.ts';

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
  /** What sessions are held against; from the first call on that speaks against the host. */
  told: ToldCalls | undefined;
  /** Of the last call. */
  host: Host | undefined;

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
  readonly names = new HostNames();
  readonly #toldRoom = new ToldRoom();
  readonly #told = new Map<string, ToldCalls>();
  readonly #hosts = new Map<string, HostCounts>();
  #lastScope: string | undefined;
  #last: HostCounts | undefined;

  add(attributed: AttributedCall): void {
    const { call, process } = attributed;
    const kind = kindOf(call);
    const scope = scopeOf(attributed.host, attributed.capture);
    const counts = this.#of(scope);
    counts.counts[kind] = (counts.counts[kind] ?? 0) + 1;
    if (attributed.host !== counts.host) this.#name(counts, attributed.host, call.time);
    if (kind > 1) return;
    this.#toldOf(counts, scope)?.event(attributed.session, kind);
    if (process === undefined) counts.withoutName++;
    const { status } = call;
    if (kind === 0 && status !== undefined && status >= 200 && status < 300) counts.noToken.add(call.time);
  }

  /** A caller that was counted before, or what an inventory knows beyond: counts, and of these those by day. */
  addCounts(
    caller: CallerSummary,
    { counts, succeeded, days }: { counts: readonly number[]; succeeded: number; days: readonly DayCount[] },
  ): void {
    const { capture, withProcess, counts: all } = caller;
    const scope = scopeOf(savedHost(caller), capture);
    const of = this.#of(scope);
    this.#toldOf(of, scope)?.add(days);
    for (const [kind, count] of counts.entries()) of.counts[kind] = (of.counts[kind] ?? 0) + count;
    const calls = KINDS.reduce((sum, kind) => sum + all[kind], 0);
    const toFix = (counts[0] ?? 0) + (counts[1] ?? 0);
    // All have a process, or none; of the row of many callers, as many are without one as can be.
    of.withoutName += Math.min(toFix, calls - withProcess);
    of.noToken.total += succeeded;
  }

  /** Periods of calls that are in the totals. */
  addNoToken(host: string, start: number, count: number): void {
    const of = this.#hosts.get(host) ?? this.#hosts.get(host.toLowerCase());
    of?.noToken.addPeriod(start, count);
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

  leaveOut({ call, host, capture, session }: AttributedCall, isBefore: boolean): void {
    const kind = kindOf(call);
    if (kind > 1) return;
    const scope = scopeOf(host, capture);
    const counts = this.#of(scope);
    if (host !== counts.host) this.#name(counts, host, call.time);
    const told = this.#toldOf(counts, scope);
    told?.event(session, kind);
    if (isBefore) {
      counts.before++;
      told?.eventBefore(call.time, kind);
    } else counts.leftOut++;
  }

  /** What an inventory has of a host from before the time that is reported: that alone makes no host one of the report. */
  raiseBefore(caller: OnHost, days: readonly DayCount[]): void {
    const scope = scopeOf(savedHost(caller), caller.capture);
    const told = this.#told.get(scope) ?? this.#newTold(scope);
    told?.raiseBefore(days);
  }

  /** Calls that are known of a host. */
  told(scope: string): ToldCalls {
    return this.#told.get(scope) ?? new ToldCalls(this.#toldRoom);
  }

  get hosts(): ReadonlyMap<string, HostCounts> {
    return this.#hosts;
  }

  #name(counts: HostCounts, host: Host | undefined, time: Nanoseconds): void {
    counts.host = host;
    this.names.add(host, time);
  }

  #toldOf(counts: HostCounts, scope: string): ToldCalls | undefined {
    counts.told ??= this.#told.get(scope) ?? this.#newTold(scope);
    return counts.told;
  }

  /** Undefined where there are too many: of those, what sessions counted is taken to be missing. */
  #newTold(scope: string): ToldCalls | undefined {
    if (this.#told.size >= MAX_HOSTS) return undefined;
    const told = new ToldCalls(this.#toldRoom);
    this.#told.set(scope, told);
    return told;
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
