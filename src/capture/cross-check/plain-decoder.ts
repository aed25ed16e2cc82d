/**
 * A second decoder, plain on purpose: it shares nothing with src/capture/decode, reads one field
 * after the other, and says so where it does not understand a packet.
 */

/** TCP segment, with addresses as text. */
export interface PlainSegment {
  from: string;
  to: string;
  fromPort: number;
  toPort: number;
  sequence: number;
  acknowledgment: number;
  syn: boolean;
  ack: boolean;
  payload: Buffer;
  /** The capture holds less of the payload than was sent. */
  cut: boolean;
}

/** An IP packet whose TCP header cannot be read: a fragment, or one that is cut. */
export interface PlainAddresses {
  from: string;
  to: string;
}

const TCP = 6;
const FRAGMENT = 44;
/** Hop-by-hop options, routing, destination options (RFC 8200 §4.1). */
const SKIPPED_EXTENSIONS: readonly number[] = [0, 43, 60];

export function decodePlainly(data: Buffer, linkType: number): PlainSegment | PlainAddresses | undefined {
  const ip = ipPacket(data, linkType);
  if (ip === undefined || ip.length < 20) return undefined;
  const version = ip.readUInt8(0) >> 4;
  if (version === 4) return ipv4(ip);
  if (version === 6 && ip.length >= 40) return ipv6(ip);
  return undefined;
}

function ipPacket(data: Buffer, linkType: number): Buffer | undefined {
  switch (linkType) {
    case 1:
      return afterEthertype(data, 12);
    case 113:
      return afterEthertype(data, 14);
    case 276:
      return sll2(data);
    case 0:
    case 108:
      return data.subarray(4);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return data;
    default:
      return undefined;
  }
}

function afterEthertype(data: Buffer, at: number): Buffer | undefined {
  let position = at;
  while (position + 2 <= data.length) {
    const type = data.readUInt16BE(position);
    if (type === 0x0800 || type === 0x86dd) return data.subarray(position + 2);
    if (type !== 0x8100 && type !== 0x88a8 && type !== 0x9100) return undefined;
    position += 4;
  }
  return undefined;
}

/** LINUX_SLL2 has the protocol first, and its header is 20 bytes long. */
function sll2(data: Buffer): Buffer | undefined {
  if (data.length < 20) return undefined;
  const type = data.readUInt16BE(0);
  if (type === 0x0800 || type === 0x86dd) return data.subarray(20);
  if (type === 0x8100 || type === 0x88a8 || type === 0x9100) return afterEthertype(data, 22);
  return undefined;
}

function ipv4(ip: Buffer): PlainSegment | PlainAddresses | undefined {
  if (ip.readUInt8(9) !== TCP) return undefined;
  const from = [...ip.subarray(12, 16)].join('.');
  const to = [...ip.subarray(16, 20)].join('.');
  const headerLength = (ip.readUInt8(0) & 0x0f) * 4;
  const moreFragments = (ip.readUInt16BE(6) & 0x2000) !== 0;
  const fragmentOffset = ip.readUInt16BE(6) & 0x1fff;
  if (moreFragments || fragmentOffset > 0 || headerLength < 20) return { from, to };
  // Zero where the network card was to cut the packet into segments.
  const totalLength = ip.readUInt16BE(2) || ip.length;
  return tcp(ip, headerLength, totalLength, from, to);
}

function ipv6(ip: Buffer): PlainSegment | PlainAddresses | undefined {
  const from = ipv6Text(ip.subarray(8, 24));
  const to = ipv6Text(ip.subarray(24, 40));
  const payloadLength = ip.readUInt16BE(4);
  const totalLength = payloadLength === 0 ? ip.length : 40 + payloadLength;
  let next = ip.readUInt8(6);
  let at = 40;
  while (SKIPPED_EXTENSIONS.includes(next)) {
    if (at + 2 > ip.length) return { from, to };
    next = ip.readUInt8(at);
    at += (ip.readUInt8(at + 1) + 1) * 8;
  }
  if (next === FRAGMENT) return { from, to };
  return next === TCP ? tcp(ip, at, totalLength, from, to) : undefined;
}

function tcp(
  ip: Buffer,
  at: number,
  totalLength: number,
  from: string,
  to: string,
): PlainSegment | PlainAddresses {
  if (at + 20 > ip.length) return { from, to };
  const payloadAt = at + (ip.readUInt8(at + 12) >> 4) * 4;
  const flags = ip.readUInt8(at + 13);
  return {
    from,
    to,
    fromPort: ip.readUInt16BE(at),
    toPort: ip.readUInt16BE(at + 2),
    sequence: ip.readUInt32BE(at + 4),
    acknowledgment: ip.readUInt32BE(at + 8),
    syn: (flags & 0x02) !== 0,
    ack: (flags & 0x10) !== 0,
    payload: ip.subarray(payloadAt, Math.max(payloadAt, Math.min(totalLength, ip.length))),
    cut: totalLength > ip.length,
  };
}

/** The URL standard writes an address as RFC 5952 has it. */
function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
