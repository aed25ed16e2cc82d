import { KINDS } from './kinds.ts';
import type { CallerSummary, OnHost } from './types.ts';

/** Hosts that are told apart; what is of more has one place. */
export const MAX_HOSTS = 16_384;

/** Those calls of a row that are of one host, or of one capture whose host is not known. */
export interface HostPart extends OnHost {
  /** By kind in the order of KINDS. */
  counts: readonly number[];
  /** v1 calls without a process, and unknown ones. */
  withoutName: number;
  /** v1 calls that succeeded. */
  succeeded: number;
}

/** The host is known; else there is the name of a capture alone. */
export function isOfHost({ host, hostId }: OnHost): boolean {
  return host !== undefined || hostId !== undefined;
}

/** Calls that speak against their host: by v1, and unknown ones. */
export function toFix([v1 = 0, unknown = 0]: readonly number[]): number {
  return v1 + unknown;
}

/** v1 calls that succeeded, of those that are counted: facts are also of others, where not all versions were asked for. */
export function succeededOf({
  facts,
  counts,
}: {
  facts: { v1: { succeeded: number } };
  counts: Pick<CallerSummary['counts'], 'v1'>;
}): number {
  return Math.min(facts.v1.succeeded, counts.v1);
}

/** The calls of a caller that was counted before, by host: of one, but of the row of all other callers. */
export function partsOf(caller: CallerSummary): readonly HostPart[] {
  const { parts, host, hostId, capture, withProcess } = caller;
  if (parts !== undefined) return parts;
  const counts = KINDS.map((kind) => caller.counts[kind]);
  const calls = counts.reduce((sum, count) => sum + count, 0);
  // All have a process, or none; where many callers share a row, as many are without one as can be.
  const withoutName = Math.min(toFix(counts), calls - withProcess);
  return [{ host, hostId, capture, counts, withoutName, succeeded: succeededOf(caller) }];
}
