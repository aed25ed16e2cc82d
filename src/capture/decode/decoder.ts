import { count } from '../../journal/counters.ts';
import type { Counters } from '../../model.ts';
import type { Packet } from '../../ports.ts';
import { MAPPED_PREFIX } from '../address.ts';
import type { EndpointTable } from '../endpoints.ts';
import { FragmentTable } from './fragments.ts';
import { walkExtensionHeaders } from './ipv6.ts';
import { networkOffset } from './link.ts';
import { Segment } from './segment.ts';

const PROTOCOL_TCP = 6;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;

/** Link, IP and TCP headers of a packet → the one reused {@link Segment}. */
export class SegmentDecoder {
  readonly segment = new Segment();
  readonly #endpoints: EndpointTable;
  readonly #losses: Counters;
  readonly #fragments: FragmentTable;

  constructor(endpoints: EndpointTable, losses: Counters) {
    this.#endpoints = endpoints;
    this.#losses = losses;
    this.#fragments = new FragmentTable(losses);
  }

  /** True when `segment` holds a segment of an endpoint. What cannot be decoded is counted. */
  decode(packet: Packet): boolean {
    const { view, offset, capturedLength } = packet;
    const ip = networkOffset(view, offset, capturedLength, packet.linkType);
    if (ip < 0) return false;
    const segment = this.segment;
    segment.seconds = packet.seconds;
    segment.nanoseconds = packet.nanoseconds;
    segment.packetNumber = packet.number;
    segment.interfaceName = packet.interfaceName;
    segment.netns = packet.netns ?? 0;
    const captured = offset + capturedLength;
    const wire = offset + Math.max(packet.originalLength, capturedLength);
    return view.getUint8(ip) >> 4 === 4
      ? this.#ipv4(packet.bytes, view, ip, captured, wire)
      : this.#ipv6(packet.bytes, view, ip, captured, wire);
  }

  end(): void {
    this.#fragments.end();
  }

  #ipv4(bytes: Buffer, view: DataView, ip: number, captured: number, wire: number): boolean {
    const headerLength = (view.getUint8(ip) & 15) * 4;
    if (headerLength < IPV4_HEADER || ip + IPV4_HEADER > captured) return this.#reject('ip.header_invalid');
    if (ip + headerLength > captured) return this.#reject('ip.header_cut');
    const totalLength = view.getUint16(ip + 2);
    if (totalLength !== 0 && totalLength < headerLength) return this.#reject('ip.header_invalid');
    // A total length of 0 is what segmentation offload leaves in a capture: the frame's length stands.
    const end = this.#datagramEnd(ip, totalLength, wire);
    const fragment = view.getUint16(ip + 6);
    this.segment.ttl = view.getUint8(ip + 8);
    const source = view.getInt32(ip + 12);
    const destination = view.getInt32(ip + 16);
    const payload = ip + headerLength;
    if ((fragment & 0x3fff) === 0) {
      return this.#tcpIpv4(bytes, view, payload, Math.min(end, captured), end, source, destination);
    }
    if (end > captured) return this.#reject('ip.fragments_cut');
    const whole = this.#fragments.add(
      {
        key: `${source},${destination},${view.getUint16(ip + 4)}`,
        offset: (fragment & 0x1fff) * 8,
        more: (fragment & 0x2000) !== 0,
        seconds: this.segment.seconds,
      },
      bytes,
      payload,
      end,
    );
    if (whole === undefined) return false;
    return this.#tcpIpv4(whole, viewOf(whole), 0, whole.length, whole.length, source, destination);
  }

  #tcpIpv4(
    bytes: Buffer,
    view: DataView,
    tcp: number,
    captured: number,
    end: number,
    source: number,
    destination: number,
  ): boolean {
    const segment = this.segment;
    segment.w0 = 0;
    segment.w1 = 0;
    segment.w2 = MAPPED_PREFIX;
    if (!this.#tcp(bytes, view, tcp, captured, end)) return false;
    const sourcePort = view.getUint16(tcp);
    const destinationPort = view.getUint16(tcp + 2);
    const to = this.#endpoints.indexOf(0, 0, MAPPED_PREFIX, destination, destinationPort);
    const from = to === 0 ? -1 : this.#endpoints.indexOf(0, 0, MAPPED_PREFIX, source, sourcePort);
    if (!this.#settle(to, from)) return false;
    segment.w3 = segment.toEndpoint ? source : destination;
    segment.port = segment.toEndpoint ? sourcePort : destinationPort;
    return true;
  }

  /**
   * Which side is the endpoint, by the places of both in the table; false where neither is. Of two, the first in
   * the table is, in both directions: a session that names a client as endpoint turns no answer into a request.
   */
  #settle(to: number, from: number): boolean {
    const toEndpoint = to >= 0 && (from < 0 || to <= from);
    this.segment.toEndpoint = toEndpoint;
    this.segment.endpoint = toEndpoint ? to : from;
    return this.segment.endpoint >= 0;
  }

  #ipv6(bytes: Buffer, view: DataView, ip: number, captured: number, wire: number): boolean {
    if (ip + IPV6_HEADER > captured) return this.#reject('ip.header_cut');
    // A payload length of 0 is a jumbogram (RFC 2675) or offload: the frame's length stands.
    const end = this.#datagramEnd(ip + IPV6_HEADER, view.getUint16(ip + 4), wire);
    this.segment.ttl = view.getUint8(ip + 7);
    const found = walkExtensionHeaders(
      view,
      view.getUint8(ip + 6),
      ip + IPV6_HEADER,
      Math.min(end, captured),
    );
    if (found === undefined) return this.#reject('ip.extension_headers_invalid');
    if (found.fragment === undefined) {
      if (found.protocol !== PROTOCOL_TCP) return false;
      return this.#tcpIpv6(bytes, view, ip, view, found.offset, Math.min(end, captured), end);
    }
    if (end > captured) return this.#reject('ip.fragments_cut');
    const whole = this.#fragments.add(
      {
        key: `${bytes.toString('hex', ip + 8, ip + 40)},${found.fragment.identification}`,
        offset: found.fragment.offset,
        more: found.fragment.more,
        seconds: this.segment.seconds,
      },
      bytes,
      found.offset,
      end,
    );
    if (whole === undefined) return false;
    const inner = viewOf(whole);
    // Destination options may stand behind the fragment header (RFC 8200 §4.1).
    const upper = walkExtensionHeaders(inner, found.protocol, 0, whole.length);
    if (upper?.protocol !== PROTOCOL_TCP || upper.fragment !== undefined) return false;
    return this.#tcpIpv6(whole, inner, ip, view, upper.offset, whole.length, whole.length);
  }

  #tcpIpv6(
    bytes: Buffer,
    view: DataView,
    ip: number,
    ipView: DataView,
    tcp: number,
    captured: number,
    end: number,
  ): boolean {
    if (!this.#tcp(bytes, view, tcp, captured, end)) return false;
    const segment = this.segment;
    const sourcePort = view.getUint16(tcp);
    const destinationPort = view.getUint16(tcp + 2);
    const to = this.#endpointAt(ipView, ip + 24, destinationPort);
    const from = to === 0 ? -1 : this.#endpointAt(ipView, ip + 8, sourcePort);
    if (!this.#settle(to, from)) return false;
    const client = segment.toEndpoint ? ip + 8 : ip + 24;
    segment.w0 = ipView.getInt32(client);
    segment.w1 = ipView.getInt32(client + 4);
    segment.w2 = ipView.getInt32(client + 8);
    segment.w3 = ipView.getInt32(client + 12);
    segment.port = segment.toEndpoint ? sourcePort : destinationPort;
    return true;
  }

  #endpointAt(view: DataView, at: number, port: number): number {
    return this.#endpoints.indexOf(
      view.getInt32(at),
      view.getInt32(at + 4),
      view.getInt32(at + 8),
      view.getInt32(at + 12),
      port,
    );
  }

  /** TCP header and payload bounds; `end` is where the payload ended on the wire. */
  #tcp(bytes: Buffer, view: DataView, tcp: number, captured: number, end: number): boolean {
    if (end - tcp < TCP_HEADER) return this.#reject('tcp.header_invalid');
    if (tcp + TCP_HEADER > captured) return this.#reject('tcp.header_cut');
    const headerLength = (view.getUint8(tcp + 12) >> 4) * 4;
    if (headerLength < TCP_HEADER || tcp + headerLength > end) return this.#reject('tcp.header_invalid');
    const segment = this.segment;
    segment.bytes = bytes;
    segment.sequence = view.getUint32(tcp + 4);
    segment.acknowledgment = view.getUint32(tcp + 8);
    segment.flags = view.getUint8(tcp + 13);
    const payload = tcp + headerLength;
    segment.payloadStart = Math.min(payload, captured);
    segment.payloadEnd = Math.max(segment.payloadStart, captured);
    segment.payloadLength = end - payload;
    return true;
  }

  /** End of the datagram on the wire: what follows it is padding of the link; 0 means "the frame's end". */
  #datagramEnd(start: number, length: number, wire: number): number {
    if (length === 0) return wire;
    if (start + length <= wire) return start + length;
    count(this.#losses, 'ip.length_beyond_frame');
    return wire;
  }

  #reject(name: string): false {
    count(this.#losses, name);
    return false;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
