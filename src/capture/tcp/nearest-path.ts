import { MAX_SYN_DATA, type Segment, TcpFlag } from '../decode/segment.ts';
import { ClosedConnection } from './closed-connection.ts';
import type { Connection } from './connection.ts';
import type { Path } from './path.ts';
import { withOlder } from './path-table.ts';
import type { Stream } from './stream.ts';

/** Of a direction of which nothing is known yet: farther than what agrees, nearer than what does not. */
const UNKNOWN = 1;

/**
 * The path that a segment is of, or else one whose connection it may be of, of all with its addresses and ports.
 * A socket's own namespace tells. On a wire only numbers do: of two connections, those nearer to what was seen of
 * them. (Linux draws both ISNs from one secret and the time: opened 1 ms apart, they are 15,625 apart.)
 */
export function nearestPath(latest: Path, segment: Segment): Path | undefined {
  const { netns } = segment;
  if (latest.older === undefined && latest.netns === netns) return latest;
  const all = withOlder(latest);
  const own = all.filter((path) => path.netns === netns);
  if (netns !== 0 && own.length > 0) return own[0];
  const others = all.filter((path) => path.netns !== netns && mayShare(path.connection, netns));
  const candidates = [...own, ...others];
  if ((segment.flags & TcpFlag.syn) !== 0) {
    return candidates.find(({ connection }) => isOwnSyn(connection, segment)) ?? own[0];
  }
  return nearest(candidates, segment);
}

/** No connection is of the sockets of two namespaces. */
export function mayShare({ netns }: Connection | ClosedConnection, other: number): boolean {
  return netns === 0 || other === 0 || netns === other;
}

/** With TCP Fast Open, a SYN-ACK acknowledges data too (RFC 7413 §4.1.3). */
export function isSynOf({ clientIsn = 0, request }: Connection, segment: Segment): boolean {
  const ahead = (clientIsnOf(segment) - clientIsn) >>> 0;
  return ahead === 0 || (!segment.toEndpoint && ahead <= Math.max(request.next, MAX_SYN_DATA));
}

/** Of a SYN or SYN-ACK. */
export function clientIsnOf({ toEndpoint, sequence, acknowledgment }: Segment): number {
  return toEndpoint ? sequence : (acknowledgment - 1) >>> 0;
}

function isOwnSyn(connection: Connection | ClosedConnection, segment: Segment): boolean {
  if (connection instanceof ClosedConnection) return connection.covers(segment);
  if (connection.clientIsn === undefined) return connection.request.floating && connection.fits(segment);
  return isSynOf(connection, segment);
}

/** Of those that are equally near, the first. */
function nearest(candidates: readonly Path[], segment: Segment): Path | undefined {
  let found: Path | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const path of candidates) {
    const { connection } = path;
    const distance =
      connection instanceof ClosedConnection ? connection.distance(segment) : distanceOf(connection, segment);
    if (distance >= least) continue;
    found = path;
    least = distance;
  }
  return found;
}

/** Bytes between a segment's numbers and those that were seen of a connection, of both directions. */
function distanceOf({ request, response }: Connection, segment: Segment): number {
  const [own, peer] = segment.toEndpoint ? [request, response] : [response, request];
  const acknowledged = (segment.flags & TcpFlag.ack) === 0 ? 0 : beyond(peer, segment.acknowledgment);
  return beyond(own, segment.sequence) + acknowledged;
}

function beyond(stream: Stream, sequence: number): number {
  if (!stream.synchronized) return UNKNOWN;
  const offset = stream.offsetOf(sequence);
  return offset < 0 ? -offset : Math.max(0, offset - stream.next);
}
