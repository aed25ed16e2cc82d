import { type AttributedCall, type Nanoseconds, PATH_CLASSES, type PathClass } from '../model.ts';
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

/** The first distinct values, as far as number and characters are allowed. */
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
    if (this.#values !== undefined) return [...this.#values];
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

/** What a row says of one of its calls. The call itself is not kept: its texts may be long. */
export type Example = Omit<AttributedCall, 'call'>;

/** A row of the report: everything that one program on one host did. */
export class Caller {
  readonly identity: CallerIdentity;
  readonly counts: number[] = KINDS.map(() => 0);
  /** v1 calls with a status of success: what CloudWatch's MetadataNoToken counts. */
  v1Succeeded = 0;
  first: Nanoseconds;
  last: Nanoseconds;
  readonly userAgents: FewValues;
  readonly clients: FewValues;
  readonly forwardedFor: FewValues;
  /** Of the first call of the worst kind seen: v1, else unknown, … */
  example: Example;
  #exampleKind: number;
  #worstPath = PATH_CLASSES.length;

  constructor(identity: CallerIdentity, first: AttributedCall, kind: number, budget: TextBudget) {
    this.identity = identity;
    this.example = exampleOf(first);
    this.#exampleKind = kind;
    this.first = first.call.time;
    this.last = first.call.time;
    this.userAgents = new FewValues(8, budget);
    this.clients = new FewValues(8, budget);
    this.forwardedFor = new FewValues(4, budget);
  }

  get kinds(): KindCounts {
    return kindCounts(this.counts);
  }

  get worstPath(): PathClass | undefined {
    return PATH_CLASSES[this.#worstPath];
  }

  add(attributed: AttributedCall, kind: number): void {
    const { call } = attributed;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (kind === 0 && call.status !== undefined && call.status >= 200 && call.status < 300)
      this.v1Succeeded++;
    if (call.time > this.last) this.last = call.time;
    else if (call.time < this.first) this.first = call.time;
    if (call.userAgent !== undefined) this.userAgents.add(call.userAgent);
    if (call.forwardedFor !== undefined) this.forwardedFor.add(call.forwardedFor);
    this.clients.add(call.client.address);
    if (call.pathClass !== undefined) {
      const rank = PATH_RANK.get(call.pathClass) ?? PATH_CLASSES.length;
      if (rank < this.#worstPath) this.#worstPath = rank;
    }
    if (kind < this.#exampleKind) {
      this.example = exampleOf(attributed);
      this.#exampleKind = kind;
    }
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
  return 0;
}
