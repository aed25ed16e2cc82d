import type { Form, Position } from './form.ts';
import { IP_LINK_TYPES, LINKTYPE_RAW, MAX_PACKET_BYTES } from './packet-limits.ts';
import { pcapFileHeader, pcapPacket, sidecarRecord } from './pcap-write.ts';
import type { SavedPacket } from './types.ts';

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
    return pcapFileHeader(LINKTYPE_RAW);
  }

  packet({ bytes, originalLength, seconds, nanoseconds, linkType }: SavedPacket): Buffer | undefined {
    if (!IP_LINK_TYPES.has(linkType)) return undefined;
    this.#packets++;
    return pcapPacket({ seconds, nanoseconds }, bytes.subarray(0, MAX_PACKET_BYTES), originalLength);
  }

  record(json: string): Buffer {
    return sidecarRecord(json, this.#packets);
  }
}
