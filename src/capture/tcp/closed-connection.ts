import { MAX_SYN_DATA, type Segment, TcpFlag } from '../decode/segment.ts';
import type { Connection } from './connection.ts';
import type { ConnectionObserver } from './connection-observer.ts';
import type { History } from './history.ts';
import type { Path } from './path.ts';
import { MAX_AHEAD } from './stream.ts';

/** What is kept of a connection that is over: enough to know copies of its packets that come late. */
export class ClosedConnection {
  readonly endpointIndex: number;
  readonly clientIsn: number | undefined;
  readonly serverIsn: number | undefined;
  readonly requestPath: Path | undefined;
  readonly netns: number;
  readonly established: boolean;
  /** Sequence number of the first request byte, and behind the last one read of each direction; their bytes. */
  readonly requestBase: number;
  readonly #requestEnd: number | undefined;
  readonly #responseEnd: number | undefined;
  readonly #requestLength: number;
  readonly #responseLength: number;
  /** Paths that still lead here. */
  pathCount = 0;
  readonly requestHistory: History;
  readonly observer: ConnectionObserver | undefined;

  constructor(connection: Connection) {
    const { request, response } = connection;
    this.endpointIndex = connection.endpointIndex;
    this.clientIsn = connection.clientIsn;
    this.serverIsn = connection.serverIsn;
    this.requestPath = connection.requestPath;
    this.netns = connection.netns;
    this.established = connection.established;
    this.requestBase = request.base;
    this.requestHistory = request.history;
    this.#requestLength = request.next;
    this.#responseLength = response.next;
    this.observer = connection.observer;
    if (request.synchronized) this.#requestEnd = (request.base + request.next) >>> 0;
    if (response.synchronized) this.#responseEnd = (response.base + response.next) >>> 0;
  }

  /** Whether a segment repeats what was read, or ends the connection once more. */
  covers({ toEndpoint, flags, sequence, acknowledgment, payloadLength }: Segment): boolean {
    if ((flags & TcpFlag.syn) !== 0) {
      if (toEndpoint) return sequence === this.clientIsn;
      if (this.clientIsn === undefined) return false;
      const agrees = this.serverIsn === undefined || this.serverIsn === sequence;
      // With TCP Fast Open, it acknowledges data too (RFC 7413 §4.1.3).
      const ahead = (acknowledgment - 1 - this.clientIsn) >>> 0;
      return agrees && ahead <= Math.max(this.#requestLength, MAX_SYN_DATA);
    }
    if (payloadLength === 0) return true;
    const end = toEndpoint ? this.#requestEnd : this.#responseEnd;
    const length = toEndpoint ? this.#requestLength : this.#responseLength;
    return end !== undefined && (end - sequence - payloadLength) >>> 0 <= length + MAX_AHEAD;
  }

  /** Bytes between a segment's numbers and those that were read, of both directions. */
  distance({ toEndpoint, flags, sequence, acknowledgment }: Segment): number {
    const [request, response] = toEndpoint ? [sequence, acknowledgment] : [acknowledgment, sequence];
    const isAcknowledging = (flags & TcpFlag.ack) !== 0;
    return (
      (toEndpoint || isAcknowledging ? outside(request, this.#requestEnd, this.#requestLength) : 0) +
      (!toEndpoint || isAcknowledging ? outside(response, this.#responseEnd, this.#responseLength) : 0)
    );
  }

  /** Copies are not compared any more. */
  release(): void {
    this.requestHistory.release();
    this.observer?.release();
  }

  /** The path belongs to another client, which shares the ISN: its request bytes are others. */
  contradictedBy({ toEndpoint, bytes, payloadStart, payloadEnd, sequence }: Segment, path: Path): boolean {
    if (!toEndpoint || payloadEnd <= payloadStart || path === this.requestPath) return false;
    const offset = (sequence - this.requestBase) >>> 0;
    // A keep-alive probe: see Stream#isProbe.
    if (payloadEnd - payloadStart === 1 && offset === this.#requestLength - 1) return false;
    return this.requestHistory.compare(offset, bytes, payloadStart, payloadEnd) === 'different';
  }
}

function outside(sequence: number, end: number | undefined, length: number): number {
  if (end === undefined) return 1;
  const before = (end - sequence) | 0;
  return before < 0 ? -before : Math.max(0, before - length);
}
