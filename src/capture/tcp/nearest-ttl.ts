import type { Segment } from '../decode/segment.ts';
import type { Path } from './path.ts';

/** More routers there are not between an uplink and a container behind it. */
const MAX_BETWEEN = 8;

/**
 * The TTL with which an answer reaches its client, whichever copy of it is read: behind a bridge, the first copy
 * is the uplink's, which has not crossed the bridge yet. All copies of the SYN-ACK were seen by then, and show
 * how many routers are between the places. (The TTL itself may be another one for each answer: that of a token
 * is the hop limit.)
 */
export class NearestTtl {
  /** Of the copies of the SYN-ACK; 0 where there is none. */
  #lowest = 0;

  learn({ toEndpoint, ttl }: Segment, path: Path): void {
    if (toEndpoint) return;
    if (path.synAckTtl === 0) path.synAckTtl = ttl;
    if (this.#lowest === 0 || ttl < this.#lowest) this.#lowest = ttl;
  }

  ttlOf({ toEndpoint, ttl }: Segment, { synAckTtl }: Path): number {
    const between = synAckTtl - this.#lowest;
    // What does not get so far is told as it was captured.
    return toEndpoint || between <= 0 || between > MAX_BETWEEN || between >= ttl ? ttl : ttl - between;
  }
}
