import type { Packet } from '../ports.ts';

/** A packet with bytes of its own: those of the one that is handed over are written to again. */
export function copyPacket(packet: Packet): Packet {
  const { offset, capturedLength } = packet;
  const bytes = Buffer.from(packet.bytes.subarray(offset, offset + capturedLength));
  return { ...packet, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
}
