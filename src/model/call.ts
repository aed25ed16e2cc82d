import type { Endpoint, Nanoseconds, SocketAddress } from './base.ts';

/** IMDS version of a call. Absent for an attempt, on which no request was sent. */
export type ImdsVersion = 'v1' | 'v2' | 'foreign' | 'unknown';

export type Operation = 'token' | 'read' | 'attempt';

/** What a path gives away, worst first in {@link PATH_CLASSES}. */
export type PathClass = 'credentials' | 'user-data' | 'identity' | 'keys' | 'token' | 'metadata' | 'other';

/** Worst first: the order in which "worst path class touched" is decided. */
export const PATH_CLASSES: readonly PathClass[] = [
  'credentials',
  'user-data',
  'identity',
  'keys',
  'metadata',
  'other',
  'token',
];

/** Why the version of a call could not be read. */
export type UnknownReason =
  /** Segments are missing from the capture within the request. */
  | 'gap'
  /** The capture's snap length cut the payload; capture with `-s 0`. */
  | 'payload cut by the snap length'
  /** The capture began in the middle of the request. */
  | 'capture began in mid-stream'
  /** Only the endpoint's direction was captured. */
  | 'request not captured'
  /** Bytes that are no HTTP/1 request. */
  | 'not HTTP/1'
  /** The connection or the capture ended within the request's header. */
  | 'request ended early'
  /** A handshake, no payload, and no count of the kernel that says how much was sent. */
  | 'no payload captured'
  /** The kernel counted bytes sent, of which no packet is in the capture. */
  | 'no packet captured'
  /** A limit of imds was reached; see the losses. */
  | 'evicted';

/** One HTTP exchange with the endpoint, or the attempt of one. */
export interface ImdsCall {
  endpoint: Endpoint;
  client: SocketAddress;
  /** The kernel's name of the client's socket, where no address of it is known. */
  cookie?: string | undefined;
  /** Client's initial sequence number (RFC 9293 §3.4.1), when the SYN or SYN-ACK was captured. */
  clientIsn?: number | undefined;
  /** Bytes before the request on its connection: from the ISN, or from the first byte captured. */
  requestOffset: number;
  /** Capture time of the connection's first packet. */
  connectionTime: Nanoseconds;
  /** Capture time of the request's first byte; of the first packet, where no request was seen. */
  time: Nanoseconds;
  /** Capture time of the request's last byte. */
  requestEnd?: Nanoseconds | undefined;
  /** Capture time of the final response's first byte. */
  responseTime?: Nanoseconds | undefined;
  /** 1-based number, within its file, of the packet with the first byte. */
  packetNumber: number;
  version?: ImdsVersion | undefined;
  operation?: Operation | undefined;
  unknownReason?: UnknownReason | undefined;
  /** Evidence that does not decide the version: `foreign-path`, `response-proves-v2`, `not-acknowledged`. */
  hint?: string | undefined;
  method?: string | undefined;
  /** Request target as sent (RFC 9112 §3.2), bytes above 0x7F as latin1. Hostile; may hold secrets. */
  target?: string | undefined;
  /** `1.1`, `1.0`, or `0.9` for a simple request. */
  httpVersion?: string | undefined;
  pathClass?: PathClass | undefined;
  /** User-Agent, latin1. Hostile; may hold secrets. */
  userAgent?: string | undefined;
  /** Lifetime that a request for a token asked for, in seconds; undefined where it is no number. */
  tokenTtl?: number | undefined;
  /** X-Forwarded-For, latin1: the request came through a proxy. Hostile. */
  forwardedFor?: string | undefined;
  /** IP TTL or hop limit of the response's first segment where it reaches the client, as far as copies show. */
  responseTtl?: number | undefined;
  status?: number | undefined;
  /** Names of the interfaces on which the connection was seen, when the capture names them. */
  interfaces?: readonly string[] | undefined;
  /** Inode of the client's network namespace, where packets of its socket tell. */
  netns?: number | undefined;
}

/** One TCP connection to an endpoint, when it ends, expires, or the capture does. */
export interface ConnectionSummary {
  endpoint: Endpoint;
  /** The client as seen first; other addresses of the same connection (NAT) are in `aliases`. */
  client: SocketAddress;
  aliases: readonly SocketAddress[];
  clientIsn?: number | undefined;
  /** Capture times of its first and last packet. */
  time: Nanoseconds;
  endTime: Nanoseconds;
  /** 1-based number of its first packet. */
  packetNumber: number;
  /** How the handshake went; `mid-stream` where it was before the capture. */
  handshake: 'established' | 'refused' | 'unanswered' | 'mid-stream';
  /** The client's closing sequence number proves that it sent no payload (RFC 9293 §3.4). */
  provenEmpty: boolean;
  /** Payload bytes captured, each counted once, towards the endpoint and from it. */
  requestBytes: number;
  responseBytes: number;
  /** Payload bytes known, from sequence numbers, to be missing from the capture. */
  missingBytes: number;
  /** Calls emitted for it. With none, the pipeline decides between an attempt and `unknown`. */
  calls: number;
  interfaces?: readonly string[] | undefined;
  /** Inode of the client's network namespace, where packets of its socket tell. */
  netns?: number | undefined;
}
