import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures');

/** A request as the stand-in endpoint received it. */
export interface ReceivedRequest {
  connection: number;
  method: string;
  target: string;
  tokenHeader: boolean;
  ttlHeader: boolean;
  userAgent?: string;
  forwardedFor?: string;
  status?: number;
}

/** received.json of a recorded client. */
export interface RecordedClient {
  name: string;
  capture: string;
  client: string;
  requests: readonly ReceivedRequest[];
  emptyConnections: number;
  /** The capture's snap length cut the requests. */
  cut?: boolean;
}

export function recordedClients(): RecordedClient[] {
  return readdirSync(fixtures)
    .filter((name) => name.startsWith('clients-'))
    .sort()
    .map((folder) => {
      const path = join(fixtures, folder);
      const capture = readdirSync(path).find((name) => name.startsWith('capture.')) ?? '';
      const received = JSON.parse(readFileSync(join(path, 'received.json'), 'utf8'));
      return { name: folder.slice('clients-'.length), capture: join(path, capture), ...received };
    });
}

/** By AWS's rule, as its user guide has it. Said here once more, so that it shares nothing with src/. */
export function versionOf(request: ReceivedRequest): string {
  if (request.tokenHeader) return 'v2';
  if (request.method === 'PUT' && request.ttlHeader && request.target.endsWith('/latest/api/token'))
    return 'v2';
  const refused = request.status !== undefined && (request.status < 200 || request.status > 299);
  const foreign = /^\/(?:metadata\/instance|computeMetadata|instance_identity)\b/.test(request.target);
  return foreign && refused ? 'foreign' : 'v1';
}

/** A query's values never leave imds: only its names can be compared. */
export function valuesHidden(target: string): string {
  return target.replace(/([?&][^=&]*=)[^&]*/g, '$1…');
}

/** One line a request. */
export function lineOf(request: ReceivedRequest): string {
  return [
    versionOf(request),
    request.method,
    valuesHidden(request.target),
    request.status ?? 'unanswered',
    request.userAgent ?? 'no user agent',
    request.forwardedFor ?? 'direct',
  ].join(' | ');
}
