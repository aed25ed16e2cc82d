import type { Packet } from '../../ports.ts';

/** In the place of a blanker where secrets are to be kept: every packet leaves at once, as it is. */
export class Unblanked {
  readonly losses: Readonly<Record<string, number>> = {};
  readonly #out: (packet: Packet) => void;

  constructor(out: (packet: Packet) => void) {
    this.#out = out;
  }

  packet(packet: Packet): void {
    // What brings it writes the next one over it.
    const { offset, capturedLength } = packet;
    const bytes = Buffer.from(packet.bytes.subarray(offset, offset + capturedLength));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#out({ ...packet, bytes, view, offset: 0 });
  }

  /** Nothing is held. */
  advance(): void {}
  end(): void {}
}
