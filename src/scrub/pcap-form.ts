import { UsageError } from '../errors.ts';
import { pcapFileHeader, pcapPacket, sidecarRecord } from '../live/save/pcap-write.ts';
import type { Packet } from '../ports.ts';
import type { ScrubForm } from './form.ts';

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
    const data = packet.bytes.subarray(offset, offset + capturedLength);
    const record = pcapPacket({ seconds, nanoseconds }, data, originalLength);
    return isFirst ? Buffer.concat([pcapFileHeader(linkType), record]) : record;
  }

  record(json: string): Buffer {
    return sidecarRecord(json, this.#packets);
  }

  end(): Buffer {
    return this.#linkType === undefined ? pcapFileHeader(LINKTYPE_ETHERNET) : Buffer.alloc(0);
  }

  #noRoom(what: string): UsageError {
    return new UsageError(`${this.#name}: a pcap file has room for ${what}`, {
      code: 'usage.scrub_form',
      remedy: 'Give OUT a name that ends in .pcapng.',
    });
  }
}
