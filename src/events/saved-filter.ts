import { DAY_NS, type DayCount, dayStart, earlier, later } from '../callers/days.ts';
import { type HostPart, isOfHost, partsOf, toFix } from '../callers/host-part.ts';
import { KINDS, type Kind, type KindCounts } from '../callers/kinds.ts';
import type { CallerSummary, LeftOut } from '../callers/types.ts';
import type { SavedFacts } from '../causes/caller-facts.ts';
import type { Nanoseconds } from '../model.ts';
import { HostIds } from './host-ids.ts';
import type { EventFilter } from './read-events.ts';

export function isEverything({ since, until, hosts, versions }: EventFilter): boolean {
  return since === undefined && until === undefined && hosts === undefined && versions === undefined;
}

export interface Selected {
  /** Undefined where nothing is left. */
  caller: CallerSummary | undefined;
  /** It has calls on a day that is not wholly within the time: what of them is within is not known. */
  isCut: boolean;
  /** Of each host that it has calls of. */
  leftOut: readonly LeftOut[];
}

const NOTHING: Selected = { caller: undefined, isCut: false, leftOut: [] };
const NO_IDS = new HostIds();

/** What is known of the host and of the days of a caller, beyond what stands in it. */
export interface SelectOptions {
  hostIds?: HostIds;
  /** Calls that are on none of its days were before the first of them. */
  forgetsOldest?: boolean;
}

/** What a filter leaves of a caller that was counted before. Its calls have no times of their own but their days. */
export function select(
  caller: CallerSummary,
  filter: EventFilter,
  { hostIds = NO_IDS, forgetsOldest = false }: SelectOptions = {},
): Selected {
  const { hosts } = filter;
  const parts = partsOf(caller);
  const wanted = parts.filter(
    ({ host, hostId }) =>
      hosts === undefined ||
      (parts.length === 1 && hostId !== undefined && caller.hostNames.length > 0
        ? caller.hostNames.some((name) => hosts.has(name, hostId))
        : hosts.hasCaller(host, hostId, hostIds.of(host))),
  );
  // Whose calls those of no host are, nobody knows.
  const nobodys = parts.filter((part) => !isOfHost(part) && !wanted.includes(part));
  if (wanted.length + nobodys.length === 0) return NOTHING;
  const { days, isWhole, isCut, outside } = divide(caller, filter, forgetsOldest);
  const inTime = isWhole ? caller : ofDays(caller, days);
  const within = inTime === undefined ? 0 : inTime.counts.v1 + inTime.counts.unknown;
  const before = parts.length === 1 ? daysBefore(caller, filter) : [];
  const leftOut = [
    ...wanted.map((part) => shareOf(part, outside, before)),
    ...nobodys.map((part) => shareOf(part, { ...outside, other: outside.other + within }, before)),
  ].filter(({ before, other, cut }) => before + other + cut > 0);
  const left = inTime && ofParts(inTime, wanted);
  return { caller: left && ofVersions(left, filter.versions), isCut, leftOut };
}

type Outside = Pick<LeftOut, 'before' | 'other' | 'cut'>;

/** Of a row of many hosts, each may have what is left out, as far as it has so many calls. */
function shareOf(
  { host, hostId, capture, counts }: HostPart,
  outside: Outside,
  days: readonly DayCount[],
): LeftOut {
  const most = toFix(counts);
  const least = (calls: number) => Math.min(calls, most);
  const { before, other, cut } = outside;
  const share = { before: least(before), other: least(other), cut: least(cut) };
  return { host, hostId, capture, ...share, daysBefore: days };
}

/** Of some of the hosts that it has calls of. On which days those are, nobody knows. */
function ofParts(caller: CallerSummary, parts: readonly HostPart[]): CallerSummary | undefined {
  if (parts.length === 0) return undefined;
  if (caller.parts === undefined || parts.length === caller.parts.length) return caller;
  const left = withCounts({ ...caller, days: [], parts }, (_, index) =>
    parts.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0),
  );
  return hasCalls(left) ? { ...left, facts: limited(caller.facts, left.counts) } : undefined;
}

interface Division {
  /** Days whose calls are all within the time. */
  days: readonly DayCount[];
  /** All of the caller's calls are. */
  isWhole: boolean;
  isCut: boolean;
  /** Calls that are not, or may not be. */
  outside: Outside;
}

/** The calls of a caller, by where their days lie. */
function divide(caller: CallerSummary, filter: EventFilter, forgetsOldest: boolean): Division {
  const whole = placeOf(caller.first, caller.last, filter);
  const outside: Outside = { before: 0, other: 0, cut: 0 };
  if (whole === 'within') return { days: caller.days, isWhole: true, isCut: false, outside };
  if (whole !== 'cut') {
    outside[whole] = caller.counts.v1 + caller.counts.unknown;
    return { days: [], isWhole: false, isCut: false, outside };
  }
  const days: DayCount[] = [];
  const rest = KINDS.map((kind) => caller.counts[kind]);
  let isCut = false;
  const count = (counts: readonly number[], place: Place): void => {
    if (place === 'within') return;
    if (place === 'cut') isCut = true;
    outside[place] += toFix(counts);
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
  return { days, isWhole: false, isCut, outside };
}

type Place = 'within' | keyof Outside;

/** Where calls lie that are all between two times. */
function placeOf(first: Nanoseconds, last: Nanoseconds, { since, until }: EventFilter): Place {
  if (since !== undefined && last < since) return 'before';
  if (until !== undefined && first >= until) return 'other';
  const begins = since === undefined || first >= since;
  return begins && (until === undefined || last < until) ? 'within' : 'cut';
}

/** Days with calls of which none is within the time that begins then: of the day of that moment, that is seldom known. */
export function daysBefore({ last, days }: CallerSummary, { since }: EventFilter): readonly DayCount[] {
  if (since === undefined) return [];
  return last < since ? days : days.filter(({ day }) => dayStart(day) + DAY_NS <= since);
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
  return hasCalls(left) ? left : undefined;
}

function hasCalls({ counts }: CallerSummary): boolean {
  return KINDS.some((kind) => counts[kind] > 0);
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
    parts: caller.parts && limitedParts(caller.parts, counts),
    operations: { token, attempt: counts.attempt, read: calls - token - counts.attempt },
    withProcess: Math.min(caller.withProcess, calls),
  };
}

/** Of which host those are that are left, nobody knows: each may have them. */
function limitedParts(parts: readonly HostPart[], most: Readonly<KindCounts>): HostPart[] {
  return parts.map((part) => {
    const counts = KINDS.map((kind, index) => Math.min(part.counts[index] ?? 0, most[kind]));
    const withoutName = Math.min(part.withoutName, toFix(counts));
    return { ...part, counts, withoutName, succeeded: Math.min(part.succeeded, counts[0] ?? 0) };
  });
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
