import type { Nanoseconds } from '../model.ts';
import type { Window } from './observation.ts';

const DAY = 86_400_000_000_000n;

/** What a verdict takes for enough. */
export interface VerdictOptions {
  /** Nanoseconds that a host has to be watched for READY. */
  observed: Nanoseconds;
  /** What leaves calls out of the report, in words; undefined where nothing does. */
  leavesOut?: string | undefined;
  /** Time that the report is of: what was watched outside of it, and called before it, does not count. */
  window?: Window | undefined;
  /** Inputs that could not be read: nobody knows which host they are of. */
  unread?: number | undefined;
}

export const DEFAULT_VERDICT: VerdictOptions = { observed: DAY };
