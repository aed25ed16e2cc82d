import { KINDS } from './kinds.ts';
import type { CallerSummary } from './types.ts';

/** Those calls of a row that are of one host. */
export interface HostPart {
  /** Name of the host, or id; the name of the capture where it is not known. */
  scope: string;
  /** It is known. */
  isHost: boolean;
  /** By kind in the order of KINDS. */
  counts: readonly number[];
  /** v1 calls without a process, and unknown ones. */
  withoutName: number;
  /** v1 calls that succeeded. */
  succeeded: number;
}

/** Calls that speak against their host: by v1, and unknown ones. */
export function toFix([v1 = 0, unknown = 0]: readonly number[]): number {
  return v1 + unknown;
}

/** The calls of a caller that was counted before, by host: of one, but of the row of all other callers. */
export function partsOf(caller: CallerSummary): readonly HostPart[] {
  const { parts, host, capture, facts, withProcess } = caller;
  if (parts !== undefined) return parts;
  const counts = KINDS.map((kind) => caller.counts[kind]);
  const calls = counts.reduce((sum, count) => sum + count, 0);
  // All have a process, or none; where many callers share a row, as many are without one as can be.
  const withoutName = Math.min(toFix(counts), calls - withProcess);
  const scope = host ?? capture;
  return [{ scope, isHost: host !== undefined, counts, withoutName, succeeded: facts.v1.succeeded }];
}
