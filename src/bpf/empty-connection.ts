import { type ConnectionSummary, type ImdsCall, UNKNOWN_ADDRESS, type UnknownReason } from '../model.ts';
import type { Socket } from './socket.ts';

/**
 * What a connection on which no request was seen counts as: an attempt, where it is known that
 * nothing was sent; `unknown`, where something was or may have been; nothing, where only the
 * remains of an older connection were captured.
 *
 * @param isOlder the socket's counts began before the session
 */
export function callOfEmpty(
  connection: ConnectionSummary,
  socket: Socket | undefined,
  isOlder: boolean,
): ImdsCall | undefined {
  const verdict = judge(connection, socket, isOlder);
  if (verdict === undefined) return undefined;
  const { endpoint, client, clientIsn, time, packetNumber, interfaces } = connection;
  const call: ImdsCall = {
    endpoint,
    client,
    clientIsn,
    requestOffset: 0,
    connectionTime: time,
    time,
    packetNumber,
    interfaces,
  };
  return finish(call, verdict);
}

/**
 * The same for a socket of which no packet was captured; its endpoint is one of those asked for. Without an address
 * it has been sent elsewhere, or its connect failed before a SYN: then its cookie is all that tells it from others.
 */
export function callOfUnseen(
  socket: Socket,
  endpoint: ImdsCall['endpoint'],
  time: bigint,
  isOlder: boolean,
): ImdsCall | undefined {
  if (socket.sent === undefined || isOlder) return undefined;
  if (socket.local === undefined && !socket.neverSent) return undefined;
  const call: ImdsCall = {
    endpoint,
    client: socket.local ?? UNKNOWN_ADDRESS,
    cookie: socket.local === undefined ? socket.cookie : undefined,
    clientIsn: socket.isn,
    requestOffset: 0,
    connectionTime: time,
    time,
    packetNumber: 0,
  };
  return finish(call, socket.sent > 0 ? 'no packet captured' : 'attempt');
}

/** Whether the kernel's count, which may still come, decides it. */
export function needsCount({ handshake, provenEmpty, requestBytes }: ConnectionSummary): boolean {
  return !provenEmpty && requestBytes === 0 && handshake !== 'refused';
}

function judge(
  connection: ConnectionSummary,
  socket: Socket | undefined,
  isOlder: boolean,
): UnknownReason | 'attempt' | undefined {
  const { handshake, provenEmpty, requestBytes, missingBytes } = connection;
  const remains = handshake === 'mid-stream';
  // The assembler says itself what it could not read; these bytes are of a request before the capture.
  if (requestBytes > 0) return remains ? undefined : 'request ended early';
  // The same socket may come again after its connection has ended: a late RST, a repeated FIN.
  if (remains && (socket === undefined || socket.seen || isOlder)) return undefined;
  // Where its packets show the beginning, its counts are whole, whoever opened it.
  const sent = socket?.inherited === true ? undefined : socket?.sent;
  if (sent !== undefined) return sent > 0 ? 'no packet captured' : 'attempt';
  if (remains) return undefined;
  if (provenEmpty || handshake !== 'established') return 'attempt';
  return missingBytes > 0 ? 'gap' : 'no payload captured';
}

function finish(call: ImdsCall, verdict: UnknownReason | 'attempt'): ImdsCall {
  if (verdict === 'attempt') return { ...call, operation: 'attempt' };
  return { ...call, version: 'unknown', unknownReason: verdict };
}
