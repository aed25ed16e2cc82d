import type { Day, DayBudget, DayCount } from '../callers/days.ts';
import { type AllCalls, type CallerSums, type IgnoredAs, LARGER, SUM } from '../callers/types.ts';
import { type CallerFacts, FactCollector, type SavedFacts } from '../causes/caller-facts.ts';
import type { RunBudget } from '../causes/runs.ts';
import {
  type AttributedCall,
  type Nanoseconds,
  type Operation,
  PATH_CLASSES,
  type PathClass,
} from '../model.ts';
import { CalledNames } from './called-names.ts';
import { type AddedCounts, CallerCounts } from './caller-counts.ts';
import { type Candidate, candidateOf, type Example, isBetter } from './example.ts';
import { FewValues, type TextBudget } from './few-values.ts';
import type { ShownHost } from './host-names.ts';
import type { HostParts } from './host-parts.ts';
import { KINDS, type KindCounts } from './kinds.ts';
import { MostSaid } from './most-said.ts';
import { NOTHING_KEPT, type ProcessSize } from './process-budget.ts';
import type { ProcessView } from './process-view.ts';
import { userKey } from './users.ts';

const PATH_RANK: ReadonlyMap<PathClass, number> = new Map(
  PATH_CLASSES.map((pathClass, rank) => [pathClass, rank]),
);

/** What makes calls the same caller's. */
export interface CallerIdentity {
  /** Host, or capture where it is not known: see {@link scopeOf}. The same program on two hosts is two callers. */
  scope: string;
  /** Undefined where no process is known, and for the row of those beyond the maximum. */
  process: ProcessView | undefined;
  /** Client address and user agent, where no process is known. */
  client: string | undefined;
  userAgent?: string;
  /** The one row of the callers beyond the maximum. */
  isOther: boolean;
}

/** What all callers share, so that their number does not matter. */
export interface CallerBudgets {
  text: TextBudget;
  runs: RunBudget;
  days: DayBudget;
}

/** A row of the report: everything that one program on one host did. */
export class Caller {
  readonly identity: CallerIdentity;
  readonly operations = { token: 0, read: 0, attempt: 0 };
  /** Calls whose process is known: all or none, but of the row of those beyond the maximum. */
  withProcess = 0;
  /** Of its process, what was counted when it was met. */
  kept: ProcessSize = NOTHING_KEPT;
  /** As it is to be shown, once that is known. */
  host: ShownHost | undefined;
  first: Nanoseconds;
  last: Nanoseconds;
  readonly userAgents: FewValues;
  readonly clients: FewValues;
  readonly forwardedFor: FewValues;
  readonly unknownReasons: FewValues;
  readonly #hostNames: CalledNames;
  readonly #counts: CallerCounts;
  /** Of the earliest call of the worst kind seen: v1, else unknown, … */
  #example: Candidate;
  /** What saved events and reports said of its processes; undefined where the journal is read, which has it all. */
  said: MostSaid | undefined;
  #worstPath = PATH_CLASSES.length;
  readonly #facts: FactCollector;
  #isReported = false;
  /** Of the row of those beyond the maximum: whose calls they are. */
  parts: HostParts | undefined;
  /** The callers that it was joined of, each of one container; none where it was not. */
  containers: readonly Caller[] = [];
  #users: string | undefined;
  #hasManyUsers = false;
  #lacksAgent = false;
  #areNamedBySystem = true;
  #ignoredAs: IgnoredAs | undefined;
  #isCounted = false;

  constructor(identity: CallerIdentity, first: Candidate, budgets: CallerBudgets) {
    this.identity = identity;
    this.#example = first;
    this.first = first.time;
    this.last = first.time;
    this.userAgents = new FewValues(8, budgets.text);
    this.clients = new FewValues(8, budgets.text);
    this.forwardedFor = new FewValues(4, budgets.text);
    this.unknownReasons = new FewValues(4, budgets.text);
    this.#hostNames = new CalledNames(budgets.text);
    this.#counts = new CallerCounts(budgets.days);
    this.#facts = new FactCollector(budgets.runs);
  }

  /** Whether it made a call that is to be reported. */
  get isReported(): boolean {
    return this.#isReported;
  }

  /** Its processes ran as more than one user, or may have. */
  get hasManyUsers(): boolean {
    return this.#hasManyUsers;
  }

  get allCalls(): AllCalls {
    return {
      user: this.#hasManyUsers ? undefined : this.#users || undefined,
      haveAgents: !this.#lacksAgent && this.userAgents.isWhole,
      areNamedBySystem: this.#areNamedBySystem,
    };
  }

  /** Where every report that told of it left it uncounted: why, and until when at the earliest. */
  get ignoredAs(): IgnoredAs | undefined {
    return this.#isCounted ? undefined : this.#ignoredAs;
  }

  /** Calls by kind, in the order of KINDS. */
  get counts(): readonly number[] {
    return this.#counts.byKind;
  }

  get kinds(): KindCounts {
    return this.#counts.kinds;
  }

  get calls(): number {
    return this.#counts.total;
  }

  get example(): Example {
    return this.#example.example;
  }

  get exampleTime(): Nanoseconds {
    return this.#example.time;
  }

  get worstPath(): PathClass | undefined {
    return PATH_CLASSES[this.#worstPath];
  }

  /** As the rules see it; without a call that is reported by IMDSv1, the least. */
  get worstOverV1(): 0 | 1 | 2 {
    return this.counts[0] === 0 ? 2 : this.#facts.worstOverV1;
  }

  get raisedCalls(): number {
    return this.#counts.raised;
  }

  /** No event tells of it, nor a report: its calls have no times but days. */
  get isOfInventoryAlone(): boolean {
    return this.raisedCalls > 0 && this.raisedCalls === this.calls;
  }

  /** Begin of the latest day with such a call, in UTC, among the days that are known. */
  get lastDayOfV1(): Nanoseconds | undefined {
    return this.#counts.lastDayOfV1;
  }

  /** How its host was called when its calls were made; sorted. */
  get hostNames(): readonly string[] {
    return this.#hostNames.values;
  }

  /** Its host or capture, as it is to be shown. */
  get place(): string {
    return this.host?.label ?? this.identity.scope;
  }

  get facts(): CallerFacts {
    return this.#facts.facts;
  }

  get savedFacts(): SavedFacts {
    return this.#facts.saved;
  }

  /** Calls by day, the earliest first. */
  get days(): DayCount[] {
    return this.#counts.days;
  }

  forgetDays(before: Day): void {
    this.#counts.forgetDays(before);
  }

  /** The caller is given up: what it took of what all share is there for others. */
  clear(): void {
    for (const values of [this.userAgents, this.clients, this.forwardedFor, this.unknownReasons])
      values.clear();
    this.#hostNames.clear();
    this.forgetDays(Number.POSITIVE_INFINITY);
    this.#facts.clear();
  }

  /** @param view of its process, where that is known */
  add(attributed: AttributedCall, kind: number, view: ProcessView | undefined): void {
    const { call } = attributed;
    this.addContext(attributed, view);
    if (!this.#isReported) this.#begin(candidateOf(attributed, kind));
    this.#isCounted = true;
    if (attributed.process !== undefined)
      this.#addUser(userKey(attributed.process.userId, attributed.process.userName));
    this.#counts.add(call.time, kind);
    if (attributed.process?.facts !== undefined) {
      this.said ??= new MostSaid();
      this.said.add(attributed.process.facts);
    }
    if (call.operation !== undefined) this.operations[call.operation]++;
    if (view !== undefined) this.withProcess++;
    if (view?.isNamedBySystem === false) this.#areNamedBySystem = false;
    if (call.time > this.last) this.last = call.time;
    else if (call.time < this.first) this.first = call.time;
    if (call.userAgent !== undefined) this.userAgents.add(call.userAgent);
    else if (KINDS[kind] !== 'attempt') this.#lacksAgent = true;
    if (call.forwardedFor !== undefined) this.forwardedFor.add(call.forwardedFor);
    if (call.unknownReason !== undefined) this.unknownReasons.add(call.unknownReason);
    if (call.client.address !== '') this.clients.add(call.client.address);
    this.#hostNames.add(attributed.host?.name);
    this.#touch(call.pathClass);
    if (isBetter(kind, call.time, attributed, this.#example)) this.#example = candidateOf(attributed, kind);
  }

  /** Calls of this caller that were counted before. */
  merge(summary: CallerSums, example: Candidate): void {
    this.#counts.merge(summary);
    for (const operation of OPERATIONS) this.operations[operation] += summary.operations[operation];
    this.withProcess += summary.withProcess;
    this.#facts.merge(summary.facts, SUM);
    this.#addIgnored(summary.ignored);
    if (!this.#isReported) this.#begin(example);
    this.#widen(summary, example);
  }

  /** Calls that may be among those that were counted: see {@link CallerCounts.raise}. @returns what was added */
  raise(summary: CallerSums, example: Candidate): AddedCounts[] {
    const { added, isApart } = this.#counts.raise(summary);
    this.#facts.merge(summary.facts, isApart ? SUM : LARGER);
    for (const operation of OPERATIONS) {
      this.operations[operation] = Math.max(this.operations[operation], summary.operations[operation]);
    }
    if (summary.withProcess > 0) this.withProcess = this.calls;
    this.#addIgnored(summary.ignored);
    if (!this.#isReported) this.#begin(example);
    this.#widen(summary, example);
    return added;
  }

  #addUser(user: string): void {
    this.#users ??= user;
    if (user !== this.#users) this.#hasManyUsers = true;
  }

  #addIgnored(ignored: IgnoredAs | undefined): void {
    if (ignored === undefined) this.#isCounted = true;
    else if (this.#ignoredAs === undefined || isEarlier(ignored, this.#ignoredAs)) this.#ignoredAs = ignored;
  }

  #widen(summary: CallerSums, { example, kind, time }: Candidate): void {
    const { user, haveAgents, areNamedBySystem } = summary.allCalls;
    if (example.process !== undefined) {
      this.said ??= new MostSaid();
      this.said.addColumns(summary.said);
    }
    if (!haveAgents) this.#lacksAgent = true;
    if (!areNamedBySystem) this.#areNamedBySystem = false;
    if (summary.program !== undefined && user !== undefined) this.#addUser(user);
    else if (summary.program !== undefined) this.#hasManyUsers = true;
    if (summary.first < this.first) this.first = summary.first;
    if (summary.last > this.last) this.last = summary.last;
    for (const agent of summary.userAgents) this.userAgents.add(agent);
    for (const value of summary.forwardedFor) this.forwardedFor.add(value);
    for (const value of summary.unknownReasons) this.unknownReasons.add(value);
    for (const client of summary.clients) this.clients.add(client);
    for (const name of summary.hostNames) this.#hostNames.add(name);
    this.#touch(summary.worstPath);
    if (isBetter(kind, time, example, this.#example)) this.#example = { example, kind, time };
  }

  #touch(pathClass: PathClass | undefined): void {
    if (pathClass === undefined) return;
    const rank = PATH_RANK.get(pathClass) ?? PATH_CLASSES.length;
    if (rank < this.#worstPath) this.#worstPath = rank;
  }

  /** A call that is not to be reported, and tells why it makes others. */
  addContext({ call, attribution }: AttributedCall, view: ProcessView | undefined): void {
    const isBeforeNat = attribution.match === 'isn-nat';
    this.#facts.add(call, view?.run ?? '', view?.tokenArgument ?? 'none', isBeforeNat);
  }

  /** It may be known from calls that are not to be reported. */
  #begin(first: Candidate): void {
    this.#isReported = true;
    this.first = first.time;
    this.last = first.time;
    this.#example = first;
  }
}

const OPERATIONS: readonly Operation[] = ['token', 'read', 'attempt'];

/** In whatever order they are read, the same one is kept. */
function isEarlier(a: IgnoredAs, b: IgnoredAs): boolean {
  return a.expires < b.expires || (a.expires === b.expires && a.reason < b.reason);
}
