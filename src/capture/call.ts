import { nanosecondsOf } from '../journal/time.ts';
import type { ImdsCall, UnknownReason } from '../model.ts';
import { type Classification, classify } from './classify.ts';
import type { LostReason } from './http/message-events.ts';
import type { Request } from './http/request-parser.ts';
import type { Response } from './http/response-parser.ts';
import type { Connection } from './tcp/connection.ts';

/** The call of a request, with its response if one was captured. Written out: a spread costs more than all else. */
export function callOfRequest(
  connection: Connection,
  request: Request,
  response: Response | undefined,
): ImdsCall {
  const classification = classify(request, response?.status);
  const { version } = classification;
  return {
    endpoint: connection.endpoint,
    client: connection.client,
    clientIsn: connection.clientIsn,
    requestOffset: request.offset,
    connectionTime: connection.time,
    time: nanosecondsOf(request.seconds, request.nanoseconds),
    requestEnd: request.end < 0 ? undefined : nanosecondsOf(request.endSeconds, request.endNanoseconds),
    responseTime: response && nanosecondsOf(response.seconds, response.nanoseconds),
    packetNumber: request.packetNumber,
    version,
    operation: classification.operation,
    unknownReason: version === 'unknown' ? reasonOf(request) : undefined,
    hint: hintOf(connection, request, response, classification),
    method: request.method || undefined,
    target: request.target || undefined,
    httpVersion: request.httpVersion || undefined,
    pathClass: classification.pathClass,
    userAgent: request.userAgent,
    tokenTtl: ttlOf(request, classification),
    forwardedFor: request.forwardedFor,
    responseTtl: response?.ttl,
    status: response?.status,
    interfaces: connection.interfaces,
    netns: connection.netns === 0 ? undefined : connection.netns,
  };
}

/** The call of a response whose request was not captured. */
export function callOfResponse(connection: Connection, response: Response, reason: LostReason): ImdsCall {
  // What the endpoint had received says where its request was; two may have been received at once.
  const offset = Math.max(response.requestBytesReceived, connection.lastUnseen + 1);
  connection.lastUnseen = offset;
  const time = nanosecondsOf(response.seconds, response.nanoseconds);
  return {
    endpoint: connection.endpoint,
    client: connection.client,
    clientIsn: connection.clientIsn,
    requestOffset: offset,
    connectionTime: connection.time,
    time,
    responseTime: time,
    packetNumber: response.packetNumber,
    version: 'unknown',
    unknownReason: reason,
    hint: response.tokenTtl ? 'response-proves-v2' : undefined,
    responseTtl: response.ttl,
    status: response.status,
    interfaces: connection.interfaces,
    netns: connection.netns === 0 ? undefined : connection.netns,
  };
}

function ttlOf({ tokenTtlSeconds }: Request, { operation }: Classification): number | undefined {
  return operation === 'token' && tokenTtlSeconds >= 0 ? tokenTtlSeconds : undefined;
}

function reasonOf({ lost }: Request): UnknownReason {
  return lost ?? 'request ended early';
}

function hintOf(
  { request: { acknowledged }, response: { seen } }: Connection,
  request: Request,
  response: Response | undefined,
  { version, foreignPath }: Classification,
): string | undefined {
  if (foreignPath && version === 'v1') return 'foreign-path';
  // The endpoint tells the lifetime of a valid token, and of no other.
  if (version === 'unknown' && response?.tokenTtl === true) return 'response-proves-v2';
  // Its last byte never arrived at the endpoint.
  if (response === undefined && seen && acknowledged < request.end) return 'not-acknowledged';
  return undefined;
}
