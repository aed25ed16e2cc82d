import { type Segment, TcpFlag } from '../decode/segment.ts';
import type { Connection } from './connection.ts';
import { MAX_AHEAD, type Stream } from './stream.ts';

/**
 * What a reset ends of a connection. RFC 5961 §3.2: only one at the sequence number that is expected counts.
 * False where it is of no account, as one that somebody blind made up.
 */
export function receiveReset(connection: Connection, segment: Segment, own: Stream, peer: Stream): boolean {
  if (answersConnect(connection, segment, own)) {
    // RFC 9293 §3.10.7.3: it must acknowledge the SYN, or data in it.
    const ahead = (segment.flags & TcpFlag.ack) === 0 ? 0 : peer.offsetOf(segment.acknowledgment);
    if (connection.clientIsn !== undefined && (ahead < 0 || ahead > peer.next)) return false;
    connection.refused = connection.clientIsn !== undefined;
    connection.reset = true;
    return true;
  }
  const offset = own.synchronized ? own.offsetOf(segment.sequence) : 0;
  if (offset < own.next - 1 || offset > own.next + MAX_AHEAD) return false;
  connection.reset = true;
  if (!own.synchronized || own.end >= 0) return true;
  // What the peer acknowledged tells more than a number that a blind sender may have drawn.
  if (offset > own.next + 1 && peer.seen) return true;
  // One more than captured is a FIN before it, which takes a sequence number and was not captured.
  own.end = offset === own.next + 1 ? own.next : Math.max(offset, own.next);
  if (segment.toEndpoint) connection.clientEnd = own.end;
  return true;
}

function answersConnect(
  { established, response, serverIsn }: Connection,
  { toEndpoint }: Segment,
  own: Stream,
): boolean {
  if (toEndpoint || established || response.capturedBytes > 0) return false;
  return !own.synchronized || serverIsn === undefined;
}
