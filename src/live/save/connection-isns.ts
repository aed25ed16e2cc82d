import { type Segment, TcpFlag } from '../../capture/decode/segment.ts';

const MAX_ADDRESSES = 65_536;
/** Connections with the same addresses and ports at once that a wire can show, of clients in several namespaces. */
const MAX_SAME = 8;
/** A client sends less at once; a later use of its port has an ISN that is farther ahead after 4 ms (RFC 6528 §3). */
const MAX_AHEAD = 65_535;

interface Begun {
  isn: number;
  /** Bytes behind the ISN up to which the client's sequence numbers were seen. */
  length: number;
}

/**
 * The client's ISN of the connection that a packet of a wire is of, as far as handshakes in the capture tell: the
 * next connection of a port, and one of another namespace with the same addresses, have another.
 */
export class ConnectionIsns {
  /** By addresses and ports, the latest connection first; the oldest addresses leave first. */
  readonly #begun = new Map<string, Begun[]>();

  /**
   * Every packet, in the order of the capture.
   *
   * @returns undefined where no handshake with these addresses was seen, `other` where one was, and is not of it
   */
  of(key: string, segment: Segment): number | 'other' | undefined {
    const all = this.#begun.get(key) ?? [];
    const { flags, toEndpoint, sequence, acknowledgment, payloadLength } = segment;
    const isSyn = (flags & TcpFlag.syn) !== 0;
    if (isSyn && toEndpoint) return this.#begin(key, all, sequence);
    if (all.length === 0) return isSyn ? this.#begin(key, all, acknowledgment - 1) : undefined;
    // A reset that the endpoint sends without a number of the client's.
    if (!toEndpoint && (flags & TcpFlag.ack) === 0) return all.length === 1 ? all[0]?.isn : 'other';
    const position = toEndpoint ? sequence : acknowledgment - (isSyn ? 1 : 0);
    const found = nearest(all, position);
    if (found === undefined) return isSyn ? this.#begin(key, all, position) : 'other';
    const end = toEndpoint ? position + payloadLength : position;
    found.length = Math.max(found.length, (end - found.isn) >>> 0);
    return found.isn;
  }

  #begin(key: string, all: readonly Begun[], number: number): number {
    const isn = number >>> 0;
    const known = all.find((begun) => begun.isn === isn);
    const others = all.filter((begun) => begun !== known).slice(0, MAX_SAME - 1);
    this.#begun.delete(key);
    this.#begun.set(key, [known ?? { isn, length: 0 }, ...others]);
    const [oldest] = this.#begun.keys();
    if (this.#begun.size > MAX_ADDRESSES && oldest !== undefined) this.#begun.delete(oldest);
    return isn;
  }
}

/** That whose ISN is the least behind the number, if what was seen of it is near. */
function nearest(all: readonly Begun[], position: number): Begun | undefined {
  let found: Begun | undefined;
  for (const begun of all) {
    const ahead = (position - begun.isn) >>> 0;
    if (ahead > begun.length + MAX_AHEAD) continue;
    if (found === undefined || ahead < (position - found.isn) >>> 0) found = begun;
  }
  return found;
}
