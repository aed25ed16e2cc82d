import type { Connection } from './connection.ts';
import type { GapReason } from './stream.ts';

/**
 * Ends a connection's waiting for packets that come late. A hole that the peer acknowledged is a loss
 * of the capture, and given up at once; one that it did not may still be filled by a retransmission,
 * so that it is given up only when all are (`all`). True where it brought anything forward.
 */
export function giveUpHoles(connection: Connection, all: boolean): boolean {
  let progress = settle(connection);
  while (giveUpRequest(connection, all) || giveUpResponse(connection, all)) progress = true;
  return progress;
}

/** No handshake will be seen any more: what was captured first is the beginning. */
function settle(connection: Connection): boolean {
  const { request, response, exchanges } = connection;
  const begins = response.floating && (response.holds || response.end >= 0);
  if (!request.floating && !begins) return false;
  if (request.floating) {
    exchanges.startMidStream();
    request.settleAtHeld();
  }
  response.settleAtHeld();
  connection.drain();
  return true;
}

function giveUpRequest(connection: Connection, all: boolean): boolean {
  const { request, response } = connection;
  const answered = response.heldFrom <= response.next ? (response.firstHeldStamp?.peerOffset ?? -1) : -1;
  const known = [request.heldFrom, answered].filter((offset) => offset > request.next);
  const to = known.length > 0 ? Math.min(...known) : all ? sentAtLeast(connection) : -1;
  if (to <= request.next) return connection.drain();
  if (!all && request.acknowledged <= request.next && response.seen) return false;
  const reason: GapReason = request.capturedBytes === 0 && !request.holds ? 'request not captured' : 'gap';
  request.skipTo(to, reason, connection.stampOfHeld);
  connection.drain();
  return true;
}

function giveUpResponse(connection: Connection, all: boolean): boolean {
  const { request, response } = connection;
  const to = response.heldFrom;
  if (to <= response.next) return false;
  if (!all && response.acknowledged <= response.next && request.seen) return false;
  response.skipTo(to, 'gap', connection.stampOfHeld);
  connection.drain();
  return true;
}

/** Bytes that the client provably sent: those up to its end, and those that the endpoint acknowledged. */
function sentAtLeast({ request }: Connection): number {
  if (request.end >= 0) return request.end;
  // One more than captured is the FIN, which takes a sequence number and was not captured itself.
  return request.acknowledged === request.next + 1 ? request.next : request.acknowledged;
}
