import { isIP } from 'node:net';
import { type DayCount, dayOf, MAX_DAYS } from '../callers/days.ts';
import { KINDS } from '../callers/kinds.ts';
import type { AllCalls, CallerSummary, IgnoredAs, LookedUp } from '../callers/types.ts';
import { type Attribution, PATH_CLASSES } from '../model.ts';
import { MAX_PID } from './event-process.ts';
import { parseEventTime } from './event-time.ts';
import {
  countOf,
  countsOf,
  idOf,
  integerOf,
  type JsonObject,
  objectOf,
  oneOf,
  textOf,
  textsOf,
} from './json-object.ts';
import { maskedName } from './masked-name.ts';
import { wireText } from './parse-event.ts';
import { factsOf } from './saved-facts.ts';
import { hostPartsOf } from './saved-parts.ts';

/** Values of a list: a report writes at most 8. */
const MAX_VALUES = 64;
const MAX_ANCESTORS = 4096;
/** Of a clock that was never set, too: years beyond four digits have six, and a sign. */
const DAY = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\d$/;
const MIDNIGHT = 'T00:00:00.000000000Z';

/**
 * A caller of a JSON report or of an inventory, of which nothing is believed: undefined where what counts is
 * missing or contradicts itself. Without `facts`, it is of an earlier version, or a row of something else.
 */
export function callerOf(value: unknown): CallerSummary | undefined {
  const json = objectOf(value);
  if (json === undefined) return undefined;
  const counts = countsOf(json, KINDS);
  const operations = countsOf(json.by_operation, ['token', 'read', 'attempt']);
  const [first, last, time] = [json.first_seen, json.last_seen, json.example_time].map(timeOf);
  const facts = factsOf(json.facts);
  const days = daysOf(json.days);
  const capture = maskedName(json.capture);
  const withProcess = countOf(json.with_process);
  const isOther = json.other_callers === true;
  if (!counts || !operations || !facts || !days || capture === undefined || withProcess === undefined)
    return undefined;
  if (first === undefined || last === undefined || time === undefined || first > last) return undefined;
  const calls = KINDS.reduce((sum, kind) => sum + counts[kind], 0);
  if (calls === 0 || withProcess > calls || !isWithin(days, counts)) return undefined;
  const parts = isOther && json.by_host !== undefined ? hostPartsOf(json.by_host, counts) : [];
  if (parts === undefined) return undefined;
  const userAgents = wireTexts(json.user_agents);
  return {
    host: maskedName(json.host),
    hostId: maskedName(json.host_id),
    capture,
    hostNames: hostNamesOf(json),
    isOther,
    ...(parts.length === 0 ? {} : { parts }),
    program: textOf(json.program),
    startedBy: textOf(json.started_by),
    executable: textOf(json.executable),
    containerId: textOf(json.container_id),
    unit: textOf(json.unit),
    user: textOf(json.user),
    clients: fewTexts(json.clients).filter((address) => isIP(address) !== 0),
    userAgents,
    allCalls: allCallsOf(json, userAgents),
    forwardedFor: wireTexts(json.forwarded_for),
    unknownReasons: fewTexts(json.unknown_reasons),
    counts,
    operations,
    withProcess,
    worstPath: oneOf(json.worst_path, PATH_CLASSES),
    first,
    last,
    days,
    facts,
    attribution: attributionOf(json),
    example: {
      time,
      eventId: idOf(json.example_event_id),
      pid: integerOf(json.example_pid, MAX_PID),
      args: textsOf(json.example_args),
      argsTruncated: json.example_args_truncated === true || undefined,
      ancestry: textsOf(json.example_ancestry)?.slice(0, MAX_ANCESTORS),
      ...exampleLookedUp(json),
      startedFrom: textOf(json.started_from),
    },
    said: lookedUpOf(objectOf(json.looked_up) ?? json),
    ignored: ignoredOf(json.ignored),
  };
}

/** Where it has none, there is the one that is shown; the id stands in place of a name, where there is none. */
function hostNamesOf(json: JsonObject): readonly string[] {
  if (json.host_names !== undefined)
    return fewTexts(json.host_names).flatMap((name) => maskedName(name) ?? []);
  const [name, id] = [maskedName(json.host), maskedName(json.host_id)];
  return name === undefined || name === id ? [] : [name];
}

function lookedUpOf(json: JsonObject): LookedUp {
  return {
    package: textOf(json.package),
    image: textOf(json.image),
    pod: textOf(json.pod),
    container_name: textOf(json.container_name),
    timer: textOf(json.timer),
  };
}

/** Of the columns, those of the example itself: the others were completed by what is known of another process. */
function exampleLookedUp(json: JsonObject): LookedUp {
  const lacking = textsOf(json.example_lacks) ?? [];
  const own = (name: keyof LookedUp) => (lacking.includes(name) ? undefined : textOf(json[name]));
  return {
    package: own('package'),
    image: own('image'),
    pod: own('pod'),
    container_name: own('container_name'),
    timer: own('timer'),
  };
}

/** @param userAgents those of the row that were taken over */
function allCallsOf(json: JsonObject, userAgents: readonly string[]): AllCalls {
  const { user, user_agents: haveAgents, named_by_system: named } = objectOf(json.all_calls) ?? {};
  return {
    user: maskedName(user),
    haveAgents: haveAgents === true && textsOf(json.user_agents)?.length === userAgents.length,
    areNamedBySystem: named === true,
  };
}

/** What is no reason with a day leaves the caller counted. */
function ignoredOf(value: unknown): IgnoredAs | undefined {
  const { reason, expires } = objectOf(value) ?? {};
  const [why, day] = [textOf(reason), textOf(expires)];
  if (why === undefined || day === undefined || !/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  return { reason: why, expires: day };
}

function timeOf(value: unknown) {
  return parseEventTime(textOf(value) ?? '');
}

function daysOf(value: unknown): DayCount[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_DAYS) return undefined;
  const days: DayCount[] = [];
  for (const item of value) {
    const json = objectOf(item);
    const counts = countsOf(json, KINDS);
    const text = textOf(json?.day) ?? '';
    const start = DAY.test(text) ? parseEventTime(text + MIDNIGHT) : undefined;
    if (counts === undefined || start === undefined) return undefined;
    days.push({ day: dayOf(Number(start)), counts: KINDS.map((kind) => counts[kind]) });
  }
  return days.sort((a, b) => a.day - b.day);
}

/** No more on the days together than at all, and no day twice. */
function isWithin(
  days: readonly DayCount[],
  counts: Readonly<Record<(typeof KINDS)[number], number>>,
): boolean {
  if (new Set(days.map(({ day }) => day)).size !== days.length) return false;
  return KINDS.every(
    (kind, index) => days.reduce((sum, day) => sum + (day.counts[index] ?? 0), 0) <= counts[kind],
  );
}

/** `ebpf/cookie`, or `none`. */
function attributionOf(json: JsonObject): Attribution {
  const [source, match] = (textOf(json.attribution) ?? '').split('/');
  return {
    source: oneOf(source, ['ebpf', 'procfs', 'log']) ?? 'none',
    match: oneOf(match, ['cookie', 'isn', 'isn-nat', 'tuple', 'procfs', 'log']) ?? 'none',
    reason: textOf(json.unattributed_reason),
  };
}

function fewTexts(value: unknown): readonly string[] {
  return (
    textsOf(value)
      ?.slice(0, MAX_VALUES)
      .filter((text) => textOf(text) !== undefined) ?? []
  );
}

function wireTexts(value: unknown): readonly string[] {
  return fewTexts(value).flatMap((text) => wireText(text) ?? []);
}
