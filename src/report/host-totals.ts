import { DAY_NS, type DayCount, dayOf } from '../callers/days.ts';
import { type HostPart, MAX_HOSTS, toFix } from '../callers/host-part.ts';
import type { LeftOut, OnHost } from '../callers/types.ts';
import type { AttributedCall, Host, Nanoseconds } from '../model.ts';
import type { Caller } from './caller.ts';
import { HostNames, scopeOf } from './host-names.ts';
import { OTHER_HOSTS } from './host-parts.ts';
import { KINDS, type KindCounts, kindCounts, kindOf } from './kinds.ts';
import { NoTokenPeriods, PeriodBudget } from './no-token.ts';
import { savedHost } from './saved-process.ts';
import { ToldCalls, ToldRoom } from './told-calls.ts';

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

  /**
   * What came after the time that is asked about speaks against what is done today; what was before need not.
   *
   * @returns whether it was before
   */
  leaveOut(time: Nanoseconds, since: Nanoseconds | undefined): boolean {
    const isBefore = since !== undefined && time < since;
    if (!isBefore) this.#leftOut++;
    else {
      this.before++;
      if (time >= since - (since % DAY_NS)) this.#onDay++;
    }
    return isBefore;
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

  /**
   * Calls that were counted before, or what an inventory knows beyond.
   *
   * @param days of those calls, all whose day is known
   */
  addPart(part: HostPart, days: readonly DayCount[]): void {
    const { counts, withoutName, succeeded } = part;
    const scope = scopeOf(savedHost(part), part.capture);
    const of = this.#of(scope);
    this.#toldOf(of, scope)?.add(days);
    for (const [kind, count] of counts.entries()) of.counts[kind] = (of.counts[kind] ?? 0) + count;
    of.withoutName += Math.min(toFix(counts), withoutName);
    of.noToken.total += succeeded;
  }

  /** Periods of calls that are in the totals. */
  addNoToken(host: string, start: number, count: number): void {
    const of = this.#hosts.get(host) ?? this.#hosts.get(host.toLowerCase());
    of?.noToken.addPeriod(start, count);
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
  leaveOut({ call, host, capture, session }: AttributedCall, since: Nanoseconds | undefined): void {
    const kind = kindOf(call);
    if (kind > 1) return;
    const scope = scopeOf(host, capture);
    const counts = this.#of(scope);
    if (host !== counts.host) this.#name(counts, host, call.time);
    const told = this.#toldOf(counts, scope);
    told?.event(session, kind);
    if (counts.leaveOut(call.time, since)) told?.eventBefore(call.time, kind);
  }

  /** Of a caller that was counted before. */
  leaveOutOf(leftOut: LeftOut): void {
    const scope = scopeOf(savedHost(leftOut), leftOut.capture);
    const counts = this.#of(scope);
    counts.leaveOutOf(leftOut);
    this.#toldOf(counts, scope)?.reportedBefore(leftOut.daysBefore);
  }

  /** Of a caller that an inventory has: what was before is told of all its callers together. */
  leaveOutRaised(leftOut: LeftOut): void {
    if (leftOut.other + leftOut.cut === 0) return;
    this.#of(scopeOf(savedHost(leftOut), leftOut.capture)).leaveOutRaised(leftOut);
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
