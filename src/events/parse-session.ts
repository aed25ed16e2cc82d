import type { Completeness, Counters, SessionProof } from '../model.ts';
import { maskText } from '../secrets.ts';
import type { EventHosts } from './event-hosts.ts';
import { parseEventTime } from './event-time.ts';
import { integerOf, type JsonObject, objectOf, oneOf, shortTextOf, textOf } from './json-object.ts';

const DATASET = 'imds.sessions';
/** More counters there are not. */
const MAX_COUNTERS = 512;
const COUNTER_NAME = /^[\w.-]{1,64}$/;

/** Whether a line may be that of a session: most are not, and are not looked at any further. */
export function mayBeSession(line: string): boolean {
  return line.includes(`"${DATASET}"`);
}

/**
 * What a session says of itself (schemas/session.schema.json); undefined for what is none, and where a count is
 * missing or none: taken for zero it would prove what nobody said.
 */
export function parseSession(json: unknown, hosts: EventHosts): SessionProof | undefined {
  const line = objectOf(json);
  const event = objectOf(line?.event);
  const imds = objectOf(line?.imds);
  if (line === undefined || event?.dataset !== DATASET || event.module !== 'imds' || imds === undefined)
    return undefined;
  const session = shortTextOf(imds.session);
  const [from, to] = [event.start, event.end].map((time) => parseEventTime(textOf(time) ?? ''));
  const calls = callsOf(imds.calls);
  const unwritten = countOf(imds.calls_unwritten);
  const completeness = completenessOf(imds);
  if (session === undefined || from === undefined || to === undefined || to < from) return undefined;
  if (calls === undefined || unwritten === undefined || completeness === undefined) return undefined;
  return {
    session: maskText(session),
    host: hosts.host(line.host),
    from,
    to,
    bootTime: parseEventTime(textOf(imds.boot_time) ?? ''),
    ended: Array.isArray(event.type) && event.type.includes('end'),
    calls,
    unwritten,
    completeness,
  };
}

function callsOf(value: unknown): SessionProof['calls'] | undefined {
  const json = objectOf(value);
  const counts = [json?.v1, json?.v2, json?.unknown, json?.foreign, json?.attempt].map(countOf);
  if (!areKnown(counts)) return undefined;
  const [v1 = 0, v2 = 0, unknown = 0, foreign = 0, attempt = 0] = counts;
  return { v1, v2, unknown, foreign, attempt };
}

/** What does not say what was proven proves nothing: without a view, nothing is provable. */
function completenessOf(imds: JsonObject): Completeness | undefined {
  const lookups = objectOf(imds.lookups);
  const losses = countersOf(imds.losses);
  const counts = [
    imds.connections,
    imds.provable_connections,
    imds.captured_bytes,
    imds.kernel_bytes,
    lookups?.made,
    lookups?.found,
  ].map(countOf);
  if (losses === undefined || !areKnown(counts)) return undefined;
  const [connections = 0, provableConnections = 0, capturedBytes = 0, kernelBytes = 0, made = 0, found = 0] =
    counts;
  if (provableConnections > connections) return undefined;
  return {
    losses,
    connections,
    provableConnections,
    capturedBytes,
    kernelBytes,
    views: Array.isArray(imds.views)
      ? imds.views.flatMap((view) => oneOf(view, ['sockets', 'wire']) ?? [])
      : [],
    lookups: { made, found },
  };
}

/** A loss that cannot be read is not none: then the line is unreadable as a whole. */
function countersOf(value: unknown): Counters | undefined {
  const json = objectOf(value);
  const entries = Object.entries(json ?? {});
  if (json === undefined || entries.length > MAX_COUNTERS) return undefined;
  const counters: Counters = {};
  for (const [name, value] of entries) {
    const count = countOf(value);
    if (count === undefined || !COUNTER_NAME.test(name) || name === '__proto__') return undefined;
    counters[name] = count;
  }
  return counters;
}

function countOf(value: unknown): number | undefined {
  return integerOf(value, Number.MAX_SAFE_INTEGER);
}

function areKnown(counts: readonly (number | undefined)[]): counts is readonly number[] {
  return counts.every((count) => count !== undefined);
}
