import type { AddressField } from '../../bpf/records.ts';
import { parseAddress } from '../../capture/address.ts';

/** What the worker is asked: who has this connection? The addresses are as the packet had them. */
export interface LookupRequest {
  local: AddressField;
  remote: AddressField;
  /** The client's initial sequence number, where the packet told it. */
  isn?: number | undefined;
}

/** Two addresses, two ports and a number need no more; a longer line is no request. */
export const MAX_REQUEST_BYTES = 512;

/** Addresses in the kernel's IPv6 form are at most 39 characters; whoever asks may have been taken over. */
export function parseRequest(line: string): LookupRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { local, remote, isn } = fieldsOf(value);
  const ends = [addressOf(local), addressOf(remote)];
  const [client, endpoint] = ends;
  if (client === undefined || endpoint === undefined) return undefined;
  if (isn === undefined) return { local: client, remote: endpoint };
  return isUnsigned(isn, 0xffffffff) ? { local: client, remote: endpoint, isn } : undefined;
}

function addressOf(value: unknown): AddressField | undefined {
  const { address, port } = fieldsOf(value);
  if (typeof address !== 'string' || parseAddress(address) === undefined) return undefined;
  return isUnsigned(port, 65_535) ? { address, port } : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isUnsigned(value: unknown, maximum: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum;
}
