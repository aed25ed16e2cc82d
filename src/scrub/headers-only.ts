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

/** Bytes of a link header, of link types whose frames may hold something else than IP. */
const LINK_HEADERS: Readonly<Record<number, number>> = {
  [LinkType.null]: 4,
  [LinkType.loop]: 4,
  [LinkType.ethernet]: 14,
  [LinkType.linuxSll]: 16,
  [LinkType.linuxSll2]: 20,
};

/**
 * How many bytes of a packet are headers: of the link, of IP with its extensions, and of TCP, UDP or ICMP. All
 * that follows is payload, or is not understood.
 */
export function headerBytes(packet: Packet): number {
  const { offset, capturedLength, linkType } = packet;
  const bytes = packet.bytes.subarray(offset, offset + capturedLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const layout = layoutOf(bytes, view, linkType, Math.max(packet.originalLength, capturedLength));
  if (layout === undefined) return Math.min(capturedLength, LINK_HEADERS[linkType] ?? 0);
  const { payload, end, tcp, fragment } = layout;
  if (tcp >= 0 || fragment !== undefined || payload >= end) return payload;
  const protocol = protocolOf(view, networkOffset(view, 0, capturedLength, linkType), end);
  const isShort = protocol === PROTOCOL_UDP || protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6;
  return isShort ? Math.min(payload + SHORT_HEADER, end) : payload;
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
