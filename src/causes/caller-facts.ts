import type { ImdsCall } from '../model.ts';
import {
  type Combine,
  type Deed,
  deedOf,
  errorOf,
  type RunSample,
  TOKEN_OUTCOMES,
  type TokenOutcome,
} from './facts.ts';
import { type RunBudget, Runs, type RunTally } from './runs.ts';
import { type StatusCount, Statuses } from './statuses.ts';
import type { TokenArgument } from './token-argument.ts';

/** Longest lifetime of a token, in seconds: six hours (EC2 user guide, "How IMDSv2 works"). */
const LONGEST_TTL = 21_600;

/** IMDSv1 calls of one class of paths. */
interface PathCount {
  calls: number;
  succeeded: number;
  /** Answered with an error: nothing was given away. */
  failed: number;
}

/** What a caller did, as far as it tells why. Sums and maxima: facts of two parts of its calls add up. */
export interface CallerFacts {
  /** All of its calls, also those that are not reported. */
  calls: Record<'v1' | 'v2' | 'foreign', number>;
  /** Requests for a token, by how they ended. */
  tokens: Record<TokenOutcome, number>;
  /** Of those that were answered with an error, how often with which; empty where nobody told. */
  tokenErrors: readonly StatusCount[];
  /** Of those, for the longest lifetime. */
  longestTtl: number;
  /** Reads with a token that was refused as invalid, 401. */
  invalidToken: number;
  v1: {
    /** Those with a status. */
    answered: number;
    succeeded: number;
    /** Answered 401: the instance enforces IMDSv2. */
    unauthorized: number;
    /** Answered 403: IMDS is off, or somebody in between forbids it. */
    forbidden: number;
    credentials: PathCount;
    userData: PathCount;
    /** With X-Forwarded-For. */
    forwarded: number;
    /** To a path that only another cloud has, and not answered with success. */
    foreignPath: number;
    /** By a process with the token's header in its arguments, and nothing behind it. */
    emptyArgument: number;
  };
  /** Reads that were refused as invalid, 401, by such a process: wget sends the header all the same. */
  emptyHeader: number;
  /** Calls by a process with a token in its arguments. */
  tokenArgument: number;
  /** Routers that the answers crossed, by their IP TTL; the most of all answers that tell. */
  hops: number | undefined;
  runs: RunTally;
}

/** What adds up of facts, with the runs behind their tally. */
export interface SavedFacts extends Omit<CallerFacts, 'runs'> {
  runs: readonly RunSample[];
}

/** Collects the facts of one caller. */
export class FactCollector {
  readonly #tokens = TOKEN_OUTCOMES.map(() => 0);
  readonly #tokenErrors = new Statuses();
  readonly #runs: Runs;
  #v1Calls = 0;
  #v2Calls = 0;
  #foreignCalls = 0;
  #longestTtl = 0;
  #invalidToken = 0;
  #answered = 0;
  #succeeded = 0;
  #unauthorized = 0;
  #forbidden = 0;
  readonly #credentials = { calls: 0, succeeded: 0, failed: 0 };
  readonly #userData = { calls: 0, succeeded: 0, failed: 0 };
  #forwarded = 0;
  #foreignPath = 0;
  #emptyArgument = 0;
  #emptyHeader = 0;
  #tokenArgument = 0;
  #hops = -1;

  constructor(budget: RunBudget) {
    this.#runs = new Runs(budget);
  }

  /**
   * @param run what tells the runs of the caller apart
   * @param argument the token's header in the arguments of the process
   * @param isBeforeNat its packets were seen before they reached the client's own network
   */
  add(call: ImdsCall, run: string, argument: TokenArgument, isBeforeNat = false): void {
    const deed = deedOf(call);
    if (call.version === 'v1') this.#v1Calls++;
    else if (call.version === 'v2') this.#v2Calls++;
    else if (call.version === 'foreign') this.#foreignCalls++;
    if (argument === 'value') this.#tokenArgument++;
    if (deed === undefined) return;
    if (deed === 'v1' && isForeignProbe(call)) {
      this.#foreignPath++;
      return;
    }
    this.#runs.add(run, deed, call.time, call.status !== undefined);
    if (call.operation === 'token') {
      this.#token(deed, call);
      return;
    }
    this.#countHops(call.responseTtl, isBeforeNat);
    if (deed === 'v1') this.#v1(call, argument);
    else if (deed === 'invalid-token') {
      this.#invalidToken++;
      if (argument === 'empty') this.#emptyHeader++;
    }
  }

  /** Facts of other calls of the caller, or with the larger of two counts of calls that may be the same. */
  merge(saved: SavedFacts, combine: Combine): void {
    const { calls, v1, hops = -1 } = saved;
    this.#v1Calls = combine(this.#v1Calls, calls.v1);
    this.#v2Calls = combine(this.#v2Calls, calls.v2);
    this.#foreignCalls = combine(this.#foreignCalls, calls.foreign);
    for (const [index, outcome] of TOKEN_OUTCOMES.entries()) {
      this.#tokens[index] = combine(this.#tokens[index] ?? 0, saved.tokens[outcome]);
    }
    this.#tokenErrors.merge(saved.tokenErrors, combine);
    this.#longestTtl = combine(this.#longestTtl, saved.longestTtl);
    this.#invalidToken = combine(this.#invalidToken, saved.invalidToken);
    this.#answered = combine(this.#answered, v1.answered);
    this.#succeeded = combine(this.#succeeded, v1.succeeded);
    this.#unauthorized = combine(this.#unauthorized, v1.unauthorized);
    this.#forbidden = combine(this.#forbidden, v1.forbidden);
    mergePath(this.#credentials, v1.credentials, combine);
    mergePath(this.#userData, v1.userData, combine);
    this.#forwarded = combine(this.#forwarded, v1.forwarded);
    this.#foreignPath = combine(this.#foreignPath, v1.foreignPath);
    this.#emptyArgument = combine(this.#emptyArgument, v1.emptyArgument);
    this.#emptyHeader = combine(this.#emptyHeader, saved.emptyHeader);
    this.#tokenArgument = combine(this.#tokenArgument, saved.tokenArgument);
    this.#hops = Math.max(this.#hops, hops);
    this.#runs.merge(saved.runs, combine);
  }

  #token(deed: Deed, { tokenTtl, status }: ImdsCall): void {
    if (status !== undefined && errorOf(status) !== undefined) this.#tokenErrors.add(status);
    const index = TOKEN_OUTCOMES.indexOf(deed as TokenOutcome);
    this.#tokens[index] = (this.#tokens[index] ?? 0) + 1;
    if (tokenTtl !== undefined && tokenTtl >= LONGEST_TTL) this.#longestTtl++;
  }

  #v1(call: ImdsCall, argument: TokenArgument): void {
    const { status, pathClass, forwardedFor } = call;
    const succeeded = hasSucceeded(call);
    if (status !== undefined) this.#answered++;
    if (succeeded) this.#succeeded++;
    else if (status === 401) this.#unauthorized++;
    else if (status === 403) this.#forbidden++;
    const path =
      pathClass === 'credentials'
        ? this.#credentials
        : pathClass === 'user-data'
          ? this.#userData
          : undefined;
    if (path !== undefined) {
      path.calls++;
      if (succeeded) path.succeeded++;
      else if (status !== undefined) path.failed++;
    }
    if (forwardedFor !== undefined) this.#forwarded++;
    if (argument === 'empty') this.#emptyArgument++;
  }

  #countHops(ttl: number | undefined, isBeforeNat: boolean): void {
    const hops = hopsOf(ttl);
    // Where a router is still to come, that there was none tells nothing.
    if (hops === undefined || (hops === 0 && isBeforeNat)) return;
    if (hops > this.#hops) this.#hops = hops;
  }

  /** The runs are not needed any more. */
  clear(): void {
    this.#runs.clear();
  }

  get saved(): SavedFacts {
    return { ...this.facts, runs: this.#runs.samples };
  }

  /** What it reads over IMDSv1, the worst: 0 for credentials, 1 for user data, 2 for anything else. */
  get worstOverV1(): 0 | 1 | 2 {
    if (this.#credentials.calls > this.#credentials.failed) return 0;
    return this.#userData.calls > this.#userData.failed ? 1 : 2;
  }

  get facts(): CallerFacts {
    const [granted = 0, late = 0, forbidden = 0, notFound = 0, refused = 0, unanswered = 0] = this.#tokens;
    return {
      calls: { v1: this.#v1Calls, v2: this.#v2Calls, foreign: this.#foreignCalls },
      tokens: { granted, late, forbidden, 'not-found': notFound, refused, unanswered },
      tokenErrors: this.#tokenErrors.all,
      longestTtl: this.#longestTtl,
      invalidToken: this.#invalidToken,
      v1: {
        answered: this.#answered,
        succeeded: this.#succeeded,
        unauthorized: this.#unauthorized,
        forbidden: this.#forbidden,
        credentials: this.#credentials,
        userData: this.#userData,
        forwarded: this.#forwarded,
        foreignPath: this.#foreignPath,
        emptyArgument: this.#emptyArgument,
      },
      emptyHeader: this.#emptyHeader,
      tokenArgument: this.#tokenArgument,
      hops: this.#hops < 0 ? undefined : this.#hops,
      runs: this.#runs.tally,
    };
  }
}

function mergePath(own: PathCount, more: PathCount, combine: Combine): void {
  own.calls = combine(own.calls, more.calls);
  own.succeeded = combine(own.succeeded, more.succeeded);
  own.failed = combine(own.failed, more.failed);
}

function hasSucceeded({ status }: ImdsCall): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** It tells nothing of how the caller asks EC2. What was answered with success is no probe. */
function isForeignProbe(call: ImdsCall): boolean {
  return call.hint === 'foreign-path' && !hasSucceeded(call);
}

/** What systems send with. */
const INITIAL_TTLS = [32, 64, 128, 255];
/** More bridges and routers there are not between a container and its host. */
const MAX_HOPS = 8;

/** The answer to a token request has a TTL of its own, the hop limit, and is not to be asked about. */
function hopsOf(ttl: number | undefined): number | undefined {
  if (ttl === undefined) return undefined;
  const initial = INITIAL_TTLS.find((value) => value >= ttl);
  const hops = initial === undefined ? undefined : initial - ttl;
  return hops !== undefined && hops <= MAX_HOPS ? hops : undefined;
}
