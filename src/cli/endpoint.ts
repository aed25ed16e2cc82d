import { formatAddress, parseAddress } from '../capture/address.ts';
import { EC2_ENDPOINTS } from '../endpoints.ts';
import { UsageError } from '../errors.ts';
import type { Endpoint, SocketAddress } from '../model.ts';

const HTTP_PORT = 80;

export const DEFAULT_ENDPOINTS: readonly Endpoint[] = EC2_ENDPOINTS;

/** Every packet is compared with all of them, so their number is bounded. */
const MAX_ENDPOINTS = 64;

/** The values of `--endpoint`, or the endpoints of EC2 where none is given. @throws UsageError */
export function parseEndpoints(texts: readonly string[] | undefined): readonly Endpoint[] {
  if (texts === undefined) return DEFAULT_ENDPOINTS;
  if (texts.length > MAX_ENDPOINTS) {
    throw new UsageError(`--endpoint: expected at most ${MAX_ENDPOINTS}, found ${texts.length}`, {
      code: 'usage.endpoint',
      remedy: 'Name the addresses of the metadata service only; run imds several times for more.',
    });
  }
  return texts.map(parseEndpoint);
}

/**
 * The endpoints of a capture: those that are given, or those of EC2 and what its session watched. Of EC2
 * always: what a session says of itself hides none of their calls.
 */
export function endpointsOf(
  given: readonly Endpoint[] | undefined,
  parts: readonly { watched?: readonly SocketAddress[] | undefined }[],
): readonly Endpoint[] {
  if (given !== undefined) return given;
  const endpoints = [...DEFAULT_ENDPOINTS];
  for (const { address, port } of parts.flatMap(({ watched = [] }) => watched)) {
    const endpoint = endpointAt(address, port);
    if (endpoint === undefined || port === 0 || endpoints.length === MAX_ENDPOINTS) continue;
    if (!endpoints.some((known) => known.address === endpoint.address && known.port === port))
      endpoints.push(endpoint);
  }
  return endpoints;
}

/** Undefined where that is no IP address. */
function endpointAt(host: string, port: number): Endpoint | undefined {
  const words = parseAddress(host);
  if (words === undefined) return undefined;
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
  const address = formatAddress(w0, w1, w2, w3);
  return { address, port, family: address.includes(':') ? 6 : 4 };
}

/**
 * `IP`, `IPv4:PORT` or `[IPv6]:PORT`; without a port, 80. The address comes back in canonical text
 * (RFC 5952), an IPv4-mapped one as IPv4, since that is what is on the wire.
 */
export function parseEndpoint(text: string): Endpoint {
  const { host, port } = split(text);
  refuseDoubtful(text);
  const number = port === undefined ? HTTP_PORT : Number(port);
  const endpoint = endpointAt(host, number);
  if (endpoint === undefined) throw unusable(text, `${JSON.stringify(host)} is not an IP address`);
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535)) {
    throw unusable(text, `${JSON.stringify(port)} is not a port from 1 to 65535`);
  }
  return endpoint;
}

function split(text: string): { host: string; port: string | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] };
  const colon = text.indexOf(':');
  // More than one colon: an IPv6 address without a port.
  if (colon < 0 || text.indexOf(':', colon + 1) >= 0) return { host: text, port: undefined };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

/** `fd00:ec2::254:80` is an address, and seldom the one that is meant: who looks there sees nothing. */
function refuseDoubtful(text: string): void {
  const [, before = '', port = ''] = /^([\da-f:]+:[\da-f:]*):(\d{1,5})$/i.exec(text) ?? [];
  if (Number(port) === 0 || parseAddress(before) === undefined || parseAddress(text) === undefined) return;
  throw unusable(
    text,
    'an IPv6 address, or one with a port behind it',
    `Give it in brackets: [${before}]:${port}, or [${text}].`,
  );
}

function unusable(
  text: string,
  why: string,
  remedy = 'Give IP, IP:PORT or [IPv6]:PORT, such as 10.0.0.7:8080 or [fd00:ec2::254]:80.',
): UsageError {
  return new UsageError(`--endpoint ${text}: ${why}`, { code: 'usage.endpoint', remedy });
}
