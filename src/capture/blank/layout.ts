import { walkExtensionHeaders } from '../decode/ipv6.ts';
import { networkOffset } from '../decode/link.ts';

const PROTOCOL_TCP = 6;
const TCP_HEADER = 20;

/** Where the parts of a packet are. Indexes are those of its bytes, the first of which is 0. */
export interface Layout {
  /** Headers end and payload begins here: what follows may hold anything. */
  payload: number;
  /** End of the IP datagram, as far as it was captured; behind it is padding of the link. */
  end: number;
  /** The TCP header; -1 where there is none in this packet. */
  tcp: number;
  /** Sum of the pseudo-header's addresses and protocol, without a length. */
  pseudo: number;
  /** Bytes from the TCP header to the datagram's end on the wire. */
  tcpLength: number;
  fragment: FragmentLayout | undefined;
}

export interface FragmentLayout {
  /** The same for all fragments of a datagram. */
  key: string;
  /** Offset of this one's data in the datagram. */
  offset: number;
}

/** Finds the headers that are kept; undefined where not even the link header is understood. */
export function layoutOf(bytes: Buffer, view: DataView, linkType: number, wire: number): Layout | undefined {
  const ip = networkOffset(view, 0, bytes.length, linkType);
  if (ip < 0 || ip >= bytes.length) return undefined;
  const version = view.getUint8(ip) >> 4;
  if (version === 4) return ipv4(bytes, view, ip, wire);
  return version === 6 ? ipv6(bytes, view, ip, wire) : undefined;
}

function ipv4(bytes: Buffer, view: DataView, ip: number, wire: number): Layout {
  // Of less than a header, only the version is believed.
  if (ip + 20 > bytes.length) return headersOnly(ip + 1, bytes.length);
  const header = ip + (view.getUint8(ip) & 15) * 4;
  const total = ip + view.getUint16(ip + 2);
  const wireEnd = total <= header || total > wire ? wire : total;
  const end = Math.min(wireEnd, bytes.length);
  if (header < ip + 20 || header > end) return headersOnly(Math.min(ip + 20, end), end);
  const bits = view.getUint16(ip + 6);
  const tcp = view.getUint8(ip + 9) === PROTOCOL_TCP;
  const pseudo = sumWords(view, ip + 12, ip + 20) + PROTOCOL_TCP;
  if ((bits & 0x3fff) === 0) {
    return tcp ? withTcp(view, header, end, wireEnd, pseudo) : headersOnly(header, end);
  }
  const key = `${bytes.toString('hex', ip + 12, ip + 20)},${view.getUint16(ip + 4)},${view.getUint8(ip + 9)}`;
  return { ...headersOnly(header, end), pseudo, fragment: { key, offset: (bits & 0x1fff) * 8 } };
}

function ipv6(bytes: Buffer, view: DataView, ip: number, wire: number): Layout {
  if (ip + 40 > bytes.length) return headersOnly(ip + 1, bytes.length);
  const length = view.getUint16(ip + 4);
  const wireEnd = length === 0 || ip + 40 + length > wire ? wire : ip + 40 + length;
  const end = Math.min(wireEnd, bytes.length);
  const found = walkExtensionHeaders(view, view.getUint8(ip + 6), ip + 40, end);
  if (found === undefined) return headersOnly(Math.min(ip + 40, end), end);
  const pseudo = sumWords(view, ip + 8, ip + 40) + PROTOCOL_TCP;
  const { offset, fragment } = found;
  if (fragment === undefined) {
    return found.protocol === PROTOCOL_TCP
      ? withTcp(view, offset, end, wireEnd, pseudo)
      : headersOnly(Math.min(offset, end), end);
  }
  const key = `${bytes.toString('hex', ip + 8, ip + 40)},${fragment.identification}`;
  return { ...headersOnly(Math.min(offset, end), end), pseudo, fragment: { key, offset: fragment.offset } };
}

function withTcp(view: DataView, tcp: number, end: number, wireEnd: number, pseudo: number): Layout {
  const payload = tcpPayload(view, tcp, end);
  // A header that is not whole holds no payload; what there is of it may not be one.
  if (payload < 0) return headersOnly(Math.min(tcp + TCP_HEADER, end), end);
  return { payload, end, tcp, pseudo, tcpLength: wireEnd - tcp, fragment: undefined };
}

/** Where the payload behind this TCP header begins; -1 where the header is invalid or cut. */
export function tcpPayload(view: DataView, tcp: number, end: number): number {
  if (tcp + TCP_HEADER > end) return -1;
  const length = (view.getUint8(tcp + 12) >> 4) * 4;
  return length < TCP_HEADER ? -1 : Math.min(tcp + length, end);
}

function headersOnly(payload: number, end: number): Layout {
  return { payload, end, tcp: -1, pseudo: 0, tcpLength: 0, fragment: undefined };
}

function sumWords(view: DataView, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 2) sum += view.getUint16(at);
  return sum;
}
