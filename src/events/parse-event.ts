import { isIP } from 'node:net';
import {
  type AttributedCall,
  type Attribution,
  type Endpoint,
  type ImdsCall,
  PATH_CLASSES,
  type SocketAddress,
  type UnknownReason,
} from '../model.ts';
import type { EventHosts } from './event-hosts.ts';
import { processOf } from './event-process.ts';
import { parseEventTime } from './event-time.ts';
import { idOf, integerOf, type JsonObject, objectOf, oneOf, textOf } from './json-object.ts';

const MODULE = 'imds';
const MAX_PORT = 65_535;
const MAX_STATUS = 999;
/** As many digits as are read of a request. */
const MAX_TOKEN_TTL = 999_999_999_999_999;
const UNKNOWN: SocketAddress = { address: '', port: 0 };

/**
 * An event (schemas/call.schema.json) as the call that it tells of, such that it would be written the same
 * again; undefined for what is none. It may have been written by anybody: each field is checked, and what
 * is not as it should be is left out, if a call is one without it.
 *
 * @param file where it was read, which is its capture where it names none
 */
export function parseEvent(json: unknown, hosts: EventHosts, file: string): AttributedCall | undefined {
  const event = objectOf(json);
  const meta = objectOf(event?.event);
  const imds = objectOf(event?.imds);
  if (event === undefined || meta === undefined || imds === undefined || meta.module !== MODULE)
    return undefined;
  const id = idOf(meta.id);
  const call = callOf(event, meta, imds);
  if (call === undefined || id === undefined) return undefined;
  const capture = textOf(imds.capture);
  return {
    call,
    eventId: id,
    process: processOf(event, imds.ancestors),
    attribution: attributionOf(objectOf(event.attribution)),
    host: hosts.host(event.host),
    session: capture ?? textOf(imds.session) ?? file,
    capture: capture ?? file,
  };
}

function callOf(event: JsonObject, meta: JsonObject, imds: JsonObject): ImdsCall | undefined {
  const time = parseEventTime(textOf(event['@timestamp']) ?? '');
  const endpoint = endpointOf(objectOf(event.destination));
  const client = event.source === undefined ? UNKNOWN : addressOf(objectOf(event.source));
  if (time === undefined || endpoint === undefined || client === undefined) return undefined;
  const http = objectOf(event.http);
  const duration = integerOf(meta.duration, Number.MAX_SAFE_INTEGER);
  return {
    endpoint,
    client,
    requestOffset: 0,
    connectionTime: time,
    time,
    // Only their difference is known.
    requestEnd: duration === undefined ? undefined : time,
    responseTime: duration === undefined ? undefined : time + BigInt(duration),
    packetNumber: 0,
    version: oneOf(imds.version, ['v1', 'v2', 'foreign', 'unknown']),
    operation: oneOf(imds.operation, ['token', 'read', 'attempt']),
    unknownReason: textOf(imds.unknown_reason) as UnknownReason | undefined,
    hint: wireText(imds.hint),
    method: wireText(objectOf(http?.request)?.method),
    target: wireText(objectOf(event.url)?.original),
    httpVersion: wireText(http?.version),
    pathClass: oneOf(imds.path_class, PATH_CLASSES),
    userAgent: wireText(objectOf(event.user_agent)?.original),
    forwardedFor: wireText(imds.forwarded_for),
    tokenTtl: integerOf(imds.token_ttl, MAX_TOKEN_TTL),
    responseTtl: integerOf(imds.response_ttl, 255),
    status: integerOf(objectOf(http?.response)?.status_code, MAX_STATUS),
  };
}

function attributionOf(json: JsonObject | undefined): Attribution {
  return {
    source: oneOf(json?.source, ['ebpf', 'procfs', 'log', 'none']) ?? 'none',
    match: oneOf(json?.match, ['cookie', 'isn', 'isn-nat', 'tuple', 'procfs', 'log', 'none']) ?? 'none',
    reason: textOf(json?.reason),
  };
}

function endpointOf(json: JsonObject | undefined): Endpoint | undefined {
  const address = addressOf(json);
  return address && { ...address, family: address.address.includes(':') ? 6 : 4 };
}

/** The last one that was checked: in most files it is one for thousands of events. */
let checkedAddress = '';

function addressOf(json: JsonObject | undefined): SocketAddress | undefined {
  if (json === undefined) return undefined;
  const address = textOf(json.ip);
  const port = integerOf(json.port, MAX_PORT);
  if (address === undefined || port === undefined) return undefined;
  if (address !== checkedAddress && isIP(address) === 0) return undefined;
  checkedAddress = address;
  return { address, port };
}

const ASCII = /^[\0-\x7f]*$/;

/** The model has text of the wire as bytes in latin1. */
function wireText(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || ASCII.test(text)) return text;
  return Buffer.from(text, 'utf8').toString('latin1');
}
