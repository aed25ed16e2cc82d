import type { SessionRecord } from '../../bpf/records.ts';
import { netnsDescription } from '../../capture/read/pcapng-netns.ts';
import { nanosecondsOf } from '../../journal/time.ts';
import type { Form } from './form.ts';
import { MAX_PACKET_BYTES } from './packet-limits.ts';
import { type Option, textOption } from './pcapng-blocks.ts';
import { enhancedPacket, interfaceDescription, journalRecord, sectionHeader } from './pcapng-write.ts';
import type { SavedPacket } from './types.ts';

const SHB_HARDWARE = 2;
const SHB_OS = 3;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;

const MAX_NAME = 255;
/** Of a section. Containers come and go, each with an interface and a namespace; a reader keeps 4,096. */
const MAX_INTERFACES = 1024;

/** pcapng (draft-ietf-opsawg-pcapng), little-endian, nanoseconds; records are blocks of a local-use type. */
export class PcapngForm implements Form {
  readonly sidecar = false;
  readonly #options: Option[];
  readonly #interfaces = new Map<string, number>();

  constructor({ kernel, versions }: SessionRecord) {
    this.#options = [
      ...textOption(SHB_HARDWARE, process.arch, MAX_NAME),
      ...textOption(SHB_OS, kernel, MAX_NAME),
      ...textOption(SHB_USERAPPL, versions?.imds === undefined ? 'imds' : `imds ${versions.imds}`, MAX_NAME),
    ];
  }

  /** After a gap a new section begins: what was lost may have described interfaces. */
  begin(): Buffer {
    this.#interfaces.clear();
    return sectionHeader(this.#options);
  }

  /**
   * With the description of its interface before it, where it is the first on it: one for each interface and network
   * namespace. Where there is no room for another, a section begins, which has its own.
   */
  packet(packet: SavedPacket): Buffer {
    const key = keyOf(packet);
    const known = this.#interfaces.get(key);
    if (known !== undefined) return packetBlock(packet, known);
    const section = this.#interfaces.size >= MAX_INTERFACES ? [this.begin()] : [];
    const id = this.#interfaces.size;
    this.#interfaces.set(key, id);
    return Buffer.concat([...section, describe(packet), packetBlock(packet, id)]);
  }

  record(json: string): Buffer {
    return journalRecord(json);
  }
}

function keyOf({ linkType, netns = 0, interfaceName }: SavedPacket): string {
  return interfaceName === undefined ? `${linkType} ${netns}` : `${linkType} ${netns} ${interfaceName}`;
}

function describe({ linkType, netns, interfaceName }: SavedPacket): Buffer {
  return interfaceDescription(linkType, [
    ...textOption(IF_NAME, interfaceName, MAX_NAME),
    ...textOption(IF_DESCRIPTION, netns === undefined ? undefined : netnsDescription(netns), MAX_NAME),
  ]);
}

function packetBlock(packet: SavedPacket, interfaceId: number): Buffer {
  const { bytes, originalLength, comment, seconds, nanoseconds } = packet;
  const time = BigInt.asUintN(64, nanosecondsOf(seconds, nanoseconds));
  const data = bytes.subarray(0, MAX_PACKET_BYTES);
  return enhancedPacket({ interfaceId, time, data, originalLength, comment });
}
