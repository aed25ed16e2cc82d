import { Readable } from 'node:stream';
import { openCapture } from '../../../../src/capture/open.ts';
import type { PacketSource, SourceStatistics } from '../../../../src/ports.ts';
import { EPOCH_NS, type TestPacket } from '../../../support/packets/index.ts';

export interface ReadPacket {
  number: number;
  timeNs: bigint;
  bytes: string;
  originalLength: number;
  linkType: number;
  interfaceName: string | undefined;
  comment: string | undefined;
}

export interface ReadResult {
  packets: ReadPacket[];
  records: { json: string; packetsBefore: number; offset: number }[];
  statistics: SourceStatistics;
}

/** Reads everything; every packet is wanted. */
export async function readSource(source: PacketSource, signal?: AbortSignal): Promise<ReadResult> {
  const result: ReadResult = { packets: [], records: [], statistics: source.statistics };
  await source.read(
    { accepts: () => true },
    {
      nextStop: Number.POSITIVE_INFINITY,
      beforePacket: () => {},
      packet: (packet) =>
        result.packets.push({
          number: packet.number,
          timeNs: BigInt(packet.seconds) * 1_000_000_000n + BigInt(packet.nanoseconds),
          bytes: packet.bytes.toString('hex', packet.offset, packet.offset + packet.capturedLength),
          originalLength: packet.originalLength,
          linkType: packet.linkType,
          interfaceName: packet.interfaceName,
          comment: packet.comment,
        }),
      record: (json, where) => result.records.push({ json: Buffer.from(json).toString(), ...where }),
    },
    () => undefined,
    signal,
  );
  return result;
}

/** Reads bytes as they come from a pipe, in pieces of the given length. */
export async function readBytes(bytes: Uint8Array, pieceLength = bytes.length): Promise<ReadResult> {
  const stdin = Readable.from(pieces(bytes, pieceLength));
  return readSource(await openCapture('-', { stdin }));
}

export function* pieces(bytes: Uint8Array, length: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield Buffer.from(bytes.subarray(at, at + length));
}

/** Packets of different lengths, all paddings among them, whose bytes tell which they are. */
export function samplePackets(count = 5): TestPacket[] {
  return Array.from({ length: count }, (_, i) => ({
    timeNs: EPOCH_NS + BigInt(i) * 1_000_123_000n,
    bytes: Buffer.alloc(20 + i, i + 1),
  }));
}

/** What {@link readBytes} gives for these packets in a file without names. */
export function expected(packets: readonly TestPacket[], linkType = 1, interfaceName?: string): ReadPacket[] {
  return packets.map((packet, i) => ({
    number: i + 1,
    timeNs: packet.timeNs,
    bytes: Buffer.from(packet.bytes).toString('hex'),
    originalLength: packet.originalLength ?? packet.bytes.length,
    linkType,
    interfaceName,
    comment: packet.comment,
  }));
}

export function messages(result: ReadResult): string[] {
  return result.statistics.problems.map((problem) => problem.message);
}
