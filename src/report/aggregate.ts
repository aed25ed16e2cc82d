import { RunBudget } from '../causes/runs.ts';
import type { AttributedCall, Host, Nanoseconds, Process } from '../model.ts';
import { Caller, type CallerIdentity, compareCallers, TextBudget } from './caller.ts';
import { KINDS, type KindCounts, kindCounts, kindOf } from './kinds.ts';
import { type ProcessView, ProcessViews } from './process-view.ts';
import { Timeline } from './timeline.ts';

const MAX_CALLERS = 16_384;
/** Characters of their names, addresses and user agents. */
const MAX_CALLER_TEXT = 4 * 1024 * 1024;
/** Characters of their processes: some 1,500 each where there are the most callers. */
const MAX_PROCESS_TEXT = 24 * 1024 * 1024;

/** Runs of programs that are followed to find causes. */
const MAX_RUNS = 65_536;

/** Name of the counter of calls that went to the row "other callers". */
export const OTHER_CALLERS = 'report.calls_of_other_callers';

/**
 * Calls to callers. Memory grows with the callers, up to a maximum, and never with the calls. A call
 * costs the look-up of its caller by object or address: what is to be printed is made at the end.
 */
export class Aggregate {
  readonly timeline = new Timeline();
  readonly views: ProcessViews;
  readonly #maximum: number;
  readonly #counts = new Float64Array(KINDS.length);
  readonly #operations = { token: 0, read: 0, attempt: 0 };
  readonly #callers: Caller[] = [];
  readonly #byProgram = new Map<string, Caller>();
  readonly #byProcess = new WeakMap<Process, Caller>();
  /** Scope → client address → user agent → caller. */
  readonly #byClient = new Map<string, Map<string, Map<string, Caller>>>();
  readonly #budgets = { text: new TextBudget(MAX_CALLER_TEXT), runs: new RunBudget(MAX_RUNS) };
  readonly #processBudget = new TextBudget(MAX_PROCESS_TEXT);
  #firstCall: Nanoseconds | undefined;
  #lastCall: Nanoseconds | undefined;
  #others: Caller | undefined;
  #otherCalls = 0;
  #withProcess = 0;

  constructor(views = new ProcessViews(), maximum = MAX_CALLERS) {
    this.views = views;
    this.#maximum = maximum;
  }

  /** Gives the caller that it was counted for. */
  add(attributed: AttributedCall): Caller {
    const { call, process } = attributed;
    const kind = kindOf(call);
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    if (call.operation !== undefined) this.#operations[call.operation]++;
    this.timeline.add(call.time, kind);
    if (this.#firstCall === undefined || call.time < this.#firstCall) this.#firstCall = call.time;
    if (this.#lastCall === undefined || call.time > this.#lastCall) this.#lastCall = call.time;
    if (process !== undefined) this.#withProcess++;
    const view = process && this.views.view(process);
    const caller = this.#callerOf(attributed, view, kind);
    caller.add(attributed, kind, view);
    if (caller === this.#others) this.#otherCalls++;
    return caller;
  }

  /** A call that is not to be reported, and tells why its caller makes others. */
  addContext(attributed: AttributedCall): void {
    const view = attributed.process && this.views.view(attributed.process);
    this.#callerOf(attributed, view, kindOf(attributed.call)).addContext(attributed.call, view);
  }

  #callerOf(attributed: AttributedCall, view: ProcessView | undefined, kind: number): Caller {
    const { process } = attributed;
    return view === undefined || process === undefined
      ? this.#ofClient(attributed, kind)
      : (this.#byProcess.get(process) ?? this.#ofProcess(attributed, process, view, kind));
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

  /** What to fix first, first; the row of the other callers last. */
  callers(): Caller[] {
    const sorted = this.#callers.filter(({ isReported }) => isReported).sort(compareCallers);
    return this.#others?.isReported ? [...sorted, this.#others] : sorted;
  }

  #ofProcess(attributed: AttributedCall, process: Process, view: ProcessView, kind: number): Caller {
    const { containerId, unit, executable } = view.process;
    const scope = scopeOf(attributed.host, attributed.capture);
    const key = [scope, view.program, view.startedBy, containerId, unit, executable].join('\0');
    let caller = this.#byProgram.get(key);
    if (caller === undefined) {
      const identity = { scope, process: view, client: undefined, isOther: false };
      caller = this.#newCaller(identity, attributed, kind, key.length);
      if (caller !== this.#others) this.#byProgram.set(key, caller);
    }
    this.#byProcess.set(process, caller);
    return caller;
  }

  #ofClient(attributed: AttributedCall, kind: number): Caller {
    const { call, capture, host } = attributed;
    const scope = scopeOf(host, capture);
    const userAgent = call.userAgent ?? '';
    const { address } = call.client;
    const known = this.#byClient.get(scope)?.get(address)?.get(userAgent);
    if (known !== undefined) return known;
    const identity = { scope, process: undefined, client: address, isOther: false };
    const caller = this.#newCaller(identity, attributed, kind, 0);
    if (caller !== this.#others) {
      const addresses = getOrInsert(this.#byClient, scope, () => new Map<string, Map<string, Caller>>());
      getOrInsert(addresses, address, () => new Map<string, Caller>()).set(userAgent, caller);
    }
    return caller;
  }

  /** @param keyLength characters that are kept to find it again, beyond the values that it shows */
  #newCaller(identity: CallerIdentity, attributed: AttributedCall, kind: number, keyLength: number): Caller {
    const { client, userAgent = '' } = attributed.call;
    const shown = client.address.length + userAgent.length;
    const hasRoom = this.#callers.length < this.#maximum && this.#budgets.text.left >= keyLength + shown;
    if (!hasRoom || !this.#processBudget.take(textLength(attributed.process))) {
      const others = { scope: identity.scope, process: undefined, client: undefined, isOther: true };
      this.#others ??= new Caller(others, attributed, kind, this.#budgets);
      return this.#others;
    }
    this.#budgets.text.take(keyLength);
    const caller = new Caller(identity, attributed, kind, this.#budgets);
    this.#callers.push(caller);
    return caller;
  }
}

/** Of what a row keeps of its example: the process, and what it descends from. */
function textLength(process: Process | undefined): number {
  if (process === undefined) return 0;
  let length = 0;
  for (const { args = [], executable = '' } of [process, ...process.ancestors]) {
    length += executable.length;
    for (const argument of args) length += argument.length;
  }
  return length;
}

/** Where a caller lives, as it is shown: the host's name, its id, or the capture's name. */
export function scopeOf(host: Host | undefined, capture: string): string {
  return host?.name ?? host?.id ?? capture;
}

function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
