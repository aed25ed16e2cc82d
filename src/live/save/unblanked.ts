import { copyPacket } from '../../capture/copy-packet.ts';
import type { Packet } from '../../ports.ts';

/** In the place of a blanker where secrets are to be kept: every packet leaves at once, as it is. */
export class Unblanked {
  readonly losses: Readonly<Record<string, number>> = {};
  readonly #out: (packet: Packet) => void;

  constructor(out: (packet: Packet) => void) {
    this.#out = out;
  }

  packet(packet: Packet): void {
    this.#out(copyPacket(packet));
  }

  /** Nothing is held. */
  advance(): void {}
  end(): void {}
}
