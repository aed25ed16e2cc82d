import { count } from '../../journal/counters.ts';
import { Fifo } from '../../journal/fifo.ts';
import type { Counters } from '../../model.ts';
import type { HeldPacket } from './held-packet.ts';

/** Milliseconds of journal time: after kill -9, what is older must be in the file. */
export const HOLD_MS = 1000;
const MAX_BYTES = 16 * 1024 * 1024;

/** Packets in the order of the capture, each until it and all before it are decided. */
export class PacketHold {
  readonly #packets = new Fifo<HeldPacket>();
  readonly #emit: (packet: HeldPacket) => void;
  readonly #losses: Counters;
  readonly #holdMs: number;
  #bytes = 0;

  constructor(emit: (packet: HeldPacket) => void, losses: Counters, holdMs: number) {
    this.#emit = emit;
    this.#losses = losses;
    this.#holdMs = holdMs;
  }

  push(packet: HeldPacket): void {
    this.#packets.push(packet);
    this.#bytes += packet.size;
  }

  /** Lets go of what is decided; what has waited long enough, or is too much, is decided now. */
  release(now: number): void {
    for (let { first } = this.#packets; first !== undefined; first = this.#packets.first) {
      if (!first.decided) {
        const late = now - first.at >= this.#holdMs;
        if (!late && this.#bytes <= MAX_BYTES) return;
        count(this.#losses, late ? 'blank.waits_ended' : 'blank.packets_evicted');
        giveUp(first);
      }
      this.#packets.shift();
      this.#bytes -= first.size;
      this.#emit(first);
    }
  }

  /** The capture has ended. */
  end(): void {
    this.release(Number.POSITIVE_INFINITY);
  }
}

function giveUp(packet: HeldPacket): void {
  for (const undecided of [...packet.undecided]) if (packet.undecided.has(undecided)) undecided.giveUp();
}
