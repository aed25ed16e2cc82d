import type { Nanoseconds } from '../model.ts';
import {
  type Combine,
  type Deed,
  FAILURES,
  type Failure,
  Run,
  type RunSample,
  TOKEN_OUTCOMES,
} from './facts.ts';

/** Seconds without a request for a token, after one that failed, in which IMDSv1 went on: no retry any more. */
const STICKY_S = 60;
/** Seconds from a request for a token that failed to a call without one, at most, for the one to be the reason. */
const FALLBACK_S = 60;
/** Seconds in which one thread may still be about to give up when another is granted a token: .NET tries for 15. */
const SETTLED_S = 15;

/** Of the runs that were followed: in how many something was seen. A run with IMDSv1 has one reason. */
export interface RunTally {
  /** Runs that were followed, of all that were seen. */
  followed: number;
  /** IMDSv1 soon after a request for a token that had ended so. */
  fellBack: Record<Failure, number>;
  /** Of those: IMDSv1 went on for more than a minute without another request for a token. */
  sticky: number;
  /** IMDSv1 beside a token: one was granted, or reads were sent with one. */
  notSent: number;
  /** IMDSv1, and neither a request for a token nor a read with one, valid or not. */
  neverAsked: number;
  /** What was sent as token was refused as invalid (401), and no token was seen that is valid. */
  invalidToken: number;
  /** Of those: after the request for one had failed. */
  pageAsToken: number;
}

function emptyTally(): RunTally {
  return {
    followed: 0,
    fellBack: { late: 0, forbidden: 0, 'not-found': 0, refused: 0, unanswered: 0 },
    sticky: 0,
    notSent: 0,
    neverAsked: 0,
    invalidToken: 0,
    pageAsToken: 0,
  };
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

  giveBack(runs: number): void {
    this.#left += runs;
  }
}

/** Runs of one caller that are followed. */
export const MAX_RUNS = 32;

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
  /** Most calls are of the run of the one before. */
  #lastKey: string | undefined;
  #lastHash = 0;
  /** Of those that are followed, once there are as many as may be. */
  #largest = Number.POSITIVE_INFINITY;

  constructor(budget: RunBudget) {
    this.#budget = budget;
  }

  add(key: string, deed: Deed, time: Nanoseconds, isAnswered: boolean): void {
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#lastHash = hashOf(key);
    }
    this.#runOf(this.#lastHash)?.add(deed, Number(time) / 1e9, isAnswered);
  }

  /** Of another part of the caller's calls: a run that is in both is one. */
  merge(samples: readonly RunSample[], combine: Combine): void {
    for (const sample of samples) this.#runOf(sample.hash)?.merge(sample, combine);
  }

  /** They are not needed any more. */
  clear(): void {
    this.#budget.giveBack([...this.#entries()].length);
    this.#runs = undefined;
    this.#only = undefined;
    this.#onlyHash = -1;
    this.#largest = Number.POSITIVE_INFINITY;
  }

  get tally(): RunTally {
    const tally = emptyTally();
    for (const [, run] of this.#entries()) count(run, tally);
    return tally;
  }

  /** By hash. */
  get samples(): RunSample[] {
    return [...this.#entries()]
      .map(([hash, run]) => ({ hash, isAnswered: run.hasAnswers, deeds: run.deeds }))
      .sort((a, b) => a.hash - b.hash);
  }

  #entries(): Iterable<[number, Run]> {
    return this.#runs ?? (this.#only === undefined ? [] : [[this.#onlyHash, this.#only]]);
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
    // Nearly every run of a command that is run all the time: it needs no look-up.
    if (hash > this.#largest) return undefined;
    return this.#runs.get(hash) ?? this.#follow(this.#runs, hash);
  }

  #follow(runs: Map<number, Run>, hash: number): Run | undefined {
    if (runs.size === MAX_RUNS) runs.delete(this.#largest);
    else if (!this.#budget.take()) return undefined;
    const run = new Run();
    runs.set(hash, run);
    if (runs.size === MAX_RUNS) this.#largest = Math.max(...runs.keys());
    return run;
  }
}

/** That it knows of tokens. */
const HINTS: readonly Deed[] = [...TOKEN_OUTCOMES, 'invalid-token', 'unclear'];

function count(run: Run, tally: RunTally): void {
  tally.followed++;
  if (hasNoValidToken(run)) {
    tally.invalidToken++;
    if (hasFailedBefore(run)) tally.pageAsToken++;
  }
  if (run.count('v1') === 0) return;
  const lastRequest = Math.max(...TOKEN_OUTCOMES.map((outcome) => run.last(outcome)));
  const reasons = FAILURES.filter((outcome) => hasFailed(run, outcome) && isReason(run, outcome));
  if (reasons.length > 0 && !isBesideToken(run, reasons)) {
    for (const outcome of reasons) tally.fellBack[outcome]++;
    if (run.last('v1') - lastRequest > STICKY_S) tally.sticky++;
  } else if (firstToken(run) < Number.POSITIVE_INFINITY) tally.notSent++;
  else if (HINTS.every((deed) => run.count(deed) === 0)) tally.neverAsked++;
}

/** Whether requests that ended so gave no token. */
function hasFailed(run: Run, outcome: Failure): boolean {
  if (run.count(outcome) === 0 || hasArrived(run, outcome)) return false;
  return outcome !== 'unanswered' || run.hasAnswers;
}

/** The answer came in time all the same, or was only not captured: what it brought was sent. */
function hasArrived(run: Run, outcome: Failure): boolean {
  if (outcome !== 'late' && outcome !== 'unanswered') return false;
  return run.count('granted') === 0 && run.last('v2') > run.first(outcome);
}

/** Calls without a token came soon after. A shell in which somebody typed both, hours apart, is no fallback. */
function isReason(run: Run, outcome: Failure): boolean {
  return run.last('v1') >= run.first(outcome) && run.first('v1') <= run.last(outcome) + FALLBACK_S;
}

/** It had a token, and there were calls without one before a request failed, or long after one was granted again. */
function isBesideToken(run: Run, failures: readonly Failure[]): boolean {
  const firstFailure = Math.min(...failures.map((outcome) => run.first(outcome)));
  const lastFailure = Math.max(...failures.map((outcome) => run.last(outcome)));
  const granted = run.last('granted');
  const isBefore = firstToken(run) < run.first('v1') && run.first('v1') < firstFailure;
  return isBefore || (granted > lastFailure && run.last('v1') > granted + SETTLED_S);
}

/** When it had a token first, as far as it was seen; infinity where it had none. */
function firstToken(run: Run): number {
  const arrived = FAILURES.filter((outcome) => hasArrived(run, outcome));
  return Math.min(run.first('granted'), run.first('v2'), ...arrived.map((outcome) => run.first(outcome)));
}

/** Refused, while a token that was granted and has expired is refused, too: that is no fault. */
function hasNoValidToken(run: Run): boolean {
  return run.count('invalid-token') > 0 && run.count('granted') === 0 && run.count('v2') === 0;
}

function hasFailedBefore(run: Run): boolean {
  return FAILURES.some(
    (outcome) =>
      outcome !== 'late' && hasFailed(run, outcome) && run.first(outcome) <= run.last('invalid-token'),
  );
}

/** FNV-1a, 32 bits, of the UTF-16 units, then mixed as MurmurHash3 ends. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
