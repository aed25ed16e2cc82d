import { FailureError } from '../../errors.ts';
import { JournalClock } from '../../journal/clock.ts';
import { count } from '../../journal/counters.ts';
import type { Endpoint, SocketAddress } from '../../model.ts';
import { type Segment, TcpFlag } from '../decode/segment.ts';
import { ClosedConnection } from './closed-connection.ts';
import { Connection, type Shared } from './connection.ts';
import { giveUpHoles } from './holes.ts';
import { Lifetimes } from './lifetimes.ts';
import { Lingering } from './lingering.ts';
import { clientIsnOf, isSynOf, mayShare, nearestPath } from './nearest-path.ts';
import { Path, pathKey } from './path.ts';
import { PathTable, withOlder } from './path-table.ts';

/** A SYN with another's ISN is no copy of it if it comes after the last retransmission of that. */
const COPY_SECONDS = 130;
/** Addresses of one connection's client: containers, bridges and uplinks make a few. Of more, it is another's SYN. */
const MAX_PATHS = 16;
/** The port of a connection that was silent for so long may be used anew without a SYN in the capture. */
const REUSE_SECONDS = 60;
/** Connections with the same addresses and ports at once that a wire can show: of clients in other namespaces. */
const MAX_SAME = 8;
/** The same of all namespaces together, and of both views: each packet of them is looked up in a list. */
const MAX_SAME_ANYWHERE = 128;

/**
 * Which connection a segment is of: endpoint and client ISN (and server ISN, once seen) with agreeing
 * bytes, whatever interface or side of a NAT shows it; in mid-stream, the 4-tuple.
 */
export class ConnectionTable {
  readonly #endpoints: readonly Endpoint[];
  readonly #shared: Shared;
  readonly #onEnd: (connection: Connection) => void;
  readonly #clock = new JournalClock();
  readonly #lifetimes = new Lifetimes();
  readonly #lingering = new Lingering((path, closed) => this.#forget(path, closed));
  readonly #paths = new PathTable();
  /** By client ISN and endpoint; of two that share both, the later. */
  readonly #byIsn = new Map<number, Connection | ClosedConnection>();

  /** Seconds of capture time since the first packet. */
  #now = 0;

  constructor(endpoints: readonly Endpoint[], shared: Shared, onEnd: (connection: Connection) => void) {
    this.#endpoints = endpoints;
    this.#shared = shared;
    this.#onEnd = onEnd;
  }

  receive(segment: Segment): void {
    this.advance(segment.seconds, segment.nanoseconds);
    const path = this.#route(segment);
    if (path === undefined) return;
    if (path.connection instanceof ClosedConnection) {
      observeCopy(path.connection, segment);
      return;
    }
    const { connection } = path;
    const { clientIsn } = connection;
    connection.receive(segment, path);
    if (clientIsn === undefined && connection.clientIsn !== undefined) {
      this.#byIsn.set(isnKey(connection.endpointIndex, connection.clientIsn), connection);
    }
    if (connection.over) this.#end(connection, true);
    else this.#lifetimes.touch(connection, this.#now);
  }

  /**
   * The kernel has closed the socket at the client's end: an answer that comes after that reaches nobody, and
   * a call without one waits no longer than for packets that are late.
   */
  closeSocket(endpoint: SocketAddress, client: SocketAddress, isn: number): void {
    const index = this.#endpoints.findIndex((each) => isSame(each, endpoint));
    const connection = this.#byIsn.get(isnKey(index, isn));
    if (!(connection instanceof Connection) || connection.closed) return;
    // Another client's connection may have the same ISN.
    if (!connection.paths.some((path) => isSame(path.client, client))) return;
    connection.socketClosed = true;
    this.#lifetimes.touch(connection, this.#now);
  }

  /** Capture time goes on. */
  advance(seconds: number, nanoseconds: number): void {
    this.#clock.now(seconds * 1000 + nanoseconds / 1e6);
    const now = this.#clock.elapsed / 1000;
    if (now === this.#now) return;
    this.#now = now;
    this.#lifetimes.expire(now, this.#endLater);
    this.#lingering.expire(now);
  }

  /** The capture has ended: what is open ends as it stands. */
  end(): void {
    for (const { connection } of this.#paths.all()) {
      if (connection instanceof Connection && !connection.closed) this.#end(connection, false);
    }
  }

  /** The segment's path, with the connection that it is of; undefined where it belongs to none. */
  #route(segment: Segment): Path | undefined {
    const latest = this.#paths.latest(segment);
    const path = latest && nearestPath(latest, segment);
    const syn = (segment.flags & TcpFlag.syn) !== 0;
    if (path === undefined) {
      // What neither begins a connection nor carries data ends one that was not captured.
      return syn || segment.payloadLength > 0 ? this.#openPath(segment) : undefined;
    }
    const { connection } = path;
    if (path.netns !== segment.netns) return this.#routeKin(connection, segment);
    if (connection instanceof ClosedConnection) {
      if (connection.contradictedBy(segment, path)) return this.#split(path, connection, segment);
      if (connection.covers(segment)) return path;
      this.#paths.remove(path);
      return this.#openPath(segment);
    }
    if (syn) return this.#routeSyn(path, connection, segment);
    if (!connection.fits(segment)) return this.#routeStray(path, connection, segment);
    return connection.contradictedBy(segment, path) ? this.#split(path, connection, segment) : path;
  }

  /** What was seen in one view of a connection, and is seen in the other now: at its socket, or on the wire. */
  #routeKin(connection: Connection | ClosedConnection, segment: Segment): Path | undefined {
    const syn = (segment.flags & TcpFlag.syn) !== 0;
    const isOwn = connection instanceof Connection ? connection.fits(segment) : connection.covers(segment);
    if (!syn && isOwn && connection.pathCount < MAX_PATHS) return this.#addPath(segment, connection);
    return syn || segment.payloadLength > 0 ? this.#openPath(segment) : undefined;
  }

  /** A SYN or SYN-ACK where a connection is: one more copy of its own, or the port is used anew. */
  #routeSyn(path: Path, connection: Connection, segment: Segment): Path | undefined {
    const { toEndpoint, sequence } = segment;
    if (connection.clientIsn === undefined) {
      // Data came before its SYN: from another queue or interface.
      if (connection.request.floating && connection.fits(segment)) return path;
    } else if (isSynOf(connection, segment)) {
      if (toEndpoint || connection.serverIsn === undefined || connection.serverIsn === sequence) return path;
      if (connection.paths.length > 1) return this.#split(path, connection, segment);
      count(this.#shared.losses, 'tcp.syn_ack_conflicts');
      return undefined;
    }
    // On a wire it may be another namespace's: both go on.
    const isAnothers = segment.netns === 0 && this.#now - connection.activeAt < REUSE_SECONDS;
    if (!isAnothers) this.#leave(path, connection);
    return this.#openPath(segment);
  }

  /** Sequence numbers that are far from what is expected. */
  #routeStray(path: Path, connection: Connection, segment: Segment): Path | undefined {
    // Whoever hides a connection behind forged attempts has its data read all the same.
    if (segment.payloadLength > 0 && this.#paths.latest(segment)?.isCrowded) return this.#openPath(segment);
    if (segment.payloadLength === 0 || this.#now - connection.activeAt < REUSE_SECONDS) {
      count(this.#shared.losses, 'tcp.out_of_window');
      return undefined;
    }
    this.#leave(path, connection);
    return this.#openPath(segment);
  }

  #openPath(segment: Segment): Path {
    return this.#addPath(segment, this.#copied(segment) ?? this.#newConnection(segment));
  }

  #addPath(segment: Segment, connection: Connection | ClosedConnection): Path {
    this.#limitSame(segment);
    const path = new Path(pathKey(segment), segment, connection);
    if (connection instanceof Connection) connection.paths.push(path);
    else this.#lingering.add(path, connection, this.#now);
    this.#paths.add(path);
    return path;
  }

  /** Of connections with the same addresses and ports, the oldest have to go, and so has one that is silent. */
  #limitSame(segment: Segment): void {
    const all = withOlder(this.#paths.latest(segment));
    const [latest] = all;
    if (latest !== undefined && all.length >= MAX_SAME - 1) latest.isCrowded = true;
    const [oldest] = all.slice(MAX_SAME_ANYWHERE - 1);
    if (oldest !== undefined) this.#dropSurplus(oldest);
    for (const [i, path] of all.filter(({ netns }) => netns === segment.netns).entries()) {
      const { connection } = path;
      if (i >= MAX_SAME - 1) this.#dropSurplus(path);
      else if (connection instanceof Connection && this.#now - connection.activeAt >= REUSE_SECONDS) {
        this.#leave(path, connection);
      }
    }
  }

  #dropSurplus(path: Path): void {
    if (path.connection instanceof ClosedConnection) {
      this.#paths.remove(path);
      return;
    }
    // Of attempts, one after the other has the port.
    if (path.connection.established) count(this.#shared.losses, 'tcp.connections_evicted');
    this.#leave(path, path.connection);
  }

  /** The connection whose SYN or SYN-ACK this repeats, with the client's address on another side of a NAT. */
  #copied(segment: Segment): Connection | ClosedConnection | undefined {
    if ((segment.flags & TcpFlag.syn) === 0) return undefined;
    const connection = this.#byIsn.get(isnKey(segment.endpoint, clientIsnOf(segment)));
    if (connection === undefined || !mayShare(connection, segment.netns)) return undefined;
    if (connection instanceof Connection && this.#now - connection.activeAt > COPY_SECONDS) return undefined;
    const { serverIsn } = connection;
    if (connection.pathCount >= MAX_PATHS) return undefined;
    const agrees = segment.toEndpoint || serverIsn === undefined || serverIsn === segment.sequence;
    return agrees ? connection : undefined;
  }

  /** Two clients that share an ISN but send other bytes, or are answered by another ISN, are two. */
  #split(path: Path, from: Connection | ClosedConnection, segment: Segment): Path {
    if (from instanceof Connection) from.paths.splice(from.paths.indexOf(path), 1);
    // The other of two that share an ISN may be known already, by another of its paths.
    const known = this.#copied(segment);
    if (known instanceof Connection && known !== from) {
      known.paths.push(path);
      path.connection = known;
      return path;
    }
    const own = this.#newConnection(segment);
    own.paths.push(path);
    path.connection = own;
    own.begunLike(from, segment);
    if (own.clientIsn !== undefined) this.#byIsn.set(isnKey(own.endpointIndex, own.clientIsn), own);
    return path;
  }

  /** The path is another connection's from now on. */
  #leave(path: Path, connection: Connection): void {
    // What the wire had of it may come later than the port's next use was seen at the socket.
    if (connection.paths.length === 1) this.#end(connection, true);
    else {
      connection.paths.splice(connection.paths.indexOf(path), 1);
      this.#paths.remove(path);
    }
  }

  #newConnection(segment: Segment): Connection {
    const surplus = this.#lifetimes.surplus();
    if (surplus !== undefined) {
      count(this.#shared.losses, surplus.as);
      this.#end(surplus.connection, false);
    }
    const endpoint = this.#endpoints[segment.endpoint];
    if (endpoint === undefined) throw new FailureError('a segment of no endpoint', { code: 'tcp.endpoint' });
    return new Connection(endpoint, segment, this.#shared);
  }

  readonly #endLater = (connection: Connection, linger: boolean): void => this.#end(connection, linger);

  /** `linger`: copies of its packets may come, and no others. */
  #end(connection: Connection, linger: boolean): void {
    giveUpHoles(connection, true);
    connection.close();
    connection.list?.remove(connection);
    const closed = new ClosedConnection(connection);
    if (connection.clientIsn !== undefined) {
      const key = isnKey(connection.endpointIndex, connection.clientIsn);
      if (this.#byIsn.get(key) === connection) {
        if (linger) this.#byIsn.set(key, closed);
        else this.#byIsn.delete(key);
      }
    }
    for (const path of connection.paths) {
      if (linger) this.#lingering.add(path, closed, this.#now);
      else this.#forget(path, connection);
    }
    if (!linger) closed.release();
    this.#onEnd(connection);
  }

  #forget(path: Path, connection: Connection | ClosedConnection): void {
    // It may have a new connection since.
    if (path.connection === connection) this.#paths.remove(path);
    const { clientIsn, endpointIndex } = connection;
    if (clientIsn === undefined || (connection instanceof ClosedConnection && connection.pathCount > 0))
      return;
    const key = isnKey(endpointIndex, clientIsn);
    if (this.#byIsn.get(key) === connection) this.#byIsn.delete(key);
  }
}

/** A late copy: after a SYN's own number, its data has the next one. */
function observeCopy({ observer }: ClosedConnection, segment: Segment): void {
  if (observer === undefined || segment.payloadLength === 0) return;
  const syn = (segment.flags & TcpFlag.syn) !== 0 ? 1 : 0;
  observer.payload(segment.toEndpoint, (segment.sequence + syn) >>> 0);
}

function isSame(one: SocketAddress, other: SocketAddress): boolean {
  return one.address === other.address && one.port === other.port;
}

function isnKey(endpoint: number, isn: number): number {
  return endpoint * 2 ** 32 + isn;
}
