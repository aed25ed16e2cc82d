import { nanosecondsOf } from '../journal/time.ts';
import {
  block,
  type Option,
  optionsLength,
  padded,
  textOption,
  writeOptions,
} from '../live/save/pcapng-blocks.ts';
import type { Packet } from '../ports.ts';
import type { ScrubForm } from './form.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const JOURNAL = 0x80494d44;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;

const COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_IFDROP = 5;

const PACKET_FIXED = 20;
/** See the reader: of a last block that is cut, it believes no more than 4,096 bytes of options. */
const MAX_COMMENT = 4000;
const MAX_NAME = 64;
/** Beyond them, interfaces have no names; a reader keeps 4,096. */
const MAX_NAMED = 3000;
/** 2^33 s are 272 years; nanoseconds of two such spans fit 64 bits. Times of the first need no offset. */
const SPAN_SECONDS = 2 ** 33;

/**
 * pcapng, little-endian, nanoseconds. Of what a section, its interfaces and its packets may say of themselves,
 * it has link types, names of interfaces, lost packets, and the comments that it is given.
 */
export class PcapngScrubForm implements ScrubForm {
  readonly sidecar = false;
  readonly #interfaces = new Map<string, number>();
  #named = 0;
  #begun = false;
  #lastTime = 0n;

  packet(packet: Packet, comment: string | undefined): Buffer {
    const { interfaceName, linkType, seconds } = packet;
    const span = Math.floor(seconds / SPAN_SECONDS);
    const name = this.#named < MAX_NAMED ? interfaceName : undefined;
    const known =
      this.#interfaces.get(keyOf(linkType, span, interfaceName)) ??
      this.#interfaces.get(keyOf(linkType, span, name));
    // Nearly always; an interface is described only once there is a section.
    if (known !== undefined) return this.#enhanced(packet, span, known, comment);
    const id = this.#interfaces.size;
    this.#interfaces.set(keyOf(linkType, span, name), id);
    if (name !== undefined) this.#named++;
    return Buffer.concat([
      this.#begin(),
      interfaceDescription(name, linkType, span),
      this.#enhanced(packet, span, id, comment),
    ]);
  }

  record(json: string): Buffer {
    const length = Buffer.byteLength(json);
    const bytes = block(JOURNAL, padded(length), (bytes, at) => {
      bytes.write(json, at);
      // Spaces, so that the whole body is JSON.
      bytes.fill(0x20, at + length, at + padded(length));
    });
    return Buffer.concat([this.#begin(), bytes]);
  }

  end(drops: number | undefined): Buffer {
    if (drops === undefined) return this.#begin();
    const needsInterface = this.#interfaces.size === 0;
    return Buffer.concat([
      this.#begin(),
      ...(needsInterface ? [interfaceDescription(undefined, LINKTYPE_ETHERNET, 0)] : []),
      statistics(drops, this.#lastTime),
    ]);
  }

  #begin(): Buffer {
    if (this.#begun) return Buffer.alloc(0);
    this.#begun = true;
    return sectionHeader();
  }

  #enhanced(packet: Packet, span: number, id: number, comment: string | undefined): Buffer {
    const { seconds, nanoseconds, offset, capturedLength } = packet;
    const time = nanosecondsOf(seconds - span * SPAN_SECONDS, nanoseconds);
    this.#lastTime = time;
    const options = textOption(COMMENT, comment, MAX_COMMENT);
    const length = PACKET_FIXED + padded(capturedLength) + optionsLength(options);
    return block(ENHANCED_PACKET, length, (bytes, at) => {
      bytes.writeUInt32LE(id, at);
      writeTime(bytes, at + 4, time);
      bytes.writeUInt32LE(capturedLength, at + 12);
      bytes.writeUInt32LE(packet.originalLength >>> 0, at + 16);
      const data = at + PACKET_FIXED;
      packet.bytes.copy(bytes, data, offset, offset + capturedLength);
      bytes.fill(0, data + capturedLength, data + padded(capturedLength));
      writeOptions(bytes, data + padded(capturedLength), options);
    });
  }
}

function keyOf(linkType: number, span: number, name = ''): string {
  return `${linkType} ${span} ${name}`;
}

function sectionHeader(): Buffer {
  const options = textOption(SHB_USERAPPL, 'imds scrub', MAX_NAME);
  return block(SECTION_HEADER, 16 + optionsLength(options), (bytes, at) => {
    bytes.writeUInt32LE(BYTE_ORDER_MAGIC, at);
    bytes.writeUInt16LE(1, at + 4);
    bytes.writeUInt16LE(0, at + 6);
    // Section length: not known beforehand.
    bytes.writeBigInt64LE(-1n, at + 8);
    writeOptions(bytes, at + 16, options);
  });
}

function interfaceDescription(name: string | undefined, linkType: number, span: number): Buffer {
  const offset = Buffer.alloc(8);
  offset.writeBigInt64LE(BigInt(span) * BigInt(SPAN_SECONDS));
  const options: Option[] = [
    ...textOption(IF_NAME, name, MAX_NAME),
    { code: IF_TSRESOL, value: Buffer.from([9]) },
    ...(span === 0 ? [] : [{ code: IF_TSOFFSET, value: offset }]),
  ];
  return block(INTERFACE_DESCRIPTION, 8 + optionsLength(options), (bytes, at) => {
    bytes.writeUInt16LE(linkType, at);
    bytes.writeUInt16LE(0, at + 2);
    // Snap length: no limit.
    bytes.writeUInt32LE(0, at + 4);
    writeOptions(bytes, at + 8, options);
  });
}

/** On the first interface: of which of them the drops were is not told. */
function statistics(drops: number, time: bigint): Buffer {
  const value = Buffer.alloc(8);
  value.writeBigUInt64LE(BigInt.asUintN(64, BigInt(Math.min(drops, Number.MAX_SAFE_INTEGER))));
  const options: Option[] = [{ code: ISB_IFDROP, value }];
  return block(INTERFACE_STATISTICS, 12 + optionsLength(options), (bytes, at) => {
    bytes.writeUInt32LE(0, at);
    writeTime(bytes, at + 4, time);
    writeOptions(bytes, at + 12, options);
  });
}

/** Two words, the upper one first. */
function writeTime(bytes: Buffer, at: number, time: bigint): void {
  bytes.writeUInt32LE(Number(time >> 32n), at);
  bytes.writeUInt32LE(Number(time & 0xffff_ffffn), at + 4);
}
