import { type Deed, FAILURES, Run, TOKEN_OUTCOMES, type TokenOutcome } from './facts.ts';

/** Seconds without a request for a token, after one that failed, in which IMDSv1 went on: no retry any more. */
const STICKY_S = 60;

/** Of the runs that were followed: in how many something was seen. */
export interface RunTally {
  /** Runs that were followed, of all that were seen. */
  followed: number;
  /** IMDSv1 after a request for a token that had ended so; before or after, where it was granted. */
  fellBack: Record<TokenOutcome, number>;
  /** Of those: IMDSv1 went on for more than a minute without another request for a token. */
  sticky: number;
  /** IMDSv1, and no request for a token at all. */
  neverAsked: number;
  /** A token was refused as invalid (401), and none had been granted. */
  invalidToken: number;
}

export function emptyTally(): RunTally {
  return {
    followed: 0,
    fellBack: { granted: 0, late: 0, forbidden: 0, 'not-found': 0, refused: 0, unanswered: 0 },
    sticky: 0,
    neverAsked: 0,
    invalidToken: 0,
  };
}

/** A tally of both: runs are never in two. */
export function addTally(sum: RunTally, more: RunTally): void {
  sum.followed += more.followed;
  sum.sticky += more.sticky;
  sum.neverAsked += more.neverAsked;
  sum.invalidToken += more.invalidToken;
  for (const outcome of TOKEN_OUTCOMES) sum.fellBack[outcome] += more.fellBack[outcome];
}

/** Runs that all callers may keep together. */
export class RunBudget {
  #left: number;

  constructor(runs: number) {
    this.#left = runs;
  }

  take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}

const MAX_RUNS = 32;

/**
 * Runs of one caller: processes, or for a bare HTTP client those who started it. A caller may have millions;
 * followed are those whose keys have the smallest hashes, which are the same ones in whatever order calls are
 * read, and of each of them every call (a bottom-k sample).
 */
export class Runs {
  readonly #budget: RunBudget;
  /** Most callers have one: a map is made for the second. */
  #runs: Map<number, Run> | undefined;
  #onlyHash = -1;
  #only: Run | undefined;
  /** Of those that are followed, once there are as many as may be. */
  #largest = Number.POSITIVE_INFINITY;

  constructor(budget: RunBudget) {
    this.#budget = budget;
  }

  add(key: string, deed: Deed, time: number): void {
    this.#runOf(hashOf(key))?.add(deed, time);
  }

  get tally(): RunTally {
    const tally = emptyTally();
    const runs = this.#runs?.values() ?? (this.#only === undefined ? [] : [this.#only]);
    for (const run of runs) count(run, tally);
    return tally;
  }

  #runOf(hash: number): Run | undefined {
    if (hash === this.#onlyHash) return this.#only;
    if (this.#runs === undefined) {
      if (this.#only === undefined) {
        if (!this.#budget.take()) return undefined;
        this.#onlyHash = hash;
        this.#only = new Run();
        return this.#only;
      }
      this.#runs = new Map([[this.#onlyHash, this.#only]]);
      this.#onlyHash = -1;
    }
    return this.#runs.get(hash) ?? this.#follow(this.#runs, hash);
  }

  #follow(runs: Map<number, Run>, hash: number): Run | undefined {
    if (hash > this.#largest) return undefined;
    if (runs.size === MAX_RUNS) runs.delete(this.#largest);
    else if (!this.#budget.take()) return undefined;
    const run = new Run();
    runs.set(hash, run);
    if (runs.size === MAX_RUNS) this.#largest = Math.max(...runs.keys());
    return run;
  }
}

function count(run: Run, tally: RunTally): void {
  tally.followed++;
  const lastToken = Math.max(...TOKEN_OUTCOMES.map((outcome) => run.last(outcome)));
  const v1 = run.count('v1');
  let failed = false;
  for (const outcome of TOKEN_OUTCOMES) {
    const isBefore = outcome !== 'granted' && run.last('v1') < run.first(outcome);
    if (v1 === 0 || run.count(outcome) === 0 || isBefore) continue;
    tally.fellBack[outcome]++;
    failed ||= FAILURES.includes(outcome);
  }
  if (failed && run.last('v1') - lastToken > STICKY_S) tally.sticky++;
  if (v1 > 0 && lastToken === Number.NEGATIVE_INFINITY) tally.neverAsked++;
  const granted = run.count('granted') + run.count('late');
  if (run.count('invalid-token') > 0 && granted === 0) tally.invalidToken++;
}

/** FNV-1a, 32 bits, of the UTF-16 units, then mixed as MurmurHash3 ends. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
