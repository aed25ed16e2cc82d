import { earlier, later } from '../callers/days.ts';
import { versionsIn } from '../callers/selection.ts';
import { searchedIn } from '../endpoints.ts';
import type { CaptureSummary, Nanoseconds } from '../model.ts';
import { parseEventTime } from './event-time.ts';
import { hostsIn } from './saved-hosts.ts';

/** Of all reports, and of one recording. */
const MAX_RECORDINGS = 65_536;
const MAX_OF_ONE = 64;
/** Files of one session follow each other: a call stands where it ended, and may have begun in the file before. */
const SLACK = 300_000_000_000n;
const SINCE = '--since ';
const UNTIL = '--until ';

/** A recording, or a part of one, that a report has calls of. */
interface Told {
  path: string;
  /** Undefined where nobody told. */
  hosts: ReadonlySet<string> | undefined;
  searched: readonly string[];
  /** Undefined for all. */
  versions: readonly string[] | undefined;
  first: Nanoseconds | undefined;
  last: Nanoseconds | undefined;
}

/** Which reports have the same calls: they add up, and nobody can tell whose call is whose. */
export class CallsOfReports {
  readonly #told = new Map<string, Told[]>();
  #size = 0;

  /** @returns the earlier reports that have calls of this capture */
  add(path: string, capture: CaptureSummary): Set<string> {
    const others = new Set<string>();
    const told = toldOf(path, capture);
    for (const key of keysOf(capture, told)) {
      const known = this.#told.get(key) ?? [];
      for (const other of known) if (other.path !== path && meet(told, other)) others.add(other.path);
      if (known.length >= MAX_OF_ONE || this.#size >= MAX_RECORDINGS) continue;
      this.#size++;
      this.#told.set(key, [...known, told]);
    }
    return others;
  }
}

/** By what it is found again: a session of its calls, an inventory; where there is none, all that is known of it. */
function keysOf(capture: CaptureSummary, { hosts }: Told): string[] {
  const { name, session, sessionIds = [], packets, callers, firstTime, lastTime } = capture;
  const sessions = session === undefined ? sessionIds : [session, ...sessionIds];
  // Those of a fleet all have the same name.
  if (firstTime === undefined)
    return callers === undefined ? [] : [...(hosts ?? [''])].map((host) => `inventory\n${name}\n${host}`);
  if (sessions.length > 0) return sessions.map((id) => `session\n${id}`);
  return [`capture\n${JSON.stringify([name, packets, `${firstTime} ${lastTime}`])}`];
}

function toldOf(path: string, capture: CaptureSummary): Told {
  const { leavesOut = [], firstTime, lastTime } = capture;
  const hosts = hostsIn(capture).flatMap(({ id, name }) => id || name?.toLowerCase() || []);
  let [first, last] = [firstTime, lastTime];
  let versions: readonly string[] | undefined;
  // All of them hold: a report that is made of others leaves out what these do.
  for (const option of leavesOut) {
    const [since, until] = [timeOf(option, SINCE), timeOf(option, UNTIL)];
    if (since !== undefined) first = first === undefined ? since : later(first, since);
    if (until !== undefined) last = last === undefined ? until : earlier(last, until);
    const wanted = versionsIn(option);
    versions =
      wanted && versions ? versions.filter((version) => wanted.includes(version)) : (versions ?? wanted);
  }
  const searched = searchedIn(capture);
  return { path, hosts: hosts.length === 0 ? undefined : new Set(hosts), searched, versions, first, last };
}

function timeOf(option: string, name: string): Nanoseconds | undefined {
  return option.startsWith(name) ? parseEventTime(option.slice(name.length)) : undefined;
}

/** Whether there may be calls that are of both. */
function meet(a: Told, b: Told): boolean {
  return (
    a.searched.some((endpoint) => b.searched.includes(endpoint)) &&
    (a.versions === undefined ||
      b.versions === undefined ||
      a.versions.some((one) => b.versions?.includes(one))) &&
    haveHost(a, b) &&
    overlap(a, b)
  );
}

function haveHost({ hosts: some }: Told, { hosts: others }: Told): boolean {
  if (some === undefined || others === undefined) return true;
  const [few, many] = some.size < others.size ? [some, others] : [others, some];
  return [...few].some((host) => many.has(host));
}

function overlap(a: Told, b: Told): boolean {
  return (isWithin(a, b) || isWithin(b, a) || reach(a, b) > SLACK) && reach(a, b) >= 0n;
}

function isWithin(a: Told, b: Told): boolean {
  return (
    (b.first === undefined || (a.first !== undefined && a.first >= b.first)) &&
    (b.last === undefined || (a.last !== undefined && a.last <= b.last))
  );
}

/** How long both are; negative where one ends before the other begins. */
function reach(a: Told, b: Told): Nanoseconds {
  const from =
    a.first === undefined || b.first === undefined ? (a.first ?? b.first) : later(a.first, b.first);
  const to = a.last === undefined || b.last === undefined ? (a.last ?? b.last) : earlier(a.last, b.last);
  return from === undefined || to === undefined ? SLACK + 1n : to - from;
}
