import { DayBudget } from '../callers/days.ts';
import type { HostPart } from '../callers/host-part.ts';
import type { CallerSummary } from '../callers/types.ts';
import { RunBudget } from '../causes/runs.ts';
import type { AttributedCall, Process } from '../model.ts';
import { Caller, type CallerBudgets, type CallerIdentity } from './caller.ts';
import { compareCallers } from './caller-order.ts';
import { type Candidate, candidateOf } from './example.ts';
import { TextBudget } from './few-values.ts';
import { getOrInsert } from './get-or-insert.ts';
import { type ShownHost, scopeOf } from './host-names.ts';
import { HostParts } from './host-parts.ts';
import { joinContainers } from './join-containers.ts';
import { ProcessBudget } from './process-budget.ts';
import type { ProcessView, ProcessViews } from './process-view.ts';
import { recurringExecutable, recurringUnit } from './recurring.ts';
import { savedHost } from './saved-process.ts';
import { userKey } from './users.ts';

/** Characters of their names, addresses and user agents. */
const MAX_CALLER_TEXT = 4 * 1024 * 1024;
/** Runs of programs that are followed to find causes. */
const MAX_RUNS = 65_536;
/** Days of callers, beyond the first of each. */
const MAX_DAYS = 131_072;

/** In the place of the host of a row whose calls are of many. */
const SEVERAL_HOSTS = 'several hosts';

/**
 * Which caller a call is of: looked up by object or address, so that nothing is made of a call that is to be
 * printed at the end. Of callers there is a maximum; the calls of all beyond it are of one row.
 */
export class CallerTable {
  readonly #views: ProcessViews;
  readonly #maximum: number;
  #callers: Caller[] = [];
  readonly #byProgram = new Map<string, Caller>();
  /** By the process, or by what it has in common with those that are alike. */
  #byProcess = new WeakMap<object, Caller>();
  /** Scope → client address → user agent → caller. */
  readonly #byClient = new Map<string, Map<string, Map<string, Caller>>>();
  readonly #budgets = makeBudgets();
  readonly #processBudget = new ProcessBudget();
  #others: Caller | undefined;
  readonly #otherParts = new HostParts();
  /** Until more is added. */
  #sorted: Caller[] | undefined;

  constructor(views: ProcessViews, maximum: number) {
    this.#views = views;
    this.#maximum = maximum;
  }

  /** The row of those beyond the maximum, once there is one. */
  get others(): Caller | undefined {
    return this.#others;
  }

  /** As they came, and without the row of the others. */
  get known(): readonly Caller[] {
    return this.#callers;
  }

  /** What to fix first, first; the row of the other callers last. */
  sorted(): Caller[] {
    this.#sorted ??= this.#sort();
    return this.#sorted;
  }

  /** @param view of its process, where that is known */
  ofCall(attributed: AttributedCall, view: ProcessView | undefined, kind: number): Caller {
    this.#sorted = undefined;
    const { process } = attributed;
    return view === undefined || process === undefined
      ? this.#ofClient(attributed, kind)
      : this.#ofProcess(attributed, process, view, kind);
  }

  /** Whose calls were counted before. */
  ofSummary(summary: CallerSummary, candidate: Candidate): Caller {
    this.#sorted = undefined;
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
    const view = this.#views.view(process);
    const key = keyOf(scope, view);
    const shown = address.length + userAgent.length;
    return this.#byProgram.get(key) ?? this.#newProgram(scope, view, key, candidate, shown);
  }

  /** A call that went to the row of the others. */
  addOtherCall(attributed: AttributedCall, kind: number): void {
    this.#otherParts.call(attributed, kind);
    this.#nameOthers();
  }

  /** The same of calls that were counted before, by host. */
  addOtherParts(parts: readonly HostPart[]): void {
    for (const part of parts) this.#otherParts.add(part);
    this.#nameOthers();
  }

  /** Gives up callers, so that there is room for others. */
  remove(callers: ReadonlySet<Caller>): void {
    this.#sorted = undefined;
    this.#callers = this.#callers.filter((caller) => !callers.has(caller));
    for (const caller of callers) this.#forget(caller);
    this.#byProcess = new WeakMap();
  }

  /** At the end, when all names are known. */
  showHosts(hosts: ReadonlyMap<string, ShownHost>): void {
    for (const caller of [...this.#callers, ...this.sorted()]) caller.host = hosts.get(caller.identity.scope);
    this.#otherParts.showHosts(hosts);
  }

  #sort(): Caller[] {
    const reported = this.#callers.filter(({ isReported }) => isReported);
    const sorted = joinContainers(reported, this.#views, makeBudgets()).sort(compareCallers);
    return this.#others?.isReported ? [...sorted, this.#others] : sorted;
  }

  #ofProcess(attributed: AttributedCall, process: Process, view: ProcessView, kind: number): Caller {
    const scope = scopeOf(attributed.host, attributed.capture);
    const same = process.alike ?? process;
    const known = this.#byProcess.get(same);
    // Of saved events, hosts may share it: what is written of a process need not tell where it ran.
    if (known !== undefined && (known.identity.scope === scope || known.identity.isOther)) return known;
    this.#views.users.learn(scope, process);
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

  /** The first of them was of one host, which not all of them need be. */
  #nameOthers(): void {
    if (this.#others !== undefined && this.#otherParts.size > 1) this.#others.identity.scope = SEVERAL_HOSTS;
  }
}

function makeBudgets(): CallerBudgets {
  return {
    text: new TextBudget(MAX_CALLER_TEXT),
    runs: new RunBudget(MAX_RUNS),
    days: new DayBudget(MAX_DAYS),
  };
}

function keyOf(scope: string, { program, startedBy, process }: ProcessView): string {
  const { containerId, unit, executable, userId, userName } = process;
  const each = unit && recurringUnit(unit);
  // A service is one user's. What was a session of its own is of whoever logged in; saved reports have the mark, too.
  const user = each?.includes('*') ? userKey(userId, userName) : undefined;
  const file = executable && recurringExecutable(executable);
  return [scope, program, startedBy, containerId, each, user, file].join('\0');
}
