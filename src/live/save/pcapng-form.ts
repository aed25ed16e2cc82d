import type { SessionRecord } from '../../bpf/records.ts';
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

const MAX_NAME = 255;
/** Containers come and go, each with an interface; a reader keeps 4,096. */
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

  /** With the description of its interface before it, where it is the first on it. */
  packet(packet: SavedPacket): Buffer {
    const { interfaceName, linkType } = packet;
    const full = this.#interfaces.size >= MAX_INTERFACES;
    const known = this.#interfaces.get(keyOf(interfaceName, linkType));
    if (known !== undefined) return packetBlock(packet, known);
    const name = full ? undefined : interfaceName;
    const unnamed = full ? this.#interfaces.get(keyOf(name, linkType)) : undefined;
    if (unnamed !== undefined) return packetBlock(packet, unnamed);
    const id = this.#interfaces.size;
    this.#interfaces.set(keyOf(name, linkType), id);
    return Buffer.concat([
      interfaceDescription(linkType, textOption(IF_NAME, name, MAX_NAME)),
      packetBlock(packet, id),
    ]);
  }

  record(json: string): Buffer {
    return journalRecord(json);
  }
}

function keyOf(name: string | undefined, linkType: number): string {
  return name === undefined ? `${linkType}` : `${linkType} ${name}`;
}

function packetBlock(packet: SavedPacket, interfaceId: number): Buffer {
  const { bytes, originalLength, comment, seconds, nanoseconds } = packet;
  const time = BigInt.asUintN(64, nanosecondsOf(seconds, nanoseconds));
  const data = bytes.subarray(0, MAX_PACKET_BYTES);
  return enhancedPacket({ interfaceId, time, data, originalLength, comment });
}
