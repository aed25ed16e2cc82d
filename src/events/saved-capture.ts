import type { CaptureSummary, Counters, Problem, SessionProof, Watch } from '../model.ts';
import { EventHosts } from './event-hosts.ts';
import { parseEventTime } from './event-time.ts';
import { countersOf, countOf, countsOf, objectOf, textOf, textsOf } from './json-object.ts';
import { maskedName } from './masked-name.ts';
import { parseSession } from './parse-session.ts';
import { savedEndpoints } from './saved-endpoints.ts';
import { hostOf, hostsOf } from './saved-hosts.ts';
import { scopeOf } from './saved-scope.ts';

const MAX_FILES = 1024;
const MAX_PROBLEMS = 64;
/** As many as a file of events keeps. */
const MAX_SESSIONS = 65_536;
const MAX_SESSION_IDS = 1024;
const SESSIONS_TURNED_AWAY = 'events.sessions_turned_away';
const MAX_PERIODS = 2016;
const MAX_OPTIONS = 64;

/** A capture that a JSON report tells of; undefined for what is none. */
export function captureOf(value: unknown): CaptureSummary | undefined {
  const json = objectOf(value);
  const name = maskedName(json?.name);
  const counts = countsOf(json, [
    'packets',
    'bytes',
    'connections',
    'provable_connections',
    'captured_bytes',
    'kernel_bytes',
  ]);
  const losses = countersOf(json?.losses);
  const sessions = sessionsOf(json?.sessions);
  const leavesOut = leftOutBy(json?.leaves_out);
  if (json === undefined || name === undefined || counts === undefined || losses === undefined)
    return undefined;
  if (leavesOut === undefined) return undefined;
  return {
    name,
    files:
      textsOf(json.files)
        ?.slice(0, MAX_FILES)
        .flatMap((file) => maskedName(file) ?? []) ?? [],
    host: hostOf(json.host),
    ...(Array.isArray(json.hosts) ? { hosts: hostsOf(json.hosts) } : {}),
    session: maskedName(json.session),
    sessionIds: textsOf(json.session_ids)?.slice(0, MAX_SESSION_IDS),
    sessions: sessions?.read,
    ...(leavesOut.length === 0 ? {} : { leavesOut }),
    watch: watchOf(json.watch),
    ofReport: true,
    packets: counts.packets,
    bytes: counts.bytes,
    events: countOf(json.events),
    repeatedEvents: countOf(json.repeated_events),
    callers: countOf(json.callers),
    firstTime: parseEventTime(textOf(json.first_packet) ?? ''),
    lastTime: parseEventTime(textOf(json.last_packet) ?? ''),
    completeness: {
      losses: withTurnedAway(losses, sessions?.turnedAway ?? 0),
      captureDrops: countOf(json.capture_drops),
      connections: counts.connections,
      provableConnections: counts.provable_connections,
      capturedBytes: counts.captured_bytes,
      kernelBytes: counts.kernel_bytes,
      views: textsOf(json.views)?.slice(0, 2),
      watched: savedEndpoints(json.watched_endpoints),
      ...scopeOf(json.scope),
      lookups: countsOf(json.lookups, ['made', 'found']) ?? { made: 0, found: 0 },
    },
    searched: savedEndpoints(json.searched_endpoints),
    problems: problemsOf(json.problems),
  };
}

/** One that is not read may have told of a loss, or of a call. */
function sessionsOf(value: unknown): { read: SessionProof[]; turnedAway: number } | undefined {
  if (!Array.isArray(value)) return undefined;
  const hosts = new EventHosts();
  const read = value.slice(0, MAX_SESSIONS).flatMap((item) => parseSession(item, hosts) ?? []);
  return { read, turnedAway: value.length - read.length };
}

/** What made the report leave calls out. What cannot be read of it is not nothing: undefined for what is no list. */
function leftOutBy(value: unknown = []): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, MAX_OPTIONS).map((option) => maskedName(option) ?? 'options that cannot be read');
}

function withTurnedAway(losses: Counters, turnedAway: number): Counters {
  const before = losses[SESSIONS_TURNED_AWAY] ?? 0;
  return turnedAway === 0 ? losses : { ...losses, [SESSIONS_TURNED_AWAY]: before + turnedAway };
}

function watchOf(value: unknown): Watch | undefined {
  const json = objectOf(value);
  const [from, to, bootTime] = [json?.from, json?.to, json?.boot_time].map((time) =>
    parseEventTime(textOf(time) ?? ''),
  );
  return from === undefined || to === undefined || to < from ? undefined : { from, to, bootTime };
}

function problemsOf(value: unknown): Problem[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_PROBLEMS).flatMap((item) => {
    const json = objectOf(item);
    const [code, message] = [textOf(json?.code), maskedName(json?.message)];
    if (code === undefined || message === undefined) return [];
    return [{ code, message, remedy: maskedName(json?.remedy), damage: json?.damage === true }];
  });
}

/** Calls by kind in one part of the time, of `timeline.buckets`. */
export function bucketOf(value: unknown, names: readonly string[]) {
  const json = objectOf(value);
  const counts = countsOf(json, names);
  const start = parseEventTime(textOf(json?.start) ?? '');
  if (counts === undefined || start === undefined) return undefined;
  return { start, counts: names.map((name) => counts[name] ?? 0) };
}

/** Calls without a token that succeeded, of one host by period: of `verdict.hosts`. */
export function noTokenOf(
  value: unknown,
): { host: string; periods: [start: number, count: number][] } | undefined {
  const json = objectOf(value);
  const host = maskedName(json?.host_id) ?? maskedName(json?.host);
  const periods = objectOf(json?.no_token)?.periods;
  if (host === undefined || !Array.isArray(periods) || periods.length > MAX_PERIODS) return undefined;
  const read = periods.flatMap((item): [number, number][] => {
    const [period, start] = [objectOf(item), parseEventTime(textOf(objectOf(item)?.start) ?? '')];
    const count = countOf(period?.count);
    return start === undefined || count === undefined ? [] : [[Number(start / 1_000_000_000n), count]];
  });
  return read.length === periods.length ? { host, periods: read } : undefined;
}

/** Width in decimal nanoseconds. */
export function widthOf(value: unknown): bigint | undefined {
  const text = textOf(value) ?? '';
  return /^[1-9]\d{0,19}$/.test(text) ? BigInt(text) : undefined;
}
