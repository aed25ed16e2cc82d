import type { Completeness, Counters, SessionProof } from '../model.ts';
import type { EventHosts } from './event-hosts.ts';
import { parseEventTime } from './event-time.ts';
import { integerOf, type JsonObject, objectOf, oneOf, textOf } from './json-object.ts';

const DATASET = 'imds.sessions';
/** More counters there are not. */
const MAX_COUNTERS = 512;
const COUNTER_NAME = /^[\w.-]{1,64}$/;

/** Whether a line may be that of a session: most are not, and are not looked at any further. */
export function mayBeSession(line: string): boolean {
  return line.includes(`"${DATASET}"`);
}

/** What a session says of itself (schemas/session.schema.json); undefined for what is none. */
export function parseSession(json: unknown, hosts: EventHosts): SessionProof | undefined {
  const line = objectOf(json);
  const event = objectOf(line?.event);
  const imds = objectOf(line?.imds);
  if (line === undefined || event?.dataset !== DATASET || event.module !== 'imds' || imds === undefined)
    return undefined;
  const session = textOf(imds.session);
  const [from, to] = [event.start, event.end].map((time) => parseEventTime(textOf(time) ?? ''));
  if (session === undefined || from === undefined || to === undefined || to < from) return undefined;
  const calls = objectOf(imds.calls);
  return {
    session,
    host: hosts.host(line.host),
    from,
    to,
    bootTime: parseEventTime(textOf(imds.boot_time) ?? ''),
    ended: Array.isArray(event.type) && event.type.includes('end'),
    calls: {
      v1: countOf(calls?.v1),
      v2: countOf(calls?.v2),
      unknown: countOf(calls?.unknown),
      foreign: countOf(calls?.foreign),
      attempt: countOf(calls?.attempt),
    },
    unwritten: countOf(imds.calls_unwritten),
    completeness: completenessOf(imds),
  };
}

/** What does not say what was proven proves nothing: without a view, nothing is provable. */
function completenessOf(imds: JsonObject): Completeness {
  const lookups = objectOf(imds.lookups);
  return {
    losses: countersOf(imds.losses),
    connections: countOf(imds.connections),
    provableConnections: countOf(imds.provable_connections),
    capturedBytes: countOf(imds.captured_bytes),
    kernelBytes: countOf(imds.kernel_bytes),
    views: Array.isArray(imds.views)
      ? imds.views.flatMap((view) => oneOf(view, ['sockets', 'wire']) ?? [])
      : [],
    lookups: { made: countOf(lookups?.made), found: countOf(lookups?.found) },
  };
}

function countersOf(value: unknown): Counters {
  const counters: Counters = {};
  for (const [name, count] of Object.entries(objectOf(value) ?? {}).slice(0, MAX_COUNTERS)) {
    if (COUNTER_NAME.test(name)) counters[name] = countOf(count);
  }
  return counters;
}

function countOf(value: unknown): number {
  return integerOf(value, Number.MAX_SAFE_INTEGER) ?? 0;
}
