import type { TestPacket } from './conversation.ts';

export interface PcapOptions {
  /** Fractions of a second in nanoseconds (magic 0xA1B23C4D), which is the default here. */
  nanoseconds?: boolean;
  bigEndian?: boolean;
  /** Kuznetzov's modified format (magic 0xA1B2CD34): 24-byte record headers, microseconds. */
  modified?: boolean;
  /** LINKTYPE_ value, 1 (Ethernet) unless told. */
  linkType?: number;
  snaplen?: number;
}

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const MAGIC_MODIFIED = 0xa1b2cd34;
const NS_PER_SECOND = 1_000_000_000n;

/** A classic capture file (libpcap's savefile format, version 2.4). */
export function writePcap(packets: readonly TestPacket[], options: PcapOptions = {}): Buffer {
  const modified = options.modified ?? false;
  const nanoseconds = !modified && (options.nanoseconds ?? true);
  const u32 = integerWriter(options.bigEndian ?? false);
  const magic = modified ? MAGIC_MODIFIED : nanoseconds ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS;
  const version = options.bigEndian === true ? Buffer.from([0, 2, 0, 4]) : Buffer.from([2, 0, 4, 0]);
  const parts: Uint8Array[] = [
    u32(magic),
    version,
    u32(0),
    u32(0),
    u32(options.snaplen ?? 262_144),
    u32(options.linkType ?? 1),
  ];
  for (const packet of packets) {
    const fraction = packet.timeNs % NS_PER_SECOND;
    parts.push(
      u32(Number(packet.timeNs / NS_PER_SECOND)),
      u32(Number(nanoseconds ? fraction : fraction / 1000n)),
      u32(packet.bytes.length),
      u32(packet.originalLength ?? packet.bytes.length),
    );
    // ifindex, protocol, packet type, padding: nothing that a reader needs.
    if (modified) parts.push(u32(2), u32(0));
    parts.push(packet.bytes);
  }
  return Buffer.concat(parts);
}

function integerWriter(bigEndian: boolean): (value: number) => Buffer {
  return (value) => {
    const bytes = Buffer.alloc(4);
    if (bigEndian) bytes.writeUInt32BE(value >>> 0);
    else bytes.writeUInt32LE(value >>> 0);
    return bytes;
  };
}
