import { addressBytes, beUint, concat, internetChecksum, padding } from './bytes.ts';

export const Protocol = {
  hopByHop: 0,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  noNext: 59,
  destination: 60,
} as const;

export interface Ipv4Header {
  source: string;
  destination: string;
  protocol: number;
  ttl?: number | undefined;
  identification?: number | undefined;
  /** IP options, padded here to 32 bits with End of Option List. */
  options?: Uint8Array | undefined;
  dontFragment?: boolean | undefined;
  moreFragments?: boolean | undefined;
  /** Offset of the payload within the datagram in bytes, a multiple of 8. */
  fragmentOffset?: number | undefined;
  /** Total Length as written, if not the true one: 0 is what segmentation offload leaves. */
  totalLength?: number | undefined;
}

/** IPv4 packet with a right header checksum (RFC 791). */
export function ipv4(header: Ipv4Header, payload: Uint8Array): Buffer {
  const options = header.options ?? Buffer.alloc(0);
  const optionBytes = concat(options, padding(options.length));
  const headerLength = 20 + optionBytes.length;
  const flags = (header.dontFragment === true ? 0x4000 : 0) | (header.moreFragments === true ? 0x2000 : 0);
  const bytes = concat(
    Buffer.from([0x40 | (headerLength / 4), 0]),
    beUint(header.totalLength ?? headerLength + payload.length, 2),
    beUint(header.identification ?? 0, 2),
    beUint(flags | ((header.fragmentOffset ?? 0) >> 3), 2),
    Buffer.from([header.ttl ?? 64, header.protocol]),
    beUint(0, 2),
    addressBytes(header.source),
    addressBytes(header.destination),
    optionBytes,
  );
  bytes.writeUInt16BE(internetChecksum(bytes), 10);
  return concat(bytes, payload);
}

/** The fragments of one IPv4 datagram; `size` is the payload of each in bytes, a multiple of 8. */
export function ipv4Fragments(header: Ipv4Header, payload: Uint8Array, size: number): Buffer[] {
  return pieces(payload, size).map(({ offset, bytes, more }) =>
    ipv4({ ...header, fragmentOffset: offset, moreFragments: more, dontFragment: false }, bytes),
  );
}

export interface Ipv6ExtensionHeader {
  /** Protocol number of this header: hop-by-hop, routing, destination options. */
  protocol: number;
  /** Content after Next Header and Hdr Ext Len; padded here to a multiple of 8 in all. */
  content?: Uint8Array | undefined;
}

export interface Ipv6Header {
  source: string;
  destination: string;
  protocol: number;
  hopLimit?: number | undefined;
  /** In the order in which they stand in the packet. */
  extensions?: readonly Ipv6ExtensionHeader[] | undefined;
  /** Payload Length as written, if not the true one. */
  payloadLength?: number | undefined;
}

/** IPv6 packet (RFC 8200). */
export function ipv6(header: Ipv6Header, payload: Uint8Array): Buffer {
  const extensions = header.extensions ?? [];
  const chain = extensions.map((extension, i) => {
    const content = extension.content ?? Buffer.from([1, 4, 0, 0, 0, 0]);
    const body = concat(content, padding(content.length + 2, 8));
    const next = extensions[i + 1]?.protocol ?? header.protocol;
    return concat(Buffer.from([next, (body.length + 2) / 8 - 1]), body);
  });
  return ipv6Fixed(header, extensions[0]?.protocol ?? header.protocol, concat(...chain, payload));
}

/** The fragments of one IPv6 packet; extension headers of `header` stand before each Fragment header. */
export function ipv6Fragments(
  header: Ipv6Header,
  payload: Uint8Array,
  size: number,
  identification = 1,
): Buffer[] {
  return pieces(payload, size).map(({ offset, bytes, more }) =>
    ipv6(
      { ...header, protocol: Protocol.fragment },
      concat(
        Buffer.from([header.protocol, 0]),
        beUint(offset | (more ? 1 : 0), 2),
        beUint(identification, 4),
        bytes,
      ),
    ),
  );
}

function ipv6Fixed(header: Ipv6Header, nextHeader: number, rest: Uint8Array): Buffer {
  return concat(
    beUint(0x60000000, 4),
    beUint(header.payloadLength ?? rest.length, 2),
    Buffer.from([nextHeader, header.hopLimit ?? 64]),
    addressBytes(header.source),
    addressBytes(header.destination),
    rest,
  );
}

function pieces(payload: Uint8Array, size: number): { offset: number; bytes: Uint8Array; more: boolean }[] {
  if (size <= 0 || size % 8 !== 0) throw new RangeError(`fragment size is no multiple of 8: ${size}`);
  const count = Math.max(1, Math.ceil(payload.length / size));
  return Array.from({ length: count }, (_, i) => ({
    offset: i * size,
    bytes: payload.subarray(i * size, (i + 1) * size),
    more: i < count - 1,
  }));
}
