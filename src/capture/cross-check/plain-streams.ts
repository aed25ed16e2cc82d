import type { PlainAddresses, PlainSegment } from './plain-decoder.ts';
import { PlainRequests } from './plain-requests.ts';

const MAX_STREAMS = 65_536;
/** Bytes that may wait for a gap to be filled, per connection. */
const MAX_WAITING = 256 * 1024;
const SAMPLE_BYTES = 4096;
const SEQUENCE_SPACE = 2 ** 32;
/** More than a SYN can carry (RFC 7413). */
const MAX_SYN_DATA = 65_536;

export interface PlainCall {
  method: string;
  target: string;
  client: string;
  version: 'v1' | 'v2';
  /** Number, within its file, of the packet that completed the head. */
  packet: number;
}

/** Why calls of a client are not compared: packets are missing, or it is nothing that is read here. */
export type NotCompared = 'not whole' | 'not read';

interface Stream {
  client: string;
  /** Initial sequence numbers; that of the endpoint once its SYN-ACK was seen. */
  isn: number;
  serverIsn: number | undefined;
  /** Sequence number of the first payload byte, and payload bytes taken in order. */
  start: number;
  taken: number;
  waiting: Map<number, { payload: Buffer; packet: number }>;
  waitingBytes: number;
  /** The first bytes taken, to hold a second copy against. */
  sample: Buffer;
  /** Keys under which its segments come: more than one behind a NAT. */
  tuples: Set<string>;
  requests: PlainRequests;
}

/**
 * Requests of connections whose beginning was captured and whose bytes are all there. The others,
 * and all that is ambiguous, are not compared; they are listed by client.
 */
export class PlainStreams {
  readonly calls: PlainCall[] = [];
  /** Clients, as `address:port`, or `address` alone after fragments, that are not compared. */
  readonly notComparable = new Map<string, NotCompared>();
  /** Their places: where a packet goes from one to another, the first is the endpoint of both. */
  readonly #endpoints: ReadonlyMap<string, number>;
  readonly #addresses: ReadonlySet<string>;
  /** By endpoint and initial sequence numbers: the same connection seen twice, before and behind a NAT, is one. */
  readonly #streams = new Map<string, Stream>();
  readonly #byTuple = new Map<string, Stream>();

  constructor(endpoints: readonly { address: string; port: number }[]) {
    this.#endpoints = new Map(endpoints.map(({ address, port }, place) => [`${address}:${port}`, place]));
    this.#addresses = new Set(endpoints.map(({ address }) => address));
  }

  add(packet: PlainSegment | PlainAddresses, number: number): void {
    if (!('sequence' in packet)) {
      if (this.#addresses.has(packet.to)) this.#refuse(packet.from, 'not read');
      return;
    }
    if (packet.syn && packet.ack) this.#answered(packet);
    const endpoint = `${packet.to}:${packet.toPort}`;
    const client = `${packet.from}:${packet.fromPort}`;
    const place = this.#endpoints.get(endpoint);
    if (place === undefined || (this.#endpoints.get(client) ?? place) < place) return;
    const tuple = `${client}>${endpoint}`;
    if (packet.syn && !packet.ack) this.#open(packet, client, tuple, endpoint);
    if (packet.payload.length === 0) return;
    const stream = this.#byTuple.get(tuple);
    if (stream === undefined) this.#refuse(client, 'not whole');
    else if (packet.cut) this.#refuse(stream.client, 'not whole');
    else this.#take(stream, packet, number, client);
  }

  /** The capture has ended: what still waits for a gap to be filled is not comparable. */
  end(): void {
    for (const stream of this.#streams.values()) this.#close(stream);
  }

  #open(packet: PlainSegment, client: string, tuple: string, endpoint: string): void {
    this.#join(`${endpoint}#${packet.sequence}`, packet.sequence, undefined, client, tuple);
  }

  /** Two connections may begin with the same number of the client: that of the endpoint tells them apart. */
  #answered({ from, fromPort, to, toPort, sequence, acknowledgment }: PlainSegment): void {
    const endpoint = `${from}:${fromPort}`;
    const client = `${to}:${toPort}`;
    const tuple = `${client}>${endpoint}`;
    const stream = this.#byTuple.get(tuple);
    // What acknowledges another number is no answer to its SYN.
    if (stream === undefined) return;
    if ((acknowledgment - stream.start + SEQUENCE_SPACE) % SEQUENCE_SPACE > MAX_SYN_DATA) return;
    stream.serverIsn ??= sequence;
    if (stream.serverIsn === sequence) return;
    stream.tuples.delete(tuple);
    this.#join(`${endpoint}#${stream.isn}#${sequence}`, stream.isn, sequence, client, tuple);
  }

  #join(key: string, isn: number, serverIsn: number | undefined, client: string, tuple: string): void {
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      stream = {
        client,
        isn,
        serverIsn,
        start: (isn + 1) % SEQUENCE_SPACE,
        taken: 0,
        waiting: new Map(),
        waitingBytes: 0,
        sample: Buffer.alloc(0),
        tuples: new Set(),
        requests: new PlainRequests(),
      };
      this.#streams.set(key, stream);
      if (this.#streams.size > MAX_STREAMS) this.#closeOldest();
    }
    stream.tuples.add(tuple);
    this.#byTuple.set(tuple, stream);
  }

  #refuse(client: string, why: NotCompared): void {
    if (!this.notComparable.has(client)) this.notComparable.set(client, why);
  }

  #take(stream: Stream, packet: PlainSegment, number: number, client: string): void {
    const first = packet.syn ? packet.sequence + 1 : packet.sequence;
    const expected = (stream.start + stream.taken) % SEQUENCE_SPACE;
    // How far the segment begins behind (positive) or before what is expected, modulo 2^32.
    const ahead = ((first - expected + SEQUENCE_SPACE * 1.5) % SEQUENCE_SPACE) - SEQUENCE_SPACE / 2;
    if (ahead > 0) {
      this.#wait(stream, (first + SEQUENCE_SPACE) % SEQUENCE_SPACE, packet.payload, number);
      return;
    }
    const known = packet.payload.subarray(0, -ahead);
    const at = stream.taken + ahead;
    // Before its first byte nothing was sent: it is another connection's, whose port a later SYN has taken.
    if (
      at < 0 ||
      !known
        .subarray(Math.max(0, -at), Math.max(0, SAMPLE_BYTES - at))
        .equals(sampleOf(stream, at, known.length))
    ) {
      // Retransmitted with other bytes, or another connection that happens to have the same number.
      this.#refuse(stream.client, 'not read');
      this.#refuse(client, 'not read');
      return;
    }
    this.#inOrder(stream, packet.payload.subarray(-ahead), number);
    for (;;) {
      const next = (stream.start + stream.taken) % SEQUENCE_SPACE;
      const found = stream.waiting.get(next);
      if (found === undefined) return;
      stream.waiting.delete(next);
      stream.waitingBytes -= found.payload.length;
      this.#inOrder(stream, found.payload, found.packet);
    }
  }

  #wait(stream: Stream, sequence: number, payload: Buffer, packet: number): void {
    if (stream.waiting.has(sequence)) return;
    stream.waiting.set(sequence, { payload: Buffer.from(payload), packet });
    stream.waitingBytes += payload.length;
    if (stream.waitingBytes > MAX_WAITING) this.#refuse(stream.client, 'not read');
  }

  #inOrder(stream: Stream, payload: Buffer, packet: number): void {
    if (stream.taken < SAMPLE_BYTES) {
      stream.sample = Buffer.concat([stream.sample, payload]).subarray(0, SAMPLE_BYTES);
    }
    stream.taken += payload.length;
    for (const request of stream.requests.add(payload)) {
      this.calls.push({ ...request, client: stream.client, packet });
    }
    if (stream.requests.lost) this.#refuse(stream.client, 'not read');
  }

  #closeOldest(): void {
    const [key, oldest] = this.#streams.entries().next().value as [string, Stream];
    this.#streams.delete(key);
    this.#close(oldest);
    for (const tuple of oldest.tuples) if (this.#byTuple.get(tuple) === oldest) this.#byTuple.delete(tuple);
  }

  #close(stream: Stream): void {
    const { waiting, requests } = stream;
    if (waiting.size === 0 && requests.unusual) this.#refuse(stream.client, 'not read');
    else if (waiting.size > 0 || requests.pending) this.#refuse(stream.client, 'not whole');
  }
}

/** The bytes taken from stream offset `at` on, as far as the sample has them. */
function sampleOf(stream: Stream, at: number, length: number): Buffer {
  return stream.sample.subarray(Math.max(0, at), Math.max(0, at + length));
}
