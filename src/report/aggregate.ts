import { DAY_NS, DayBudget, type DayCount, dayStart } from '../callers/days.ts';
import { partsOf } from '../callers/host-part.ts';
import type { CallerSummary } from '../callers/types.ts';
import { RunBudget } from '../causes/runs.ts';
import type { AttributedCall, Nanoseconds, Process } from '../model.ts';
import { Caller, type CallerIdentity, type Candidate, compareCallers, exampleOf } from './caller.ts';
import { TextBudget } from './few-values.ts';
import type { CallGroups } from './groups.ts';
import { type ShownHost, scopeOf } from './host-names.ts';
import { HostParts } from './host-parts.ts';
import { KINDS, type KindCounts, kindCounts, kindOf } from './kinds.ts';
import { ProcessBudget } from './process-budget.ts';
import { type ProcessView, ProcessViews } from './process-view.ts';
import { recurringUnit } from './recurring.ts';
import { savedCandidate, savedHost } from './saved-process.ts';
import { isWidth, Timeline } from './timeline.ts';

const MAX_CALLERS = 16_384;
/** Characters of their names, addresses and user agents. */
const MAX_CALLER_TEXT = 4 * 1024 * 1024;
/** Runs of programs that are followed to find causes. */
const MAX_RUNS = 65_536;
/** Days of callers, beyond the first of each. */
const MAX_DAYS = 131_072;

/** In the place of the host of a row whose calls are of many. */
const SEVERAL_HOSTS = 'several hosts';

/** What an inventory knew beyond what was counted. */
export interface Raised {
  counts: number[];
  succeeded: number;
  /** Of the counts, those whose day is known. */
  days: readonly DayCount[];
}

/** Name of the counter of calls that went to the row "other callers". */
export const OTHER_CALLERS = 'report.calls_of_other_callers';

/**
 * Calls to callers. Memory grows with the callers, up to a maximum, and never with the calls. A call
 * costs the look-up of its caller by object or address: what is to be printed is made at the end.
 */
export class Aggregate {
  readonly timeline = new Timeline();
  readonly views: ProcessViews;
  readonly groups: CallGroups | undefined;
  readonly #maximum: number;
  readonly #counts = new Float64Array(KINDS.length);
  readonly #operations = { token: 0, read: 0, attempt: 0 };
  #callers: Caller[] = [];
  readonly #byProgram = new Map<string, Caller>();
  /** By the process, or by what it has in common with those that are alike. */
  #byProcess = new WeakMap<object, Caller>();
  /** Scope → client address → user agent → caller. */
  readonly #byClient = new Map<string, Map<string, Map<string, Caller>>>();
  readonly #budgets = {
    text: new TextBudget(MAX_CALLER_TEXT),
    runs: new RunBudget(MAX_RUNS),
    days: new DayBudget(MAX_DAYS),
  };
  readonly #processBudget = new ProcessBudget();
  #firstCall: Nanoseconds | undefined;
  #lastCall: Nanoseconds | undefined;
  #others: Caller | undefined;
  #otherCalls = 0;
  readonly #otherParts = new HostParts();
  #withProcess = 0;
  #raised = 0;

  /** @param groups what calls are counted by besides, where the calls of one caller may differ in it */
  constructor(views = new ProcessViews(), maximum = MAX_CALLERS, groups?: CallGroups) {
    this.views = views;
    this.#maximum = maximum;
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
    const caller = this.#callerOf(attributed, view, kind);
    caller.add(attributed, kind, view);
    if (caller === this.#others) {
      this.#otherCalls++;
      this.#otherParts.call(attributed, kind);
      this.#nameOthers(caller);
    }
    this.groups?.add(attributed, kind, caller);
    return caller;
  }

  addCaller(summary: CallerSummary): void {
    const candidate = savedCandidate(summary, this.views);
    const caller = this.#ofSummary(summary, candidate);
    caller.merge(summary, candidate);
    const added = KINDS.map((kind) => summary.counts[kind]);
    this.groups?.addUnknown(caller, added, summary.facts.v1.succeeded);
    for (const [kind, name] of KINDS.entries()) this.#count(kind, summary.counts[name]);
    for (const operation of ['token', 'read', 'attempt'] as const) {
      this.#operations[operation] += summary.operations[operation];
    }
    this.#withProcess += summary.withProcess;
    if (caller === this.#others) {
      this.#otherCalls += callsOf(summary);
      for (const part of partsOf(summary)) this.#otherParts.add(part);
      this.#nameOthers(caller);
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
    const caller = this.#ofSummary(summary, candidate);
    // What is in one row is not told apart: it might be counted twice.
    if (caller === this.#others) {
      this.addCaller({ ...summary, isOther: true });
      const { counts, facts, days } = summary;
      return { counts: KINDS.map((kind) => counts[kind]), succeeded: facts.v1.succeeded, days };
    }
    const { withProcess, operations, counts: after } = caller;
    const beforehand = { counts: [...after], succeeded: caller.facts.v1.succeeded };
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
      succeeded: caller.facts.v1.succeeded - beforehand.succeeded,
      days,
    };
    this.groups?.addUnknown(caller, added.counts, added.succeeded);
    return added;
  }

  /** A call that is not to be reported, and tells why its caller makes others. */
  addContext(attributed: AttributedCall): void {
    const view = attributed.process && this.views.view(attributed.process);
    this.#callerOf(attributed, view, kindOf(attributed.call)).addContext(attributed, view);
  }

  #callerOf(attributed: AttributedCall, view: ProcessView | undefined, kind: number): Caller {
    const { process } = attributed;
    return view === undefined || process === undefined
      ? this.#ofClient(attributed, kind)
      : this.#ofProcess(attributed, process, view, kind);
  }

  /** Gives up callers, so that there is room for others; their calls stay counted. */
  remove(callers: ReadonlySet<Caller>): void {
    this.#callers = this.#callers.filter((caller) => !callers.has(caller));
    for (const caller of callers) this.#forget(caller);
    this.#byProcess = new WeakMap();
  }

  /** At the end, when all names are known. */
  showHosts(hosts: ReadonlyMap<string, ShownHost>): void {
    for (const caller of this.#callers) caller.host = hosts.get(caller.identity.scope);
    if (this.#others !== undefined) this.#others.host = hosts.get(this.#others.identity.scope);
    this.#otherParts.showHosts(hosts);
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
    return this.#callers.filter(({ isReported }) => isReported).length;
  }

  /** As they came, and without the row of the others. */
  get known(): readonly Caller[] {
    return this.#callers;
  }

  /** What to fix first, first; the row of the other callers last. */
  callers(): Caller[] {
    const sorted = this.#callers.filter(({ isReported }) => isReported).sort(compareCallers);
    return this.#others?.isReported ? [...sorted, this.#others] : sorted;
  }

  #forget(caller: Caller): void {
    const { scope, process, client = '', userAgent = '' } = caller.identity;
    if (process === undefined) {
      const addresses = this.#byClient.get(scope);
      const agents = addresses?.get(client);
      agents?.delete(userAgent);
      if (agents?.size === 0) addresses?.delete(client);
    } else {
      const key = keyOf(scope, process);
      this.#byProgram.delete(key);
      this.#budgets.text.giveBack(key.length);
    }
    this.#processBudget.giveBack(caller.kept);
    caller.clear();
  }

  #count(kind: number, calls: number): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + calls;
  }

  #cover(first: Nanoseconds, last: Nanoseconds): void {
    if (this.#firstCall === undefined || first < this.#firstCall) this.#firstCall = first;
    if (this.#lastCall === undefined || last > this.#lastCall) this.#lastCall = last;
  }

  #ofProcess(attributed: AttributedCall, process: Process, view: ProcessView, kind: number): Caller {
    const scope = scopeOf(attributed.host, attributed.capture);
    const same = process.alike ?? process;
    const known = this.#byProcess.get(same);
    // Of saved events, hosts may share it: what is written of a process need not tell where it ran.
    if (known !== undefined && (known.identity.scope === scope || known.identity.isOther)) return known;
    this.views.users.learn(scope, process);
    const key = keyOf(scope, view);
    let caller = this.#byProgram.get(key);
    if (caller === undefined) {
      const { client, userAgent = '' } = attributed.call;
      const shown = client.address.length + userAgent.length;
      caller = this.#newProgram(scope, view, key, candidateOf(attributed, kind), shown);
    }
    this.#byProcess.set(same, caller);
    return caller;
  }

  #ofClient(attributed: AttributedCall, kind: number): Caller {
    const { call, capture, host } = attributed;
    const scope = scopeOf(host, capture);
    const userAgent = call.userAgent ?? '';
    const { address } = call.client;
    const known = this.#byClient.get(scope)?.get(address)?.get(userAgent);
    return known ?? this.#newClient(scope, address, userAgent, candidateOf(attributed, kind));
  }

  #ofSummary(summary: CallerSummary, candidate: Candidate): Caller {
    const { capture, isOther, clients, userAgents } = summary;
    const scope = scopeOf(savedHost(summary), capture);
    if (isOther) return this.#othersOf(scope, candidate);
    const [address = ''] = clients;
    const [userAgent = ''] = userAgents;
    const { process } = candidate.example;
    if (process === undefined) {
      const known = this.#byClient.get(scope)?.get(address)?.get(userAgent);
      return known ?? this.#newClient(scope, address, userAgent, candidate);
    }
    const view = this.views.view(process);
    const key = keyOf(scope, view);
    const shown = address.length + userAgent.length;
    return this.#byProgram.get(key) ?? this.#newProgram(scope, view, key, candidate, shown);
  }

  #newProgram(scope: string, process: ProcessView, key: string, first: Candidate, shown: number): Caller {
    const caller = this.#newCaller(
      { scope, process, client: undefined, isOther: false },
      first,
      key.length,
      shown,
    );
    if (caller !== this.#others) this.#byProgram.set(key, caller);
    return caller;
  }

  #newClient(scope: string, address: string, userAgent: string, first: Candidate): Caller {
    const identity = { scope, process: undefined, client: address, userAgent, isOther: false };
    const caller = this.#newCaller(identity, first, 0, address.length + userAgent.length);
    if (caller !== this.#others) {
      const addresses = getOrInsert(this.#byClient, scope, () => new Map<string, Map<string, Caller>>());
      getOrInsert(addresses, address, () => new Map<string, Caller>()).set(userAgent, caller);
    }
    return caller;
  }

  /**
   * @param keyLength characters that are kept to find it again, beyond the values that it shows
   * @param shown characters of those
   */
  #newCaller(identity: CallerIdentity, first: Candidate, keyLength: number, shown: number): Caller {
    const hasRoom = this.#callers.length < this.#maximum && this.#budgets.text.left >= keyLength + shown;
    const kept = hasRoom ? this.#processBudget.take(first.example.process) : undefined;
    if (kept === undefined) return this.#othersOf(identity.scope, first);
    this.#budgets.text.take(keyLength);
    const caller = new Caller(identity, first, this.#budgets);
    caller.kept = kept;
    this.#callers.push(caller);
    return caller;
  }

  #othersOf(scope: string, first: Candidate): Caller {
    if (this.#others === undefined) {
      const identity = { scope, process: undefined, client: undefined, isOther: true };
      this.#others = new Caller(identity, first, this.#budgets);
      this.#others.parts = this.#otherParts;
    }
    return this.#others;
  }

  /** The first of them was of one host, which not all of them need be. */
  #nameOthers(others: Caller): void {
    if (this.#otherParts.size > 1) others.identity.scope = SEVERAL_HOSTS;
  }
}

function keyOf(scope: string, { program, startedBy, process }: ProcessView): string {
  const { containerId, unit, executable } = process;
  return [scope, program, startedBy, containerId, unit && recurringUnit(unit), executable].join('\0');
}

function candidateOf(attributed: AttributedCall, kind: number): Candidate {
  return { example: exampleOf(attributed), kind, time: attributed.call.time };
}

function callsOf({ counts }: CallerSummary): number {
  return KINDS.reduce((sum, kind) => sum + counts[kind], 0);
}

export function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
