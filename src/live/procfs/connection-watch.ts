import { formatAddress, MAPPED_PREFIX } from '../../capture/address.ts';
import { networkOffset } from '../../capture/decode/link.ts';
import { EndpointTable } from '../../capture/endpoints.ts';
import { OldestFirst } from '../../journal/oldest-first.ts';
import type { Endpoint } from '../../model.ts';
import type { Packet } from '../../ports.ts';
import type { LookupRequest } from './request.ts';

const PROTOCOL_TCP = 6;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const FRAGMENT_OFFSET = 0x1fff;
const SYN = 0x02;
const ACK = 0x10;
/** Connections that are remembered as asked about; the oldest leave first. */
const MAX_ASKED = 16_384;

interface End {
  w0: number;
  w1: number;
  w2: number;
  w3: number;
  port: number;
}

/**
 * Sees from the headers of packets which connections are new, and asks for each once. The handshake's
 * first packet is the moment to ask: the client is still there. A connection whose beginning was not
 * seen is asked about with its first packet.
 */
export class ConnectionWatch {
  readonly #endpoints: EndpointTable;
  readonly #ask: (request: LookupRequest) => void;
  /** By addresses: the ISN that was asked with. A port's next connection has another. */
  readonly #asked = new OldestFirst<string, number | undefined>();

  constructor(endpoints: readonly Endpoint[], ask: (request: LookupRequest) => void) {
    this.#endpoints = new EndpointTable(endpoints);
    this.#ask = ask;
  }

  packet({ view, offset, capturedLength, linkType }: Packet): void {
    const end = offset + capturedLength;
    const ip = networkOffset(view, offset, capturedLength, linkType);
    if (ip < 0 || ip + IPV4_HEADER > end) return;
    const version = view.getUint8(ip) >> 4;
    if (version === 4) this.#ipv4(view, ip, end);
    else if (version === 6 && ip + IPV6_HEADER <= end) this.#ipv6(view, ip, end);
  }

  #ipv4(view: DataView, ip: number, end: number): void {
    const tcp = ip + (view.getUint8(ip) & 15) * 4;
    const isFirst = (view.getUint16(ip + 6) & FRAGMENT_OFFSET) === 0;
    if (view.getUint8(ip + 9) !== PROTOCOL_TCP || !isFirst || tcp + TCP_HEADER > end) return;
    const source = mapped(view.getInt32(ip + 12), view.getUint16(tcp));
    this.#segment(view, tcp, source, mapped(view.getInt32(ip + 16), view.getUint16(tcp + 2)));
  }

  #ipv6(view: DataView, ip: number, end: number): void {
    const tcp = ip + IPV6_HEADER;
    if (view.getUint8(ip + 6) !== PROTOCOL_TCP || tcp + TCP_HEADER > end) return;
    const source = endAt(view, ip + 8, view.getUint16(tcp));
    this.#segment(view, tcp, source, endAt(view, ip + 24, view.getUint16(tcp + 2)));
  }

  #segment(view: DataView, tcp: number, source: End, destination: End): void {
    const flags = view.getUint8(tcp + 13);
    const opens = (flags & SYN) !== 0;
    if (this.#isEndpoint(destination)) {
      const isn = opens && (flags & ACK) === 0 ? view.getUint32(tcp + 4) : undefined;
      this.#seen(source, destination, isn);
    } else if (this.#isEndpoint(source)) {
      // The answer to a SYN acknowledges its number and one.
      const isn = opens && (flags & ACK) !== 0 ? (view.getUint32(tcp + 8) - 1) >>> 0 : undefined;
      this.#seen(destination, source, isn);
    }
  }

  #seen(client: End, endpoint: End, isn: number | undefined): void {
    const key = keyOf(client, endpoint);
    if (this.#asked.has(key) && (isn === undefined || this.#asked.get(key) === isn)) return;
    this.#asked.delete(key);
    this.#asked.set(key, isn);
    const { oldest } = this.#asked;
    if (this.#asked.size > MAX_ASKED && oldest !== undefined) this.#asked.delete(oldest);
    this.#ask({ local: addressOf(client), remote: addressOf(endpoint), isn });
  }

  #isEndpoint({ w0, w1, w2, w3, port }: End): boolean {
    return this.#endpoints.indexOf(w0, w1, w2, w3, port) >= 0;
  }
}

function mapped(word: number, port: number): End {
  return { w0: 0, w1: 0, w2: MAPPED_PREFIX, w3: word, port };
}

function endAt(view: DataView, at: number, port: number): End {
  return {
    w0: view.getInt32(at),
    w1: view.getInt32(at + 4),
    w2: view.getInt32(at + 8),
    w3: view.getInt32(at + 12),
    port,
  };
}

function keyOf(client: End, endpoint: End): string {
  return [client, endpoint].map(({ w0, w1, w2, w3, port }) => `${w0},${w1},${w2},${w3},${port}`).join(' ');
}

function addressOf({ w0, w1, w2, w3, port }: End): LookupRequest['local'] {
  return { address: formatAddress(w0, w1, w2, w3), port };
}
