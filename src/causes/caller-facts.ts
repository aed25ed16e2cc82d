import type { ImdsCall } from '../model.ts';
import { type Deed, deedOf, TOKEN_OUTCOMES, type TokenOutcome } from './facts.ts';
import { type RunBudget, Runs, type RunTally } from './runs.ts';
import type { TokenArgument } from './token-argument.ts';

/** Longest lifetime of a token, in seconds: six hours (EC2 user guide, "How IMDSv2 works"). */
const LONGEST_TTL = 21_600;

/** IMDSv1 calls of one class of paths. */
interface PathCount {
  calls: number;
  succeeded: number;
}

/** What a caller did, as far as it tells why. Sums and maxima: facts of two parts of its calls add up. */
export interface CallerFacts {
  /** Requests for a token, by how they ended. */
  tokens: Record<TokenOutcome, number>;
  /** Of those, for the longest lifetime. */
  longestTtl: number;
  /** Reads with a token that was refused as invalid, 401. */
  invalidToken: number;
  v1: {
    /** Those with a status. */
    answered: number;
    succeeded: number;
    credentials: PathCount;
    userData: PathCount;
    /** With X-Forwarded-For. */
    forwarded: number;
    /** To a path that only another cloud has. */
    foreignPath: number;
    /** By a process with the token's header in its arguments, and nothing behind it. */
    emptyArgument: number;
  };
  /** Calls by a process with a token in its arguments. */
  tokenArgument: number;
  /** Routers that the answers crossed, by their IP TTL; the most of all answers that tell. */
  hops: number | undefined;
  runs: RunTally;
}

/** Collects the facts of one caller. */
export class FactCollector {
  readonly #tokens = TOKEN_OUTCOMES.map(() => 0);
  readonly #runs: Runs;
  #longestTtl = 0;
  #invalidToken = 0;
  #answered = 0;
  #succeeded = 0;
  readonly #credentials = { calls: 0, succeeded: 0 };
  readonly #userData = { calls: 0, succeeded: 0 };
  #forwarded = 0;
  #foreignPath = 0;
  #emptyArgument = 0;
  #tokenArgument = 0;
  #hops = -1;

  constructor(budget: RunBudget) {
    this.#runs = new Runs(budget);
  }

  /**
   * @param run what tells the runs of the caller apart
   * @param argument the token's header in the arguments of the process
   */
  add(call: ImdsCall, run: string, argument: TokenArgument): void {
    const deed = deedOf(call);
    if (argument === 'value') this.#tokenArgument++;
    if (deed === undefined) return;
    this.#runs.add(run, deed, Number(call.time) / 1e9);
    if (call.operation === 'token') {
      this.#token(deed, call);
      return;
    }
    this.#countHops(call.responseTtl);
    if (deed === 'v1') this.#v1(call, argument);
    else if (deed === 'invalid-token') this.#invalidToken++;
  }

  #token(deed: Deed, { tokenTtl }: ImdsCall): void {
    const index = TOKEN_OUTCOMES.indexOf(deed as TokenOutcome);
    this.#tokens[index] = (this.#tokens[index] ?? 0) + 1;
    if (tokenTtl !== undefined && tokenTtl >= LONGEST_TTL) this.#longestTtl++;
  }

  #v1(call: ImdsCall, argument: TokenArgument): void {
    const { status, pathClass, forwardedFor, hint } = call;
    const succeeded = status !== undefined && status >= 200 && status < 300;
    if (status !== undefined) this.#answered++;
    if (succeeded) this.#succeeded++;
    const path =
      pathClass === 'credentials'
        ? this.#credentials
        : pathClass === 'user-data'
          ? this.#userData
          : undefined;
    if (path !== undefined) {
      path.calls++;
      if (succeeded) path.succeeded++;
    }
    if (forwardedFor !== undefined) this.#forwarded++;
    if (hint === 'foreign-path') this.#foreignPath++;
    if (argument === 'empty') this.#emptyArgument++;
  }

  #countHops(ttl: number | undefined): void {
    const hops = hopsOf(ttl);
    if (hops !== undefined && hops > this.#hops) this.#hops = hops;
  }

  get facts(): CallerFacts {
    const [granted = 0, late = 0, forbidden = 0, notFound = 0, refused = 0, unanswered = 0] = this.#tokens;
    return {
      tokens: { granted, late, forbidden, 'not-found': notFound, refused, unanswered },
      longestTtl: this.#longestTtl,
      invalidToken: this.#invalidToken,
      v1: {
        answered: this.#answered,
        succeeded: this.#succeeded,
        credentials: this.#credentials,
        userData: this.#userData,
        forwarded: this.#forwarded,
        foreignPath: this.#foreignPath,
        emptyArgument: this.#emptyArgument,
      },
      tokenArgument: this.#tokenArgument,
      hops: this.#hops < 0 ? undefined : this.#hops,
      runs: this.#runs.tally,
    };
  }
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
