import { hash } from 'node:crypto';
import { endpointText } from '../endpoints.ts';
import type { AttributedCall, Host, Process } from '../model.ts';

/** The first 128 bits of SHA-256 over the parts, as 32 hexadecimal digits. */
function digest(parts: readonly string[]): string {
  return hash('sha256', parts.join('\0'), 'hex').slice(0, 32);
}

/**
 * The same call has the same id whatever file or view it is read from: its session, endpoint, connection
 * (the client's ISN; else its address and the time of its first packet) and place on that connection.
 */
export function eventId({ session, call, eventId: saved }: AttributedCall): string {
  if (saved !== undefined) return saved;
  const connection =
    call.clientIsn === undefined
      ? `${call.client.address} ${call.client.port} ${call.connectionTime}`
      : `isn ${call.clientIsn}`;
  return digest([session, endpointText(call.endpoint), connection, String(call.requestOffset)]);
}

/** ECS `process.entity_id`: one process of one boot of one host; undefined where its start is not known. */
export function entityId(
  host: Host | undefined,
  { pid, start, entityId: saved }: Process,
): string | undefined {
  if (saved !== undefined || start === '') return saved;
  return digest([host?.id ?? '', host?.bootId ?? '', String(pid), start]);
}
