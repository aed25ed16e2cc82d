import type { SessionRecord } from '../../bpf/records.ts';
import { nanosecondsOf } from '../../journal/time.ts';
import type { Form } from './form.ts';
import { MAX_PACKET_BYTES } from './packet-limits.ts';
import { block, type Option, optionsLength, padded, textOption, writeOptions } from './pcapng-blocks.ts';
import type { SavedPacket } from './types.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const JOURNAL = 0x80494d44;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const COMMENT = 1;
const SHB_HARDWARE = 2;
const SHB_OS = 3;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;

const PACKET_FIXED = 20;
/**
 * A reader takes a last block that is cut for a damaged one if it claims more than 4,096 bytes of
 * options (src/capture/read/pcapng-framing.ts).
 */
const MAX_COMMENT = 4000;
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
    return block(SECTION_HEADER, 16 + optionsLength(this.#options), (bytes, at) => {
      bytes.writeUInt32LE(BYTE_ORDER_MAGIC, at);
      bytes.writeUInt16LE(1, at + 4);
      bytes.writeUInt16LE(0, at + 6);
      // Section length: not known beforehand.
      bytes.writeBigInt64LE(-1n, at + 8);
      writeOptions(bytes, at + 16, this.#options);
    });
  }

  /** With the description of its interface before it, where it is the first on it. */
  packet(packet: SavedPacket): Buffer {
    const { interfaceName, linkType } = packet;
    const full = this.#interfaces.size >= MAX_INTERFACES;
    const known = this.#interfaces.get(keyOf(interfaceName, linkType));
    if (known !== undefined) return enhancedPacket(packet, known);
    const name = full ? undefined : interfaceName;
    const unnamed = full ? this.#interfaces.get(keyOf(name, linkType)) : undefined;
    if (unnamed !== undefined) return enhancedPacket(packet, unnamed);
    const id = this.#interfaces.size;
    this.#interfaces.set(keyOf(name, linkType), id);
    return Buffer.concat([interfaceDescription(name, linkType), enhancedPacket(packet, id)]);
  }

  record(json: string): Buffer {
    const length = Buffer.byteLength(json);
    return block(JOURNAL, padded(length), (bytes, at) => {
      bytes.write(json, at);
      // Spaces, so that the whole body is JSON.
      bytes.fill(0x20, at + length, at + padded(length));
    });
  }
}

function keyOf(name: string | undefined, linkType: number): string {
  return name === undefined ? `${linkType}` : `${linkType} ${name}`;
}

function interfaceDescription(name: string | undefined, linkType: number): Buffer {
  const options = [
    ...textOption(IF_NAME, name, MAX_NAME),
    { code: IF_TSRESOL, value: Buffer.from([9]) } satisfies Option,
  ];
  return block(INTERFACE_DESCRIPTION, 8 + optionsLength(options), (bytes, at) => {
    bytes.writeUInt16LE(linkType, at);
    bytes.writeUInt16LE(0, at + 2);
    // Snap length: no limit.
    bytes.writeUInt32LE(0, at + 4);
    writeOptions(bytes, at + 8, options);
  });
}

function enhancedPacket(packet: SavedPacket, interfaceId: number): Buffer {
  const captured = Math.min(packet.bytes.length, MAX_PACKET_BYTES);
  const options = textOption(COMMENT, packet.comment, MAX_COMMENT);
  const length = PACKET_FIXED + padded(captured) + optionsLength(options);
  return block(ENHANCED_PACKET, length, (bytes, at) => {
    const time = BigInt.asUintN(64, nanosecondsOf(packet.seconds, packet.nanoseconds));
    bytes.writeUInt32LE(interfaceId, at);
    bytes.writeUInt32LE(Number(time >> 32n), at + 4);
    bytes.writeUInt32LE(Number(time & 0xffff_ffffn), at + 8);
    bytes.writeUInt32LE(captured, at + 12);
    bytes.writeUInt32LE(packet.originalLength >>> 0, at + 16);
    const data = at + PACKET_FIXED;
    bytes.set(packet.bytes.subarray(0, captured), data);
    bytes.fill(0, data + captured, data + padded(captured));
    writeOptions(bytes, data + padded(captured), options);
  });
}
