import { valuesHidden, versionOf } from '../clients/received.ts';
import type { ReceivedRequest } from '../support/endpoint/index.ts';
import type { LiveEvent } from './session.ts';

/** A request that the stand-in endpoint received, as {@link lineOfEvent} writes the event of it. */
export function lineOfRequest(request: ReceivedRequest): string {
  const { method, target, headers, connection, tokenHeader, ttlHeader, status } = request;
  const version = versionOf({
    method,
    target,
    connection,
    tokenHeader,
    ttlHeader,
    ...(status === undefined ? {} : { status }),
  });
  const userAgent = headers.find(([name]) => name.toLowerCase() === 'user-agent')?.[1];
  return [version, method, valuesHidden(target), status, userAgent].join(' | ');
}

export function lineOfEvent({ imds: { version }, http, url, user_agent }: LiveEvent): string {
  const { request, response } = http ?? {};
  return [
    version,
    request?.method,
    valuesHidden(url?.original ?? ''),
    response?.status_code,
    user_agent?.original,
  ].join(' | ');
}
