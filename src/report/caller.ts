import { type CallerFacts, FactCollector } from '../causes/caller-facts.ts';
import type { RunBudget } from '../causes/runs.ts';
import {
  type AttributedCall,
  type ImdsCall,
  type Nanoseconds,
  PATH_CLASSES,
  type PathClass,
} from '../model.ts';
import { MostSaid } from './facts.ts';
import { KINDS, type KindCounts, kindCounts } from './kinds.ts';
import type { ProcessView } from './process-view.ts';

/** Characters that all callers may keep together: how many one asks for is an attacker's to choose. */
export class TextBudget {
  #left: number;

  constructor(characters: number) {
    this.#left = characters;
  }

  get left(): number {
    return this.#left;
  }

  /** Whether so many more may be kept; then they are counted. */
  take(characters: number): boolean {
    if (characters > this.#left) return false;
    this.#left -= characters;
    return true;
  }
}

/** The first distinct values, as far as number and characters are allowed; sorted. */
export class FewValues {
  readonly #maximum: number;
  readonly #budget: TextBudget;
  /** Most callers have one value: a set is made for the second. */
  #values: Set<string> | undefined;
  #last: string | undefined;

  constructor(maximum: number, budget: TextBudget) {
    this.#maximum = maximum;
    this.#budget = budget;
  }

  add(value: string): void {
    if (value === this.#last) return;
    if (this.#values?.has(value)) this.#last = value;
    else if (this.#last === undefined) {
      if (this.#budget.take(value.length)) this.#last = value;
    } else if ((this.#values?.size ?? 1) < this.#maximum && this.#budget.take(value.length)) {
      this.#values ??= new Set([this.#last]);
      this.#values.add(value);
      this.#last = value;
    }
  }

  get values(): string[] {
    if (this.#values !== undefined) return [...this.#values].sort();
    return this.#last === undefined ? [] : [this.#last];
  }
}

const PATH_RANK: ReadonlyMap<PathClass, number> = new Map(
  PATH_CLASSES.map((pathClass, rank) => [pathClass, rank]),
);

/** What makes calls the same caller's. */
export interface CallerIdentity {
  /** Capture, or host where it is known: the same program on two hosts is two callers. */
  scope: string;
  /** Undefined where no process is known, and for the row of those beyond the maximum. */
  process: ProcessView | undefined;
  /** Client address, where no process is known. */
  client: string | undefined;
  /** The one row of the callers beyond the maximum. */
  isOther: boolean;
}

/** What all callers share, so that their number does not matter. */
export interface CallerBudgets {
  text: TextBudget;
  runs: RunBudget;
}

/** What a row says of one of its calls. The call itself is not kept: its texts may be long. */
export type Example = Omit<AttributedCall, 'call'>;

/** A row of the report: everything that one program on one host did. */
export class Caller {
  readonly identity: CallerIdentity;
  readonly counts: number[] = KINDS.map(() => 0);
  first: Nanoseconds;
  last: Nanoseconds;
  readonly userAgents: FewValues;
  readonly clients: FewValues;
  readonly forwardedFor: FewValues;
  /** Of the earliest call of the worst kind seen: v1, else unknown, … */
  example: Example;
  /** What saved events said of its processes; undefined where the journal is read, which has it all. */
  said: MostSaid | undefined;
  #exampleKind: number;
  #exampleTime: Nanoseconds;
  #worstPath = PATH_CLASSES.length;
  readonly #facts: FactCollector;
  #isReported = false;

  constructor(identity: CallerIdentity, first: AttributedCall, kind: number, budgets: CallerBudgets) {
    this.identity = identity;
    this.example = exampleOf(first);
    this.#exampleKind = kind;
    this.#exampleTime = first.call.time;
    this.first = first.call.time;
    this.last = first.call.time;
    this.userAgents = new FewValues(8, budgets.text);
    this.clients = new FewValues(8, budgets.text);
    this.forwardedFor = new FewValues(4, budgets.text);
    this.#facts = new FactCollector(budgets.runs);
  }

  /** Whether it made a call that is to be reported. */
  get isReported(): boolean {
    return this.#isReported;
  }

  get kinds(): KindCounts {
    return kindCounts(this.counts);
  }

  get worstPath(): PathClass | undefined {
    return PATH_CLASSES[this.#worstPath];
  }

  get facts(): CallerFacts {
    return this.#facts.facts;
  }

  /** @param view of its process, where that is known */
  add(attributed: AttributedCall, kind: number, view: ProcessView | undefined): void {
    const { call } = attributed;
    this.addContext(call, view);
    if (!this.#isReported) this.#begin(attributed, kind);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (attributed.process?.facts !== undefined) {
      this.said ??= new MostSaid();
      this.said.add(attributed);
    }
    if (call.time > this.last) this.last = call.time;
    else if (call.time < this.first) this.first = call.time;
    if (call.userAgent !== undefined) this.userAgents.add(call.userAgent);
    if (call.forwardedFor !== undefined) this.forwardedFor.add(call.forwardedFor);
    if (call.client.address !== '') this.clients.add(call.client.address);
    if (call.pathClass !== undefined) {
      const rank = PATH_RANK.get(call.pathClass) ?? PATH_CLASSES.length;
      if (rank < this.#worstPath) this.#worstPath = rank;
    }
    if (this.#isBetterExample(attributed, kind)) {
      this.example = exampleOf(attributed);
      this.#exampleKind = kind;
      this.#exampleTime = call.time;
    }
  }

  /** A call that is not to be reported, and tells why it makes others. */
  addContext(call: ImdsCall, view: ProcessView | undefined): void {
    this.#facts.add(call, view?.run ?? '', view?.tokenArgument ?? 'none');
  }

  /** It may be known from calls that are not to be reported. */
  #begin(attributed: AttributedCall, kind: number): void {
    const { time } = attributed.call;
    this.#isReported = true;
    this.first = time;
    this.last = time;
    this.example = exampleOf(attributed);
    this.#exampleKind = kind;
    this.#exampleTime = time;
  }

  /** Of calls at the same time, the same one is taken in whatever order they are read. */
  #isBetterExample({ call, eventId = '' }: AttributedCall, kind: number): boolean {
    if (kind !== this.#exampleKind) return kind < this.#exampleKind;
    if (call.time !== this.#exampleTime) return call.time < this.#exampleTime;
    return eventId < (this.example.eventId ?? '');
  }
}

function exampleOf({ call: _, ...example }: AttributedCall): Example {
  return example;
}

/** What to fix first: by the worst kind, then by how often, then by who was first. */
export function compareCallers(a: Caller, b: Caller): number {
  for (const kind of KINDS.keys()) {
    const difference = (b.counts[kind] ?? 0) - (a.counts[kind] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  const [first, second] = [distinction(a), distinction(b)];
  return first < second ? -1 : Number(first > second);
}

/** What tells two rows apart, so that their order never is that of the reading. */
function distinction({ identity, userAgents }: Caller): string {
  const { scope, process, client } = identity;
  const { executable, containerId, unit } = process?.process ?? {};
  return JSON.stringify([
    scope,
    process?.program,
    process?.startedBy,
    executable,
    containerId,
    unit,
    client,
    userAgents.values,
  ]);
}
