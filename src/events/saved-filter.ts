import { DAY_NS, type DayCount, dayStart, earlier, later } from '../callers/days.ts';
import { KINDS, type Kind, type KindCounts } from '../callers/kinds.ts';
import type { CallerSummary, LeftOut } from '../callers/types.ts';
import type { SavedFacts } from '../causes/caller-facts.ts';
import type { Nanoseconds } from '../model.ts';
import type { EventFilter } from './read-events.ts';

export function isEverything({ since, until, hosts, versions }: EventFilter): boolean {
  return since === undefined && until === undefined && hosts === undefined && versions === undefined;
}

export interface Selected {
  /** Undefined where nothing is left. */
  caller: CallerSummary | undefined;
  /** It has calls on a day that is not wholly within the time: what of them is within is not known. */
  isCut: boolean;
  /** Undefined for none. */
  leftOut: LeftOut | undefined;
}

const NOTHING: Selected = { caller: undefined, isCut: false, leftOut: undefined };

/** What is known of the host and of the days of a caller, beyond what stands in it. */
export interface SelectOptions {
  /** Ids of hosts with the name of the caller's. */
  hostIds?: readonly string[];
  /** Calls that are on none of its days were before the first of them. */
  forgetsOldest?: boolean;
}

/** What a filter leaves of a caller that was counted before. Its calls have no times of their own but their days. */
export function select(
  caller: CallerSummary,
  filter: EventFilter,
  { hostIds = [], forgetsOldest = false }: SelectOptions = {},
): Selected {
  const isOfHost = filter.hosts === undefined || filter.hosts.hasNamed(caller.host, hostIds);
  // Whose calls those of no host are, nobody knows.
  if (!isOfHost && caller.host !== undefined) return NOTHING;
  const { days, isWhole, isCut, leftOut } = divide(caller, filter, forgetsOldest);
  const inTime = isWhole ? caller : ofDays(caller, days);
  if (!isOfHost) return { ...NOTHING, leftOut: { ...leftOut, other: leftOut.other + toFix(inTime?.counts) } };
  const isLeftOut = leftOut.before + leftOut.other + leftOut.cut > 0;
  return {
    caller: inTime && ofVersions(inTime, filter.versions),
    isCut,
    leftOut: isLeftOut ? leftOut : undefined,
  };
}

/** Calls that speak against a host. */
function toFix(counts: Readonly<KindCounts> | undefined): number {
  return counts === undefined ? 0 : counts.v1 + counts.unknown;
}

interface Division {
  /** Days whose calls are all within the time. */
  days: readonly DayCount[];
  /** All of the caller's calls are. */
  isWhole: boolean;
  isCut: boolean;
  leftOut: LeftOut;
}

/** The calls of a caller, by where their days lie. */
function divide(caller: CallerSummary, filter: EventFilter, forgetsOldest: boolean): Division {
  const whole = placeOf(caller.first, caller.last, filter);
  const leftOut: LeftOut = { before: 0, other: 0, cut: 0 };
  if (whole === 'within') return { days: caller.days, isWhole: true, isCut: false, leftOut };
  if (whole !== 'cut') {
    leftOut[whole] = toFix(caller.counts);
    return { days: [], isWhole: false, isCut: false, leftOut };
  }
  const days: DayCount[] = [];
  const rest = KINDS.map((kind) => caller.counts[kind]);
  let isCut = false;
  const count = (counts: readonly number[], place: Place): void => {
    if (place === 'within') return;
    if (place === 'cut') isCut = true;
    leftOut[place] += (counts[0] ?? 0) + (counts[1] ?? 0);
  };
  for (const day of caller.days) {
    const start = dayStart(day.day);
    const place = placeOf(later(start, caller.first), earlier(start + DAY_NS - 1n, caller.last), filter);
    if (place === 'within') days.push(day);
    count(day.counts, place);
    for (const [kind, calls] of day.counts.entries()) rest[kind] = (rest[kind] ?? 0) - calls;
  }
  const [firstDay] = caller.days;
  const isOlder = forgetsOldest && firstDay !== undefined;
  if (rest.some((calls) => calls > 0)) {
    const place = isOlder ? placeOf(caller.first, dayStart(firstDay.day) - 1n, filter) : 'cut';
    // Without days they are not told from others: what is within all the same is left out.
    count(rest, place === 'within' ? 'cut' : place);
  }
  return { days, isWhole: false, isCut, leftOut };
}

type Place = 'within' | keyof LeftOut;

/** Where calls lie that are all between two times. */
function placeOf(first: Nanoseconds, last: Nanoseconds, { since, until }: EventFilter): Place {
  if (since !== undefined && last < since) return 'before';
  if (until !== undefined && first >= until) return 'other';
  const begins = since === undefined || first >= since;
  return begins && (until === undefined || last < until) ? 'within' : 'cut';
}

/** Of some of its days alone. */
function ofDays(caller: CallerSummary, days: readonly DayCount[]): CallerSummary | undefined {
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
