import { isIPv6 } from 'node:net';
import { addressBytes, beUint, concat, internetChecksum, padding } from './bytes.ts';
import { ipv4, ipv6, Protocol } from './ip.ts';

export interface TransportAddress {
  address: string;
  port: number;
}

/** Control bits in their RFC 9293 names; ECN's two are of RFC 3168. */
export type TcpFlag = 'FIN' | 'SYN' | 'RST' | 'PSH' | 'ACK' | 'URG' | 'ECE' | 'CWR';

const FLAG_BITS: Record<TcpFlag, number> = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ECE: 64,
  CWR: 128,
};

export interface TcpSegment {
  source: TransportAddress;
  destination: TransportAddress;
  /** Modulo 2^32; larger and negative values are brought there. */
  sequence: number;
  acknowledgment?: number | undefined;
  flags: readonly TcpFlag[];
  window?: number | undefined;
  /** TCP options, padded here to 32 bits with End of Option List. */
  options?: Uint8Array | undefined;
  payload?: Uint8Array | undefined;
}

/** Maximum segment size 1460, SACK permitted, timestamps, window scale 7: what Linux sends in a SYN. */
export const SYN_OPTIONS = Buffer.from('020405b40402080a000000010000000001030307', 'hex');

/** TCP header and payload with a right checksum over the pseudo-header. */
export function tcp(segment: TcpSegment): Buffer {
  const options = segment.options ?? Buffer.alloc(0);
  const optionBytes = concat(options, padding(options.length));
  const flags = segment.flags.reduce((bits, flag) => bits | FLAG_BITS[flag], 0);
  const bytes = concat(
    beUint(segment.source.port, 2),
    beUint(segment.destination.port, 2),
    beUint(segment.sequence, 4),
    beUint(segment.acknowledgment ?? 0, 4),
    Buffer.from([((20 + optionBytes.length) / 4) << 4, flags]),
    beUint(segment.window ?? 502, 2),
    beUint(0, 4),
    optionBytes,
    segment.payload ?? Buffer.alloc(0),
  );
  bytes.writeUInt16BE(transportChecksum(segment, Protocol.tcp, bytes), 16);
  return bytes;
}

/** IP packet that carries the segment; the family is that of its addresses. */
export function tcpPacket(segment: TcpSegment, ttl = 64): Buffer {
  return overIp(segment, Protocol.tcp, tcp(segment), ttl);
}

/** IP packet with a UDP datagram (RFC 768): traffic that is none of ours. */
export function udpPacket(
  source: TransportAddress,
  destination: TransportAddress,
  payload: Uint8Array,
): Buffer {
  const bytes = concat(
    beUint(source.port, 2),
    beUint(destination.port, 2),
    beUint(8 + payload.length, 2),
    beUint(0, 2),
    payload,
  );
  bytes.writeUInt16BE(transportChecksum({ source, destination }, Protocol.udp, bytes) || 0xffff, 6);
  return overIp({ source, destination }, Protocol.udp, bytes, 64);
}

interface Ends {
  source: TransportAddress;
  destination: TransportAddress;
}

function overIp(ends: Ends, protocol: number, payload: Uint8Array, ttl: number): Buffer {
  const source = ends.source.address;
  const destination = ends.destination.address;
  return isIPv6(source)
    ? ipv6({ source, destination, protocol, hopLimit: ttl }, payload)
    : ipv4({ source, destination, protocol, ttl, dontFragment: true }, payload);
}

function transportChecksum(ends: Ends, protocol: number, bytes: Uint8Array): number {
  const pseudoHeader = concat(
    addressBytes(ends.source.address),
    addressBytes(ends.destination.address),
    beUint(bytes.length, 4),
    beUint(protocol, 4),
  );
  return internetChecksum(pseudoHeader, bytes);
}
