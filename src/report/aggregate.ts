import { DAY_NS, type DayCount, dayStart } from '../callers/days.ts';
import { partsOf, succeededOf } from '../callers/host-part.ts';
import type { CallerSummary } from '../callers/types.ts';
import type { AttributedCall, Nanoseconds } from '../model.ts';
import type { Caller } from './caller.ts';
import { CallerTable } from './caller-table.ts';
import type { CallGroups } from './groups.ts';
import type { ShownHost } from './host-names.ts';
import { KINDS, type KindCounts, kindCounts, kindOf } from './kinds.ts';
import { ProcessViews } from './process-view.ts';
import { savedCandidate } from './saved-process.ts';
import { isWidth, Timeline } from './timeline.ts';

const MAX_CALLERS = 16_384;

/** What an inventory knew beyond what was counted. */
export interface Raised {
  counts: number[];
  succeeded: number;
  /** Of the counts, those whose day is known. */
  days: readonly DayCount[];
}

/** Name of the counter of calls that went to the row "other callers". */
export const OTHER_CALLERS = 'report.calls_of_other_callers';

/** Calls to callers, and their sums. Memory grows with the callers, up to a maximum, and never with the calls. */
export class Aggregate {
  readonly timeline = new Timeline();
  readonly views: ProcessViews;
  readonly groups: CallGroups | undefined;
  readonly #table: CallerTable;
  readonly #counts = new Float64Array(KINDS.length);
  readonly #operations = { token: 0, read: 0, attempt: 0 };
  #firstCall: Nanoseconds | undefined;
  #lastCall: Nanoseconds | undefined;
  #otherCalls = 0;
  #withProcess = 0;
  #raised = 0;

  /** @param groups what calls are counted by besides, where the calls of one caller may differ in it */
  constructor(views = new ProcessViews(), maximum = MAX_CALLERS, groups?: CallGroups) {
    this.views = views;
    this.#table = new CallerTable(views, maximum);
    this.groups = groups;
  }

  /** Gives the caller that it was counted for. */
  add(attributed: AttributedCall): Caller {
    const { call, process } = attributed;
    const kind = kindOf(call);
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    if (call.operation !== undefined) this.#operations[call.operation]++;
    this.timeline.add(call.time, kind);
    this.#cover(call.time, call.time);
    if (process !== undefined) this.#withProcess++;
    const view = process && this.views.view(process);
    const caller = this.#table.ofCall(attributed, view, kind);
    caller.add(attributed, kind, view);
    if (caller === this.#table.others) {
      this.#otherCalls++;
      this.#table.addOtherCall(attributed, kind);
    }
    this.groups?.add(attributed, kind, caller);
    return caller;
  }

  addCaller(summary: CallerSummary): void {
    const candidate = savedCandidate(summary, this.views);
    const caller = this.#table.ofSummary(summary, candidate);
    caller.merge(summary, candidate);
    const added = KINDS.map((kind) => summary.counts[kind]);
    this.groups?.addUnknown(caller, added, succeededOf(summary));
    for (const [kind, name] of KINDS.entries()) this.#count(kind, summary.counts[name]);
    for (const operation of ['token', 'read', 'attempt'] as const) {
      this.#operations[operation] += summary.operations[operation];
    }
    this.#withProcess += summary.withProcess;
    if (caller === this.#table.others) {
      this.#otherCalls += callsOf(summary);
      this.#table.addOtherParts(partsOf(summary));
    }
    this.#cover(summary.first, summary.last);
  }

  addTime(width: Nanoseconds, start: Nanoseconds, counts: readonly number[]): boolean {
    if (!isWidth(width)) return false;
    this.timeline.addBucket(width, { start, counts });
    return true;
  }

  /** @returns what was added, by kind, and of v1 with success */
  raiseCaller(summary: CallerSummary): Raised {
    const candidate = savedCandidate(summary, this.views);
    const caller = this.#table.ofSummary(summary, candidate);
    // What is in one row is not told apart: it might be counted twice.
    if (caller === this.#table.others) {
      this.addCaller({ ...summary, isOther: true });
      const { counts, days } = summary;
      return { counts: KINDS.map((kind) => counts[kind]), succeeded: succeededOf(summary), days };
    }
    const { withProcess, operations, counts: after } = caller;
    const beforehand = {
      counts: [...after],
      succeeded: succeededOf({ facts: caller.facts, counts: caller.kinds }),
    };
    const before = { ...operations };
    const days: DayCount[] = [];
    for (const { day, counts } of caller.raise(summary, candidate)) {
      if (counts.every((count) => count === 0)) continue;
      for (const [kind, count] of counts.entries()) this.#count(kind, count);
      this.#raised += counts.reduce((sum, count) => sum + count, 0);
      if (day === undefined) continue;
      this.addTime(DAY_NS, dayStart(day), counts);
      days.push({ day, counts });
    }
    for (const operation of ['token', 'read', 'attempt'] as const) {
      this.#operations[operation] += operations[operation] - before[operation];
    }
    this.#withProcess += caller.withProcess - withProcess;
    this.#cover(caller.first, caller.last);
    const added = {
      counts: after.map((count, kind) => count - (beforehand.counts[kind] ?? 0)),
      succeeded: succeededOf({ facts: caller.facts, counts: caller.kinds }) - beforehand.succeeded,
      days,
    };
    this.groups?.addUnknown(caller, added.counts, added.succeeded);
    return added;
  }

  /** A call that is not to be reported, and tells why its caller makes others. */
  addContext(attributed: AttributedCall): void {
    const view = attributed.process && this.views.view(attributed.process);
    this.#table.ofCall(attributed, view, kindOf(attributed.call)).addContext(attributed, view);
  }

  /** Gives up callers, so that there is room for others; their calls stay counted. */
  remove(callers: ReadonlySet<Caller>): void {
    this.#table.remove(callers);
  }

  /** At the end, when all names are known. */
  showHosts(hosts: ReadonlyMap<string, ShownHost>): void {
    this.#table.showHosts(hosts);
  }

  /** Calls of which inventories alone know. */
  get raisedCalls(): number {
    return this.#raised;
  }

  get counts(): KindCounts {
    return kindCounts(this.#counts);
  }

  get operations(): Readonly<Record<'token' | 'read' | 'attempt', number>> {
    return this.#operations;
  }

  get calls(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Calls whose process is known. */
  get withProcess(): number {
    return this.#withProcess;
  }

  /** Calls beyond the maximum of callers; see {@link OTHER_CALLERS}. */
  get otherCalls(): number {
    return this.#otherCalls;
  }

  /** Times of the first and of the last call; undefined without one. */
  get span(): { first: Nanoseconds; last: Nanoseconds } | undefined {
    if (this.#firstCall === undefined || this.#lastCall === undefined) return undefined;
    return { first: this.#firstCall, last: this.#lastCall };
  }

  get callerCount(): number {
    return this.known.filter(({ isReported }) => isReported).length;
  }

  /** As they came, and without the row of the others. */
  get known(): readonly Caller[] {
    return this.#table.known;
  }

  /** The row of the callers beyond the maximum, once there is one. */
  get others(): Caller | undefined {
    return this.#table.others;
  }

  /** What to fix first, first; the row of the other callers last. */
  callers(): Caller[] {
    return this.#table.sorted();
  }

  #count(kind: number, calls: number): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + calls;
  }

  #cover(first: Nanoseconds, last: Nanoseconds): void {
    if (this.#firstCall === undefined || first < this.#firstCall) this.#firstCall = first;
    if (this.#lastCall === undefined || last > this.#lastCall) this.#lastCall = last;
  }
}

function callsOf({ counts }: CallerSummary): number {
  return KINDS.reduce((sum, kind) => sum + counts[kind], 0);
}
