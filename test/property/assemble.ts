import { Readable } from 'node:stream';
import { createAssembler } from '../../src/capture/create-assembler.ts';
import { openCapture } from '../../src/capture/open.ts';
import type { Endpoint, ImdsCall } from '../../src/model.ts';
import type { Packet } from '../../src/ports.ts';
import { IMDS_V4, IMDS_V6, type TestPacket } from '../support/packets/index.ts';

const ENDPOINTS: readonly Endpoint[] = [
  { ...IMDS_V4, family: 4 },
  { ...IMDS_V6, family: 6 },
];

/** The calls of packets in this order, in the order in which they were emitted. */
export function callsOfPackets(packets: readonly TestPacket[], linkType = 1): ImdsCall[] {
  const calls: ImdsCall[] = [];
  const assembler = createAssembler(ENDPOINTS, { call: (call) => calls.push(call), connectionEnd: () => {} });
  packets.forEach((packet, i) => {
    const bytes = Buffer.from(packet.bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!assembler.filter.accepts(bytes, view, 0, bytes.length, linkType)) return;
    assembler.packet(packetOf(packet, bytes, view, i + 1, linkType));
  });
  assembler.end();
  return calls;
}

/** The calls of a capture file's bytes. */
export async function callsOfFile(file: Uint8Array): Promise<ImdsCall[]> {
  const calls: ImdsCall[] = [];
  const assembler = createAssembler(ENDPOINTS, { call: (call) => calls.push(call), connectionEnd: () => {} });
  const source = await openCapture('-', { stdin: Readable.from([Buffer.from(file)], { objectMode: false }) });
  const handler = {
    packet: (packet: Packet) => assembler.packet(packet),
    record: () => {},
    nextStop: Number.POSITIVE_INFINITY,
    beforePacket: () => {},
  };
  await source.read(assembler.filter, handler, () => undefined);
  assembler.end();
  return calls;
}

function packetOf(
  packet: TestPacket,
  bytes: Buffer,
  view: DataView,
  number: number,
  linkType: number,
): Packet {
  return {
    bytes,
    view,
    offset: 0,
    capturedLength: bytes.length,
    originalLength: packet.originalLength ?? bytes.length,
    linkType,
    seconds: Number(packet.timeNs / 1_000_000_000n),
    nanoseconds: Number(packet.timeNs % 1_000_000_000n),
    number,
    interfaceName: undefined,
    netns: undefined,
    comment: packet.comment,
  };
}
