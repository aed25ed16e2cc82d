/** Classic pcap (draft-ietf-opsawg-pcap) as it is written here: little-endian, nanoseconds. */
import { MAX_PACKET_BYTES } from './packet-limits.ts';

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const PACKET_HEADER = 16;

export function pcapFileHeader(linkType: number): Buffer {
  const header = Buffer.alloc(FILE_HEADER);
  header.writeUInt32LE(MAGIC_NANOSECONDS, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(MAX_PACKET_BYTES, 16);
  header.writeUInt32LE(linkType, 20);
  return header;
}

/** Its time is from 1970 to 2106. */
export function pcapPacket(
  { seconds, nanoseconds }: { seconds: number; nanoseconds: number },
  data: Uint8Array,
  originalLength: number,
): Buffer {
  const record = Buffer.allocUnsafe(PACKET_HEADER + data.length);
  record.writeUInt32LE(seconds >>> 0, 0);
  record.writeUInt32LE(nanoseconds, 4);
  record.writeUInt32LE(data.length, 8);
  record.writeUInt32LE(originalLength >>> 0, 12);
  record.set(data, PACKET_HEADER);
  return record;
}

/** A record as a line of the sidecar. Where the text has an `after_packet` of its own, the later one counts. */
export function sidecarRecord(json: string, packetsBefore: number): Buffer {
  return Buffer.from(`${json.slice(0, -1)},"after_packet":${packetsBefore}}\n`);
}
