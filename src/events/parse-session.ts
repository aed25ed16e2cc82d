import { KINDS } from '../callers/kinds.ts';
import type { Completeness, SessionProof } from '../model.ts';
import { maskText } from '../secrets.ts';
import type { EventHosts } from './event-hosts.ts';
import { parseEventTime } from './event-time.ts';
import {
  countersOf,
  countOf,
  countsOf,
  type JsonObject,
  objectOf,
  oneOf,
  shortTextOf,
  textOf,
} from './json-object.ts';
import { savedEndpoints } from './saved-endpoints.ts';
import { scopeOf } from './saved-scope.ts';

const DATASET = 'imds.sessions';
const COUNTS = ['connections', 'provable_connections', 'captured_bytes', 'kernel_bytes'] as const;

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
  const calls = countsOf(imds.calls, KINDS);
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

/** What does not say what was proven proves nothing: without a view, nothing is provable. */
function completenessOf(imds: JsonObject): Completeness | undefined {
  const losses = countersOf(imds.losses);
  const counts = countsOf(imds, COUNTS);
  const lookups = countsOf(imds.lookups, ['made', 'found']);
  if (losses === undefined || counts === undefined || lookups === undefined) return undefined;
  if (counts.provable_connections > counts.connections) return undefined;
  return {
    losses,
    connections: counts.connections,
    provableConnections: counts.provable_connections,
    capturedBytes: counts.captured_bytes,
    kernelBytes: counts.kernel_bytes,
    views: Array.isArray(imds.views)
      ? imds.views.flatMap((view) => oneOf(view, ['sockets', 'wire']) ?? [])
      : [],
    ...(imds.endpoints === undefined ? {} : { watched: savedEndpoints(imds.endpoints) }),
    ...scopeOf(imds.scope),
    lookups,
  };
}
