import { DAY_NS, type DayCount, dayStart, earlier, later } from '../callers/days.ts';
import { KINDS, type Kind, type KindCounts } from '../callers/kinds.ts';
import type { CallerSummary } from '../callers/types.ts';
import type { SavedFacts } from '../causes/caller-facts.ts';
import type { EventFilter } from './read-events.ts';

export function isEverything({ since, until, hosts, versions }: EventFilter): boolean {
  return since === undefined && until === undefined && hosts === undefined && versions === undefined;
}

export interface Selected {
  /** Undefined where nothing is left. */
  caller: CallerSummary | undefined;
  /** It has calls on a day that is not wholly within the time: what of them is within is not known. */
  isCut: boolean;
}

const NOTHING: Selected = { caller: undefined, isCut: false };

/**
 * What a filter leaves of a caller that was counted before. Its calls have no times of their own but their days.
 *
 * @param hostId id of the caller's host, where it is known
 */
export function select(caller: CallerSummary, filter: EventFilter, hostId: string | undefined): Selected {
  const { hosts, since, until } = filter;
  if (hosts !== undefined && !hosts.has(caller.host, hostId)) return NOTHING;
  if (since !== undefined && caller.last < since) return NOTHING;
  if (until !== undefined && caller.first >= until) return NOTHING;
  const isWithin =
    (since === undefined || caller.first >= since) && (until === undefined || caller.last < until);
  const inTime = isWithin ? caller : ofDays(caller, filter);
  return { caller: inTime && ofVersions(inTime, filter.versions), isCut: !isWithin };
}

/** Days with calls of which none is within the time that begins then: of the day of that moment, that is seldom known. */
export function daysBefore({ last, days }: CallerSummary, { since }: EventFilter): readonly DayCount[] {
  if (since === undefined) return [];
  return last < since ? days : days.filter(({ day }) => dayStart(day) + DAY_NS <= since);
}

/** The days that are wholly within the time. */
function ofDays(caller: CallerSummary, { since, until }: EventFilter): CallerSummary | undefined {
  const days = caller.days.filter(({ day }) => {
    const start = dayStart(day);
    return (since === undefined || start >= since) && (until === undefined || start + DAY_NS <= until);
  });
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  if (firstDay === undefined || lastDay === undefined) return undefined;
  const start = dayStart(firstDay.day);
  const end = dayStart(lastDay.day) + DAY_NS - 1n;
  const first = later(caller.first, start);
  const left = withCounts(caller, (_, index) =>
    days.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0),
  );
  return {
    ...left,
    // Facts have no days: what is told of calls is no more than they are.
    facts: limited(caller.facts, left.counts),
    days,
    first,
    last: earlier(caller.last, end),
    example: { ...caller.example, time: later(caller.example.time, first) },
  };
}

function ofVersions(
  caller: CallerSummary,
  versions: readonly string[] | undefined,
): CallerSummary | undefined {
  if (versions === undefined) return caller;
  const days = caller.days.map(({ day, counts }) => ({
    day,
    counts: KINDS.map((kind, index) => (versions.includes(kind) ? (counts[index] ?? 0) : 0)),
  }));
  const left = withCounts({ ...caller, days }, (kind) => (versions.includes(kind) ? caller.counts[kind] : 0));
  return KINDS.every((kind) => left.counts[kind] === 0) ? undefined : left;
}

/** With fewer calls. */
function withCounts(caller: CallerSummary, countOf: (kind: Kind, index: number) => number): CallerSummary {
  const counts = { ...caller.counts };
  for (const [index, kind] of KINDS.entries()) counts[kind] = Math.min(countOf(kind, index), counts[kind]);
  const calls = KINDS.reduce((sum, kind) => sum + counts[kind], 0);
  const token = Math.min(caller.operations.token, counts.v2);
  return {
    ...caller,
    counts,
    operations: { token, attempt: counts.attempt, read: calls - token - counts.attempt },
    withProcess: Math.min(caller.withProcess, calls),
  };
}

function limited(facts: SavedFacts, counts: Readonly<KindCounts>): SavedFacts {
  const { v1, calls } = facts;
  const least = (count: number) => Math.min(count, counts.v1);
  const path = (of: SavedFacts['v1']['credentials']) => ({
    calls: least(of.calls),
    succeeded: least(of.succeeded),
    failed: least(of.failed),
  });
  return {
    ...facts,
    calls: {
      v1: least(calls.v1),
      v2: Math.min(calls.v2, counts.v2),
      foreign: Math.min(calls.foreign, counts.foreign),
    },
    v1: {
      answered: least(v1.answered),
      succeeded: least(v1.succeeded),
      unauthorized: least(v1.unauthorized),
      forbidden: least(v1.forbidden),
      credentials: path(v1.credentials),
      userData: path(v1.userData),
      forwarded: least(v1.forwarded),
      foreignPath: least(v1.foreignPath),
      emptyArgument: least(v1.emptyArgument),
    },
  };
}
