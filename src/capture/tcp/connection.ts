import { count } from '../../journal/counters.ts';
import { nanosecondsOf } from '../../journal/time.ts';
import type { Endpoint, Nanoseconds, SocketAddress } from '../../model.ts';
import { type Segment, TcpFlag } from '../decode/segment.ts';
import { Exchange, type ExchangeHandler, type ExchangeLimits } from '../http/exchange.ts';
import type { LostReason } from '../http/message-events.ts';
import type { Request } from '../http/request-parser.ts';
import type { Response } from '../http/response-parser.ts';
import type { ClosedConnection } from './closed-connection.ts';
import type { ConnectionList } from './connection-list.ts';
import type { ConnectionObserver } from './connection-observer.ts';
import type { History } from './history.ts';
import { giveUpHoles } from './holes.ts';
import type { BufferPool, MemoryBudget } from './memory-budget.ts';
import { NearestTtl } from './nearest-ttl.ts';
import type { Path } from './path.ts';
import { receiveReset } from './resets.ts';
import { MAX_AHEAD, type Stamp, Stream } from './stream.ts';

/** Interfaces of a connection that are named: each packet is looked up in them. */
const MAX_INTERFACES = 16;

/** What all connections of a capture share: memory, counters, and where their exchanges go. */
export interface Shared extends ExchangeLimits {
  histories: BufferPool;
  held: MemoryBudget;
  observe?: (connection: Connection) => ConnectionObserver;
  exchange(
    connection: Connection,
    request: Request | undefined,
    response: Response | undefined,
    reason: LostReason | undefined,
  ): void;
}

/**
 * One TCP connection to an endpoint: two streams and the HTTP exchanges on them. Which packets are
 * of it, of whichever interface or side of a NAT, was settled before they get here.
 */
export class Connection implements ExchangeHandler {
  readonly endpoint: Endpoint;
  readonly endpointIndex: number;
  /** As the client was seen first, then the others (NAT). */
  readonly paths: Path[] = [];
  /** The path that showed the first request byte: what others show differently is not of this connection. */
  requestPath: Path | undefined;
  /** Inode of the network namespace of the client's socket, once a packet told; 0 before. */
  netns = 0;
  readonly request: Stream;
  readonly response: Stream;
  readonly exchanges: Exchange;
  readonly observer: ConnectionObserver | undefined;
  readonly packetNumber: number;
  clientIsn: number | undefined;
  serverIsn: number | undefined;
  seconds: number;
  nanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  calls = 0;
  interfaces: readonly string[] | undefined;
  /** Offset of the last call of which no request was seen; -1 before. */
  lastUnseen = -1;
  /** The client's handshake is complete, as far as the capture shows. */
  established = false;
  /** Its connect was answered by a reset. */
  refused = false;
  reset = false;
  /** The kernel has closed the client's socket: it takes no packet any more. */
  socketClosed = false;
  closed = false;
  /** Links and times that the table keeps here, so that it needs no entries of its own. */
  list: ConnectionList | undefined;
  older: Connection | undefined;
  newer: Connection | undefined;
  activeAt = 0;
  queued = false;
  /** Since when {@link waits}; -1 while it does not. */
  waitingSince = -1;
  /** Offset of the client's FIN or RST; -1 before. */
  clientEnd = -1;
  readonly #nearest = new NearestTtl();
  readonly #stamp: Stamp = { seconds: 0, nanoseconds: 0, packetNumber: 0, peerOffset: -1, ttl: 0 };
  readonly #shared: Shared;

  constructor(endpoint: Endpoint, first: Segment, shared: Shared) {
    this.endpoint = endpoint;
    this.endpointIndex = first.endpoint;
    this.packetNumber = first.packetNumber;
    this.seconds = this.lastSeconds = first.seconds;
    this.nanoseconds = this.lastNanoseconds = first.nanoseconds;
    this.#shared = shared;
    this.observer = shared.observe?.(this);
    this.exchanges = new Exchange(this, shared, this.observer?.requests, this.observer?.responses);
    this.request = new Stream(this.exchanges.requests, shared.histories, shared.held, shared.losses);
    this.response = new Stream(this.exchanges.responses, shared.histories, shared.held, shared.losses);
  }

  get pathCount(): number {
    return this.paths.length;
  }

  get requestHistory(): History {
    return this.request.history;
  }

  /** Capture time of the first packet. */
  get time(): Nanoseconds {
    return nanosecondsOf(this.seconds, this.nanoseconds);
  }

  get client(): SocketAddress {
    return this.paths[0]?.client ?? { address: '', port: 0 };
  }

  /** Everything up to the end of both directions was read, or nothing can come any more. */
  get over(): boolean {
    return this.refused || (this.request.complete && this.response.complete);
  }

  /** A later packet may bring what is missing. */
  get waits(): boolean {
    const { request, response } = this;
    if (request.floating || request.holds || response.holds || this.reset) return true;
    return (response.floating && response.end >= 0) || this.ends;
  }

  /** Nothing is expected any more, but for packets that come late. */
  get ends(): boolean {
    const { request, response } = this;
    if (this.reset || this.socketClosed) return true;
    return (request.complete && !response.seen) || (response.complete && !request.seen);
  }

  /**
   * Nothing of the endpoint was seen, nor has the client acknowledged anything, as it would where only its own
   * direction is captured: what it sent is lost on its way, and will be sent again.
   */
  get isUnanswered(): boolean {
    const { response, reset, socketClosed } = this;
    return !response.seen && response.acknowledged <= 0 && !reset && !socketClosed;
  }

  /** Whether a segment's numbers are near to what is expected of its direction. */
  fits(segment: Segment): boolean {
    const own = segment.toEndpoint ? this.request : this.response;
    if (!own.synchronized) return true;
    const offset = own.offsetOf(segment.sequence);
    // What is far behind may be a copy of what came long ago on this connection, but not before it.
    return offset <= own.next + MAX_AHEAD && offset >= -MAX_AHEAD;
  }

  /** A copy from another side of a NAT that is none: its request bytes are not those of this connection. */
  contradictedBy({ toEndpoint, bytes, payloadStart, payloadEnd, sequence }: Segment, path: Path): boolean {
    if (!toEndpoint || payloadEnd <= payloadStart) return false;
    if (this.requestPath === undefined || this.requestPath === path || this.paths.length === 1) return false;
    const offset = this.request.offsetOf(sequence);
    if (this.request.isProbe(offset, payloadEnd - payloadStart)) return false;
    return this.request.history.compare(offset, bytes, payloadStart, payloadEnd) === 'different';
  }

  /** Takes over the beginning that it had in common with another client's connection, up to `segment`. */
  begunLike(other: Connection | ClosedConnection, { toEndpoint, sequence }: Segment): void {
    const { clientIsn, established, requestHistory, observer } = other;
    if (observer !== undefined) this.observer?.begunLike(observer);
    if (clientIsn === undefined) return;
    this.clientIsn = clientIsn;
    this.established = established;
    this.request.settleAt(clientIsn);
    if (toEndpoint) requestHistory.replay(this.request.offsetOf(sequence), this.request, this.stampOfHeld);
  }

  exchange(request: Request | undefined, response: Response | undefined, reason?: LostReason): void {
    this.calls++;
    this.#shared.exchange(this, request, response, reason);
  }

  receive(segment: Segment, path: Path): void {
    this.#note(segment);
    if (segment.netns !== 0) this.netns = segment.netns;
    const { flags } = segment;
    const syn = (flags & TcpFlag.syn) !== 0;
    if (syn) {
      this.#nearest.learn(segment, path);
      this.#synchronize(segment);
    }
    const [own, peer] = segment.toEndpoint ? [this.request, this.response] : [this.response, this.request];
    if ((flags & TcpFlag.rst) !== 0) {
      if (!receiveReset(this, segment, own, peer)) count(this.#shared.losses, 'tcp.resets_ignored');
      return;
    }
    own.seen = true;
    const sequence = (segment.sequence + (syn ? 1 : 0)) >>> 0;
    if (!own.synchronized) own.synchronize(sequence);
    const offset = own.offsetOf(sequence);
    if ((flags & TcpFlag.ack) !== 0) {
      if (!peer.synchronized) peer.synchronize(segment.acknowledgment);
      // Before its first byte the client acknowledges the endpoint's SYN, and nothing else yet.
      if (segment.toEndpoint && peer.floating && !own.floating && offset === 0) {
        peer.settleAt((segment.acknowledgment - 1) >>> 0);
      }
      peer.acknowledge(segment.acknowledgment);
      if (segment.toEndpoint && !syn) this.established = true;
    }
    if ((flags & TcpFlag.fin) !== 0) this.#receiveFin(segment, own, offset + segment.payloadLength);
    if (segment.payloadLength > 0) {
      if (segment.toEndpoint) this.requestPath ??= path;
      this.#stamp.ttl = this.#nearest.ttlOf(segment, path);
      this.#receivePayload(segment, own, peer, sequence);
    } else if (!this.request.floating) this.drain();
  }

  /** True where it brought anything forward. A response is read only after what its sender had received. */
  drain(): boolean {
    const { request, response } = this;
    if (request.floating) return false;
    const requests = request.holds && request.drain();
    return (response.holds && !response.floating && response.drain(this.#mayAnswer)) || requests;
  }

  /** When what `response` holds back was captured, or else what `request` does, or the last packet. */
  get stampOfHeld(): Stamp {
    const held = this.response.firstHeldStamp ?? this.request.firstHeldStamp;
    if (held !== undefined) return held;
    const { lastSeconds: seconds, lastNanoseconds: nanoseconds } = this;
    const packetNumber = this.#stamp.packetNumber || this.packetNumber;
    return { ...this.#stamp, seconds, nanoseconds, packetNumber, peerOffset: -1 };
  }

  /** Emits what is left, and lets the memory go; the request's history may still be wanted. */
  close(): void {
    this.closed = true;
    this.exchanges.finish();
    this.observer?.close();
    this.request.release();
    this.response.release();
    this.response.history.release();
  }

  #note(segment: Segment): void {
    const { seconds, nanoseconds, interfaceName: name } = segment;
    if (seconds > this.lastSeconds || (seconds === this.lastSeconds && nanoseconds > this.lastNanoseconds)) {
      this.lastSeconds = seconds;
      this.lastNanoseconds = nanoseconds;
    } else if (seconds < this.seconds || (seconds === this.seconds && nanoseconds < this.nanoseconds)) {
      this.seconds = seconds;
      this.nanoseconds = nanoseconds;
    }
    if (name === undefined) return;
    const { interfaces } = this;
    if (interfaces === undefined) this.interfaces = [name];
    // A new list: calls that were emitted keep theirs.
    else if (interfaces.length < MAX_INTERFACES && !interfaces.includes(name))
      this.interfaces = [...interfaces, name];
  }

  #synchronize({ toEndpoint, sequence, acknowledgment, flags }: Segment): void {
    if (toEndpoint) {
      this.#settleClient(sequence);
      return;
    }
    if (this.serverIsn === undefined) {
      this.serverIsn = sequence;
      if (this.response.floating) this.response.settleAt(sequence);
    }
    if ((flags & TcpFlag.ack) !== 0) this.#settleClient((acknowledgment - 1) >>> 0);
  }

  #settleClient(isn: number): void {
    if (this.clientIsn !== undefined || !this.request.floating) return;
    this.clientIsn = isn;
    this.request.settleAt(isn);
  }

  #receiveFin(segment: Segment, own: Stream, end: number): void {
    if (end < own.next || end > own.next + MAX_AHEAD) return;
    if (own.end < 0) own.end = end;
    if (segment.toEndpoint) this.clientEnd = end;
  }

  #receivePayload(segment: Segment, own: Stream, peer: Stream, sequence: number): void {
    this.observer?.payload(segment.toEndpoint, sequence);
    const stamp = this.#stamp;
    stamp.seconds = segment.seconds;
    stamp.nanoseconds = segment.nanoseconds;
    stamp.packetNumber = segment.packetNumber;
    stamp.peerOffset = (segment.flags & TcpFlag.ack) !== 0 ? peer.offsetOf(segment.acknowledgment) : -1;
    if (stamp.peerOffset > peer.next + MAX_AHEAD) stamp.peerOffset = -1;
    const barrier =
      own.floating || this.request.floating || (own === this.response && !this.#mayAnswer(stamp));
    const { bytes, payloadStart, payloadEnd, payloadLength } = segment;
    if (
      !own.receive(bytes, payloadStart, payloadEnd, payloadLength, own.offsetOf(sequence), stamp, barrier)
    ) {
      count(this.#shared.losses, 'tcp.holes_forced');
      giveUpHoles(this, true);
      own.receive(bytes, payloadStart, payloadEnd, payloadLength, own.offsetOf(sequence), stamp, false);
    }
    this.drain();
  }

  /** Captures of several queues or interfaces show an answer before its request. */
  readonly #mayAnswer = (stamp: Stamp): boolean =>
    stamp.peerOffset <= this.request.next || this.request.complete;
}
