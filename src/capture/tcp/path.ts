import type { SocketAddress } from '../../model.ts';
import { formatAddress, MAPPED_PREFIX } from '../address.ts';
import type { Segment } from '../decode/segment.ts';
import type { ClosedConnection } from './closed-connection.ts';
import type { Connection } from './connection.ts';

/** A client's address and port towards one endpoint, as packets show it: behind a NAT, a connection has several. */
export class Path {
  readonly key: PathKey;
  readonly client: SocketAddress;
  /** Inode of the network namespace whose sockets show it; 0 where that is not known, as on a wire. */
  readonly netns: number;
  connection: Connection | ClosedConnection;
  /** TTL of the first SYN-ACK that was seen on it; 0 where there is none. */
  synAckTtl = 0;
  /** The one before it with the same key. */
  older: Path | undefined;
  /** The last one with its key. */
  isLatest = false;
  /** There were more with its key than are kept: what fits none of them may be of one that had to go. */
  isCrowded = false;

  constructor(key: PathKey, segment: Segment, connection: Connection | ClosedConnection) {
    this.key = key;
    this.netns = segment.netns;
    this.client = {
      address: formatAddress(segment.w0, segment.w1, segment.w2, segment.w3),
      port: segment.port,
    };
    this.connection = connection;
  }
}

/** A number for IPv4, which is what nearly all are; a string otherwise. */
export type PathKey = number | string;

/** Endpoints beyond that get strings: 32 + 16 + 4 bits are exact in a number. */
const MAX_NUMBERED = 16;

export function pathKey({ w0, w1, w2, w3, port, endpoint }: Segment): PathKey {
  if (w0 === 0 && w1 === 0 && w2 === MAPPED_PREFIX && endpoint < MAX_NUMBERED) {
    return ((w3 >>> 0) * 65_536 + port) * MAX_NUMBERED + endpoint;
  }
  return `${w0},${w1},${w2},${w3},${port},${endpoint}`;
}
