/** The blocks of pcapng (draft-ietf-opsawg-pcapng) that are written here, little-endian, times in nanoseconds. */
import { block, type Option, optionsLength, padded, textOption, writeOptions } from './pcapng-blocks.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const JOURNAL = 0x80494d44;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const COMMENT = 1;
const IF_TSRESOL = 9;
const PACKET_FIXED = 20;
/**
 * A reader takes a last block that is cut for a damaged one if it claims more than 4,096 bytes of
 * options (src/capture/read/pcapng-framing.ts).
 */
const MAX_COMMENT = 4000;

export function sectionHeader(options: readonly Option[]): Buffer {
  return block(SECTION_HEADER, 16 + optionsLength(options), (bytes, at) => {
    bytes.writeUInt32LE(BYTE_ORDER_MAGIC, at);
    bytes.writeUInt16LE(1, at + 4);
    bytes.writeUInt16LE(0, at + 6);
    // Section length: not known beforehand.
    bytes.writeBigInt64LE(-1n, at + 8);
    writeOptions(bytes, at + 16, options);
  });
}

/** Options stand in the order of their codes: `before` and `after` if_tsresol. */
export function interfaceDescription(
  linkType: number,
  before: readonly Option[],
  after: readonly Option[] = [],
): Buffer {
  const options = [...before, { code: IF_TSRESOL, value: Buffer.from([9]) }, ...after];
  return block(INTERFACE_DESCRIPTION, 8 + optionsLength(options), (bytes, at) => {
    bytes.writeUInt16LE(linkType, at);
    bytes.writeUInt16LE(0, at + 2);
    // Snap length: no limit.
    bytes.writeUInt32LE(0, at + 4);
    writeOptions(bytes, at + 8, options);
  });
}

export interface PacketBlock {
  interfaceId: number;
  /** Nanoseconds since the epoch of the interface, in 64 bits. */
  time: bigint;
  data: Uint8Array;
  originalLength: number;
  comment: string | undefined;
}

export function enhancedPacket({ interfaceId, time, data, originalLength, comment }: PacketBlock): Buffer {
  const options = textOption(COMMENT, comment, MAX_COMMENT);
  const length = PACKET_FIXED + padded(data.length) + optionsLength(options);
  return block(ENHANCED_PACKET, length, (bytes, at) => {
    bytes.writeUInt32LE(interfaceId, at);
    writeTime(bytes, at + 4, time);
    bytes.writeUInt32LE(data.length, at + 12);
    bytes.writeUInt32LE(originalLength >>> 0, at + 16);
    const start = at + PACKET_FIXED;
    bytes.set(data, start);
    bytes.fill(0, start + data.length, start + padded(data.length));
    writeOptions(bytes, start + padded(data.length), options);
  });
}

/** A record of the journal, in a block of a local-use type. */
export function journalRecord(json: string): Buffer {
  const length = Buffer.byteLength(json);
  return block(JOURNAL, padded(length), (bytes, at) => {
    bytes.write(json, at);
    // Spaces, so that the whole body is JSON.
    bytes.fill(0x20, at + length, at + padded(length));
  });
}

/** Two words, the upper one first. */
export function writeTime(bytes: Buffer, at: number, time: bigint): void {
  bytes.writeUInt32LE(Number(time >> 32n), at);
  bytes.writeUInt32LE(Number(time & 0xffff_ffffn), at + 4);
}
