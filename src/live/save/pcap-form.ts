import type { Form, Position } from './form.ts';
import { IP_LINK_TYPES, LINKTYPE_RAW, MAX_PACKET_BYTES } from './packet-limits.ts';
import type { SavedPacket } from './types.ts';

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const PACKET_HEADER = 16;

/**
 * Classic pcap (draft-ietf-opsawg-pcap), little-endian, nanoseconds, link type RAW. Its records are lines
 * of the sidecar, each with the number of packets before it.
 */
export class PcapForm implements Form {
  readonly sidecar = true;
  #packets = 0;

  begin({ packets, bytes }: Position): Buffer {
    this.#packets = packets;
    if (bytes > 0) return Buffer.alloc(0);
    const header = Buffer.alloc(FILE_HEADER);
    header.writeUInt32LE(MAGIC_NANOSECONDS, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(MAX_PACKET_BYTES, 16);
    header.writeUInt32LE(LINKTYPE_RAW, 20);
    return header;
  }

  packet({ bytes, originalLength, seconds, nanoseconds, linkType }: SavedPacket): Buffer | undefined {
    if (!IP_LINK_TYPES.has(linkType)) return undefined;
    this.#packets++;
    const length = Math.min(bytes.length, MAX_PACKET_BYTES);
    const record = Buffer.allocUnsafe(PACKET_HEADER + length);
    record.writeUInt32LE(seconds >>> 0, 0);
    record.writeUInt32LE(nanoseconds, 4);
    record.writeUInt32LE(length, 8);
    record.writeUInt32LE(originalLength >>> 0, 12);
    record.set(bytes.subarray(0, length), PACKET_HEADER);
    return record;
  }

  /** Where the text has an `after_packet` of its own, the later one counts. */
  record(json: string): Buffer {
    return Buffer.from(`${json.slice(0, -1)},"after_packet":${this.#packets}}\n`);
  }
}
