import { isIP } from 'node:net';
import {
  type AttributedCall,
  type Attribution,
  type Endpoint,
  type Host,
  type ImdsCall,
  type Nanoseconds,
  PATH_CLASSES,
  type Process,
  type SocketAddress,
  UNKNOWN_ADDRESS,
  type UnknownReason,
} from '../model.ts';
import { maskText } from '../secrets.ts';
import type { EventHosts } from './event-hosts.ts';
import { ancestorsOf, processOf } from './event-process.ts';
import { parseEventTime } from './event-time.ts';
import {
  idOf,
  integerOf,
  type JsonObject,
  MAX_PATH,
  objectOf,
  oneOf,
  shortTextOf,
  textOf,
} from './json-object.ts';

const MODULE = 'imds';
export const MAX_PORT = 65_535;
const MAX_STATUS = 999;
/** As many digits as are read of a request. */
const MAX_TOKEN_TTL = 999_999_999_999_999;

/** What `imds` says of a call. */
export type ImdsPart = Pick<
  ImdsCall,
  | 'version'
  | 'operation'
  | 'unknownReason'
  | 'hint'
  | 'pathClass'
  | 'forwardedFor'
  | 'tokenTtl'
  | 'responseTtl'
> & { session: string | undefined; capture: string | undefined };

/** What `http`, `url` and `user_agent` say of it. */
export type RequestPart = Pick<ImdsCall, 'method' | 'target' | 'httpVersion' | 'userAgent' | 'status'>;

/** Where it went, and where it came from. */
export interface OriginPart {
  endpoint: Endpoint;
  host: Host | undefined;
  attribution: Attribution;
}

/** An event in parts that recur, each for itself, and what is another in each event. */
export interface EventParts {
  eventId: string;
  time: Nanoseconds;
  /** As long after the time as the response was behind the request's end. */
  responseTime: Nanoseconds | undefined;
  imds: ImdsPart;
  request: RequestPart;
  client: SocketAddress;
  origin: OriginPart;
  process: Process | undefined;
}

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
  if (event === undefined || meta === undefined || imds === undefined || !isOurs(meta)) return undefined;
  const eventId = idOf(meta.id);
  const time = parseEventTime(textOf(event['@timestamp']) ?? '');
  const client = event.source === undefined ? UNKNOWN_ADDRESS : addressOf(objectOf(event.source));
  const origin = originPart(event, hosts);
  if (eventId === undefined || time === undefined || client === undefined || origin === undefined)
    return undefined;
  const duration = integerOf(meta.duration, Number.MAX_SAFE_INTEGER);
  const process = processOf(event, ancestorsOf(imds.ancestors));
  const [inImds, request] = [imdsPart(imds), requestPart(event)];
  if (inImds === undefined) return undefined;
  const responseTime = duration === undefined ? undefined : time + BigInt(duration);
  return callOf({ eventId, time, responseTime, imds: inImds, request, client, origin, process }, file);
}

/** @param meta `event` */
export function isOurs(meta: JsonObject): boolean {
  return meta.module === MODULE;
}

/** Undefined where it has no version that we know: only an attempt has none, and would be harmless. */
export function imdsPart(imds: JsonObject): ImdsPart | undefined {
  const version = oneOf(imds.version, ['v1', 'v2', 'foreign', 'unknown']);
  if (version === undefined && (imds.version !== undefined || imds.operation !== 'attempt')) return undefined;
  return {
    version,
    operation: oneOf(imds.operation, ['token', 'read', 'attempt']),
    unknownReason: masked(shortTextOf(imds.unknown_reason)) as UnknownReason | undefined,
    hint: wireText(imds.hint),
    pathClass: oneOf(imds.path_class, PATH_CLASSES),
    forwardedFor: wireText(imds.forwarded_for),
    tokenTtl: integerOf(imds.token_ttl, MAX_TOKEN_TTL),
    responseTtl: integerOf(imds.response_ttl, 255),
    session: masked(shortTextOf(imds.session)),
    capture: masked(shortTextOf(imds.capture, MAX_PATH)),
  };
}

export function requestPart(event: JsonObject): RequestPart {
  const http = objectOf(event.http);
  return {
    method: wireText(objectOf(http?.request)?.method),
    target: wireText(objectOf(event.url)?.original),
    httpVersion: wireText(http?.version),
    userAgent: wireText(objectOf(event.user_agent)?.original),
    status: integerOf(objectOf(http?.response)?.status_code, MAX_STATUS),
  };
}

export function originPart(event: JsonObject, hosts: EventHosts): OriginPart | undefined {
  const endpoint = endpointOf(objectOf(event.destination));
  if (endpoint === undefined) return undefined;
  return { endpoint, host: hosts.host(event.host), attribution: attributionOf(objectOf(event.attribution)) };
}

/** @param file where it was read */
export function callOf(parts: EventParts, file: string): AttributedCall {
  const { eventId, time, responseTime, imds, request, client, origin, process } = parts;
  return {
    call: {
      endpoint: origin.endpoint,
      client,
      requestOffset: 0,
      connectionTime: time,
      time,
      // Only their difference is known.
      requestEnd: responseTime === undefined ? undefined : time,
      responseTime,
      packetNumber: 0,
      version: imds.version,
      operation: imds.operation,
      unknownReason: imds.unknownReason,
      hint: imds.hint,
      method: request.method,
      target: request.target,
      httpVersion: request.httpVersion,
      pathClass: imds.pathClass,
      userAgent: request.userAgent,
      forwardedFor: imds.forwardedFor,
      tokenTtl: imds.tokenTtl,
      responseTtl: imds.responseTtl,
      status: request.status,
    },
    eventId,
    process,
    attribution: origin.attribution,
    host: origin.host,
    session: imds.capture ?? imds.session ?? file,
    capture: imds.capture ?? file,
  };
}

function attributionOf(json: JsonObject | undefined): Attribution {
  return {
    source: oneOf(json?.source, ['ebpf', 'procfs', 'log', 'none']) ?? 'none',
    match: oneOf(json?.match, ['cookie', 'isn', 'isn-nat', 'tuple', 'procfs', 'log', 'none']) ?? 'none',
    reason: masked(shortTextOf(json?.reason)),
  };
}

function endpointOf(json: JsonObject | undefined): Endpoint | undefined {
  const address = addressOf(json);
  return address && { ...address, family: address.address.includes(':') ? 6 : 4 };
}

/** The last one that was checked: in most files it is one for thousands of events. */
let checkedAddress = '';

export function addressOf(json: JsonObject | undefined): SocketAddress | undefined {
  if (json === undefined) return undefined;
  const address = textOf(json.ip);
  const port = integerOf(json.port, MAX_PORT);
  if (address === undefined || port === undefined) return undefined;
  if (address !== checkedAddress && isIP(address) === 0) return undefined;
  checkedAddress = address;
  return { address, port };
}

function masked(text: string | undefined): string | undefined {
  return text && maskText(text);
}

const ASCII = /^[\0-\x7f]*$/;

/** The model has text of the wire as bytes in latin1. */
export function wireText(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || ASCII.test(text)) return text;
  return Buffer.from(text, 'utf8').toString('latin1');
}
