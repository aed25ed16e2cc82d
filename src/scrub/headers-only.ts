import { layoutOf } from '../capture/blank/layout.ts';
import { walkExtensionHeaders } from '../capture/decode/ipv6.ts';
import { LinkType, networkOffset } from '../capture/decode/link.ts';
import type { Packet } from '../ports.ts';

const PROTOCOL_ICMP = 1;
const PROTOCOL_UDP = 17;
const PROTOCOL_ICMPV6 = 58;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** UDP: ports, length, checksum. ICMP: type, code, checksum, and the word behind them (RFC 792). */
const SHORT_HEADER = 8;

/** Bytes of a link header, and where in it stands what follows. */
const LINK_HEADERS: Readonly<Record<number, { length: number; type: number }>> = {
  [LinkType.ethernet]: { length: 14, type: 12 },
  [LinkType.linuxSll]: { length: 16, type: 14 },
  [LinkType.linuxSll2]: { length: 20, type: 0 },
};
/** IP, ARP, VLAN tags, MPLS, PPPoE, 802.1X, LLDP (IEEE 802 numbers): a frame of another type may be no frame. */
const ETHERTYPES: ReadonlySet<number> = new Set([
  0x0800, 0x0806, 0x8100, 0x86dd, 0x8847, 0x8848, 0x8863, 0x8864, 0x888e, 0x88a8, 0x88cc, 0x9100,
]);

/**
 * How many bytes of a packet are headers: of the link, of IP with its extensions, and of TCP, UDP or ICMP. All
 * that follows is payload, or is not understood.
 */
export function headerBytes(packet: Packet): number {
  const { offset, capturedLength, linkType } = packet;
  const bytes = packet.bytes.subarray(offset, offset + capturedLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const layout = layoutOf(bytes, view, linkType, Math.max(packet.originalLength, capturedLength));
  if (layout === undefined) return linkHeaderBytes(view, linkType);
  const { payload, end, tcp, fragment } = layout;
  if (tcp >= 0 || fragment !== undefined || payload >= end) return payload;
  const protocol = protocolOf(view, networkOffset(view, 0, capturedLength, linkType), end);
  const isShort = protocol === PROTOCOL_UDP || protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6;
  return isShort ? Math.min(payload + SHORT_HEADER, end) : payload;
}

/** Of a frame in which no IP was found. */
function linkHeaderBytes(view: DataView, linkType: number): number {
  const header = LINK_HEADERS[linkType];
  if (header === undefined || view.byteLength < header.length) return 0;
  return ETHERTYPES.has(view.getUint16(header.type)) ? header.length : 0;
}

/** What the IP header at `ip` says that follows; undefined where it is not whole or not right. */
function protocolOf(view: DataView, ip: number, end: number): number | undefined {
  const first = view.getUint8(ip);
  if (first >> 4 === 4) {
    const header = (first & 15) * 4;
    return header < IPV4_HEADER || ip + header > end ? undefined : view.getUint8(ip + 9);
  }
  if (ip + IPV6_HEADER > end) return undefined;
  return walkExtensionHeaders(view, view.getUint8(ip + 6), ip + IPV6_HEADER, end)?.protocol;
}
