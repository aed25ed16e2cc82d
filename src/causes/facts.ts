import type { ImdsCall } from '../model.ts';

/** How a request for a token ended. */
export const TOKEN_OUTCOMES = [
  'granted',
  /** Granted after the client had given up, most likely: SDKs wait 0.25 to 1 s. */
  'late',
  /** 403: IMDS is off, or the request came through a proxy that added X-Forwarded-For. */
  'forbidden',
  /** 404 or 405: no such thing as a token there, as in emulators and other clouds. */
  'not-found',
  /** Another status. */
  'refused',
  'unanswered',
] as const;

export type TokenOutcome = (typeof TOKEN_OUTCOMES)[number];

/** Requests for a token that did not help the client. */
export type Failure = Exclude<TokenOutcome, 'granted'>;

export const FAILURES: readonly Failure[] = ['late', 'forbidden', 'not-found', 'refused', 'unanswered'];

/** What a run did, next to its requests for a token. Of IMDSv2 a log (imds-trace.log) does not tell which it was. */
export const DEEDS = [...TOKEN_OUTCOMES, 'v1', 'v2', 'invalid-token', 'unclear'] as const;

export type Deed = (typeof DEEDS)[number];

/** The Go SDK v2 waits 500 ms for the first byte of the answer (feature/ec2/imds), the shortest of those known. */
const LATE_NS = 450_000_000n;

/** What a call says of its caller's ways; undefined for one that says nothing. */
export function deedOf(call: ImdsCall): Deed | undefined {
  const { version, operation, status } = call;
  if (version === 'v1') return 'v1';
  if (version !== 'v2') return undefined;
  if (operation === undefined) return 'unclear';
  if (operation !== 'token') return status === 401 ? 'invalid-token' : 'v2';
  if (status === undefined) return 'unanswered';
  const error = errorOf(status);
  if (error !== undefined) return error;
  const { requestEnd, responseTime } = call;
  const isLate =
    requestEnd !== undefined && responseTime !== undefined && responseTime - requestEnd >= LATE_NS;
  return isLate ? 'late' : 'granted';
}

/** What a status makes of a request for a token; undefined where it is none of an error. */
export function errorOf(status: number): 'forbidden' | 'not-found' | 'refused' | undefined {
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 405) return 'not-found';
  return status < 200 || status > 299 ? 'refused' : undefined;
}

const FIELDS = 3;

/** How often, when first and when last, in seconds since the epoch, of each deed that was seen. */
export type DeedSpans = { [D in Deed]?: readonly [count: number, first: number, last: number] };

/** One run that was followed, as it is saved: its key's hash stands for it. */
export interface RunSample {
  hash: number;
  /** Any answer was seen. */
  isAnswered: boolean;
  deeds: DeedSpans;
}

/** How two counts become one: their sum for different calls, the larger where they may be the same ones. */
export type Combine = (a: number, b: number) => number;

/**
 * What one run of a program did: of each deed how often, when first and when last (seconds since the epoch).
 * Sums, minima and maxima, so that the order in which calls are read does not matter.
 */
export class Run {
  /** An array of doubles: a typed one of that size would be kept beside the heap, at twice the cost. */
  readonly #numbers = new Array<number>(DEEDS.length * FIELDS).fill(0);
  #hasAnswers = false;

  add(deed: Deed, time: number, isAnswered: boolean): void {
    this.#hasAnswers ||= isAnswered;
    const at = DEEDS.indexOf(deed) * FIELDS;
    const numbers = this.#numbers;
    const count = numbers[at] ?? 0;
    numbers[at] = count + 1;
    if (count === 0 || time < (numbers[at + 1] ?? 0)) numbers[at + 1] = time;
    if (count === 0 || time > (numbers[at + 2] ?? 0)) numbers[at + 2] = time;
  }

  /** Whether any answer was seen: a capture of one direction has none. */
  get hasAnswers(): boolean {
    return this.#hasAnswers;
  }

  /** What was saved of the same run: of other calls, which are added, or of calls that may be the same ones. */
  merge({ deeds, isAnswered }: Omit<RunSample, 'hash'>, combine: Combine): void {
    this.#hasAnswers ||= isAnswered;
    const numbers = this.#numbers;
    for (const [index, deed] of DEEDS.entries()) {
      const span = deeds[deed];
      if (span === undefined) continue;
      const at = index * FIELDS;
      const count = numbers[at] ?? 0;
      numbers[at] = combine(count, span[0]);
      if (count === 0 || span[1] < (numbers[at + 1] ?? 0)) numbers[at + 1] = span[1];
      if (count === 0 || span[2] > (numbers[at + 2] ?? 0)) numbers[at + 2] = span[2];
    }
  }

  /** For saving. */
  get deeds(): DeedSpans {
    const deeds: DeedSpans = {};
    for (const deed of DEEDS) {
      if (this.count(deed) > 0) deeds[deed] = [this.count(deed), this.first(deed), this.last(deed)];
    }
    return deeds;
  }

  count(deed: Deed): number {
    return this.#numbers[DEEDS.indexOf(deed) * FIELDS] ?? 0;
  }

  /** Infinity where it never was. */
  first(deed: Deed): number {
    return this.count(deed) === 0
      ? Number.POSITIVE_INFINITY
      : (this.#numbers[DEEDS.indexOf(deed) * FIELDS + 1] ?? 0);
  }

  /** Minus infinity where it never was. */
  last(deed: Deed): number {
    return this.count(deed) === 0
      ? Number.NEGATIVE_INFINITY
      : (this.#numbers[DEEDS.indexOf(deed) * FIELDS + 2] ?? 0);
  }
}
