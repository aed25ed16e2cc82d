import type { SavedFacts } from '../causes/caller-facts.ts';
import type { Combine } from '../causes/facts.ts';
import type { Attribution, Nanoseconds, Operation, PathClass } from '../model.ts';
import type { DayCount } from './days.ts';
import type { HostPart } from './host-part.ts';
import type { KindCounts } from './kinds.ts';

/** What was looked up on the host of a process, as the columns of the same names show it. */
export interface LookedUp {
  package: string | undefined;
  image: string | undefined;
  pod: string | undefined;
  container_name: string | undefined;
  timer: string | undefined;
}

/** The call that stands for the others of its caller, with what was looked up of its own process. */
export interface SavedExample extends LookedUp {
  time: Nanoseconds;
  eventId: string | undefined;
  pid: number | undefined;
  args: readonly string[] | undefined;
  argsTruncated: boolean | undefined;
  /** Names of its ancestors, nearest first. */
  ancestry: readonly string[] | undefined;
  startedFrom: string | undefined;
}

/** Why, and until which day (in UTC, that day included), a caller is known and accepted. */
export interface IgnoredAs {
  reason: string;
  expires: string;
}

/** What is so of every call of a caller, by which filters go. What nobody said is not so. */
export interface AllCalls {
  /** The user of its processes, by number where that is known; undefined where there may be several. */
  user: string | undefined;
  /** Each has a user agent, and those that are kept are all. */
  haveAgents: boolean;
  /** The names of unit and image are the system's, not those that a user chose for his own. */
  areNamedBySystem: boolean;
}

/**
 * What an earlier report, or an inventory, says of one caller: sums, least and greatest values, and the
 * smallest of a list, so that parts of its calls add up in any order. Texts are as they were shown.
 */
export interface CallerSummary {
  /** Name of its host, or id where it has none. */
  host: string | undefined;
  hostId: string | undefined;
  capture: string;
  /** How its host was called then, by each of its calls that has a name of it. */
  hostNames: readonly string[];
  /** The one row of the callers beyond the maximum. */
  isOther: boolean;
  /** Of which hosts its calls are, where they are of several; none of them has more than the row. */
  parts?: readonly HostPart[] | undefined;
  /** Undefined where no process is known. */
  program: string | undefined;
  startedBy: string | undefined;
  executable: string | undefined;
  containerId: string | undefined;
  unit: string | undefined;
  user: string | undefined;
  clients: readonly string[];
  userAgents: readonly string[];
  allCalls: AllCalls;
  forwardedFor: readonly string[];
  /** Why calls of it could not be read. */
  unknownReasons: readonly string[];
  counts: Readonly<KindCounts>;
  operations: Readonly<Record<Operation, number>>;
  /** Of the calls, those whose process is known. */
  withProcess: number;
  worstPath: PathClass | undefined;
  first: Nanoseconds;
  last: Nanoseconds;
  days: readonly DayCount[];
  facts: SavedFacts;
  attribution: Attribution;
  example: SavedExample;
  /** Of all its processes, that of the one of which most is known. */
  said: LookedUp;
  /** Where a report left it uncounted. */
  ignored?: IgnoredAs | undefined;
}

/** What adds up of two parts of one caller's calls. */
export interface CallerSums
  extends Omit<
    CallerSummary,
    | keyof OnHost
    | 'isOther'
    | 'parts'
    | 'startedBy'
    | 'executable'
    | 'containerId'
    | 'unit'
    | 'user'
    | 'attribution'
    | 'example'
  > {
  /** Of the calls, those that an inventory alone knows. */
  raisedCalls?: number;
}

/** Where a caller lives. */
export type OnHost = Pick<CallerSummary, 'host' | 'hostId' | 'capture'>;

/** Calls by IMDSv1, or that could not be read, of a host, that were counted before and that a report leaves out. */
export interface LeftOut extends OnHost {
  /** From before the time that it is of. */
  before: number;
  /** Of those, all whose day is known; none of a row of several hosts. */
  daysBefore: readonly DayCount[];
  /** From after that time, or of no host where hosts are asked for. */
  other: number;
  /** Of days that are within that time in part: whether the calls are, nobody knows. */
  cut: number;
}

/** What takes callers that were counted before. */
export interface CallerTarget {
  addCaller(caller: CallerSummary): void;
  /** A part of the time, with calls by kind: of the callers that are added, which have no times of their own. False for a width that timelines do not have. */
  addTime(width: Nanoseconds, start: Nanoseconds, counts: readonly number[]): boolean;
  /** Calls of that host, by its id or else its name, without a token that succeeded, in a period that began then, in seconds. */
  addNoToken(host: string, start: number, count: number): void;
  /** Of a caller whose calls may have been counted: by day, the larger of both counts. */
  raiseCaller(caller: CallerSummary): void;
  /** What a report has, and is not reported now. */
  leaveOut(leftOut: LeftOut): void;
  /** What an inventory has: events may have the same calls. */
  leaveOutRaised(leftOut: LeftOut): void;
  /** Calls by day that one inventory has from before the time that is reported, of all callers on the host of this one. */
  raiseBefore(caller: OnHost, days: readonly DayCount[]): void;
}

export const SUM: Combine = (a, b) => a + b;
export const LARGER: Combine = Math.max;
