import { type AttributedCall, type Nanoseconds, PATH_CLASSES, type PathClass } from '../model.ts';
import { KINDS, type KindCounts, kindCounts } from './kinds.ts';
import type { ProcessView } from './process-view.ts';

/** Distinct values that are shown; what is beyond the maximum is counted, not kept. */
export class FewValues {
  readonly #maximum: number;
  /** Most callers have one value: a set is made for the second. */
  #values: Set<string> | undefined;
  #last: string | undefined;
  /** Occurrences of values that were not kept. */
  more = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  add(value: string): void {
    if (value === this.#last) return;
    if (this.#last === undefined) {
      this.#last = value;
      return;
    }
    this.#values ??= new Set([this.#last]);
    if (this.#values.size < this.#maximum || this.#values.has(value)) {
      this.#values.add(value);
      this.#last = value;
    } else this.more++;
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

/** A row of the report: everything that one program on one host did. */
export class Caller {
  readonly identity: CallerIdentity;
  readonly counts: number[] = KINDS.map(() => 0);
  /** v1 calls with a status of success: what CloudWatch's MetadataNoToken counts. */
  v1Succeeded = 0;
  first: Nanoseconds;
  last: Nanoseconds;
  readonly userAgents = new FewValues(8);
  readonly clients = new FewValues(8);
  readonly forwardedFor = new FewValues(4);
  /** The first call of the worst kind seen: v1, else unknown, … */
  example: AttributedCall;
  #exampleKind: number;
  #worstPath = PATH_CLASSES.length;

  constructor(identity: CallerIdentity, example: AttributedCall, kind: number) {
    this.identity = identity;
    this.example = example;
    this.#exampleKind = kind;
    this.first = example.call.time;
    this.last = example.call.time;
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
      this.example = attributed;
      this.#exampleKind = kind;
    }
  }
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
