import { UsageError } from '../errors.ts';
import type { Packet } from '../ports.ts';
import type { ScrubForm } from './form.ts';

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const SNAP_LENGTH = 262_144;
/** Of a file without packets. */
const LINKTYPE_ETHERNET = 1;
const MAX_SECONDS = 0xffff_ffff;

/**
 * Classic pcap (draft-ietf-opsawg-pcap), little-endian, nanoseconds: one link type, that of the first packet,
 * and times from 1970 to 2106. Its records are lines of the sidecar, each with the number of packets before it.
 */
export class PcapScrubForm implements ScrubForm {
  readonly sidecar = true;
  readonly #name: string;
  #linkType: number | undefined;
  #packets = 0;

  /** @param name of the file, for messages */
  constructor(name: string) {
    this.#name = name;
  }

  packet(packet: Packet): Buffer {
    const { offset, capturedLength, originalLength, seconds, nanoseconds, linkType } = packet;
    const isFirst = this.#linkType === undefined;
    this.#linkType ??= linkType;
    if (linkType !== this.#linkType) {
      throw this.#noRoom(
        `packets of one link type, but IN has some of LINKTYPE_${this.#linkType} and LINKTYPE_${linkType}`,
      );
    }
    if (seconds < 0 || seconds > MAX_SECONDS) {
      throw this.#noRoom('times of the years 1970 to 2106, but IN has others');
    }
    this.#packets++;
    const record = Buffer.allocUnsafe(PACKET_HEADER + capturedLength);
    record.writeUInt32LE(seconds, 0);
    record.writeUInt32LE(nanoseconds, 4);
    record.writeUInt32LE(capturedLength, 8);
    record.writeUInt32LE(originalLength >>> 0, 12);
    packet.bytes.copy(record, PACKET_HEADER, offset, offset + capturedLength);
    return isFirst ? Buffer.concat([fileHeader(linkType), record]) : record;
  }

  record(json: string): Buffer {
    return Buffer.from(`${json.slice(0, -1)},"after_packet":${this.#packets}}\n`);
  }

  end(): Buffer {
    return this.#linkType === undefined ? fileHeader(LINKTYPE_ETHERNET) : Buffer.alloc(0);
  }

  #noRoom(what: string): UsageError {
    return new UsageError(`${this.#name}: a pcap file has room for ${what}`, {
      code: 'usage.scrub_form',
      remedy: 'Give OUT a name that ends in .pcapng.',
    });
  }
}

function fileHeader(linkType: number): Buffer {
  const header = Buffer.alloc(FILE_HEADER);
  header.writeUInt32LE(MAGIC_NANOSECONDS, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAP_LENGTH, 16);
  header.writeUInt32LE(linkType, 20);
  return header;
}
