import { formatAddress } from '../../capture/address.ts';
import { SegmentDecoder } from '../../capture/decode/decoder.ts';
import { type Segment, TcpFlag } from '../../capture/decode/segment.ts';
import { EndpointTable } from '../../capture/endpoints.ts';
import { OldestFirst } from '../../journal/oldest-first.ts';
import type { Endpoint } from '../../model.ts';
import type { Packet } from '../../ports.ts';
import type { LookupRequest } from './request.ts';

/** Connections that are remembered as asked about; the oldest leave first. */
const MAX_ASKED = 16_384;

/**
 * Sees from the headers of packets which connections are new, and asks for each once. The handshake's
 * first packet is the moment to ask: the client is still there. A connection whose beginning was not
 * seen is asked about with its first packet.
 */
export class ConnectionWatch {
  readonly #endpoints: readonly Endpoint[];
  /** What it cannot decode, the assembler counts. */
  readonly #decoder: SegmentDecoder;
  readonly #ask: (request: LookupRequest) => void;
  /** By addresses: the ISN that was asked with. A port's next connection has another. */
  readonly #asked = new OldestFirst<string, number | undefined>();

  constructor(endpoints: readonly Endpoint[], ask: (request: LookupRequest) => void) {
    this.#endpoints = endpoints;
    this.#decoder = new SegmentDecoder(new EndpointTable(endpoints), {});
    this.#ask = ask;
  }

  packet(packet: Packet): void {
    if (!this.#decoder.decode(packet)) return;
    const { segment } = this.#decoder;
    const isn = clientIsnOf(segment);
    const { w0, w1, w2, w3, port, endpoint } = segment;
    const key = `${w0},${w1},${w2},${w3},${port} ${endpoint}`;
    if (this.#asked.has(key) && (isn === undefined || this.#asked.get(key) === isn)) return;
    this.#asked.delete(key);
    this.#asked.set(key, isn);
    const { oldest } = this.#asked;
    if (this.#asked.size > MAX_ASKED && oldest !== undefined) this.#asked.delete(oldest);
    const remote = this.#endpoints[endpoint];
    if (remote === undefined) return;
    const local = { address: formatAddress(w0, w1, w2, w3), port };
    this.#ask({ local, remote: { address: remote.address, port: remote.port }, isn });
  }
}

/** Where the segment tells it: a SYN, or the answer to one, which acknowledges its number and one. */
function clientIsnOf({ flags, toEndpoint, sequence, acknowledgment }: Segment): number | undefined {
  if ((flags & TcpFlag.syn) === 0) return undefined;
  const isAnswer = (flags & TcpFlag.ack) !== 0;
  if (isAnswer === toEndpoint) return undefined;
  return isAnswer ? (acknowledgment - 1) >>> 0 : sequence;
}
