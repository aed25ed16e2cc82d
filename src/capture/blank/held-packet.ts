import type { Packet } from '../../ports.ts';
import { adjusted, change, fold, sumOf } from './checksum.ts';
import { type Layout, layoutOf } from './layout.ts';

/** What a packet's objects take besides its bytes, roughly. */
const OVERHEAD = 512;
const CHECKSUM = 16;

/** A packet's part of a stream that is not decided yet, and who can end the waiting for it. */
export interface Undecided {
  giveUp(): void;
}

/** The copy of a packet that waits until all of its payload is decided, and what is decided of it. */
export class HeldPacket {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly layout: Layout | undefined;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly #packet: Packet;
  /** Milliseconds of journal time at which it came. */
  readonly at: number;
  readonly undecided = new Set<Undecided>();
  /** Bytes of the other fragments of its datagram count in its checksum. */
  group: { readonly delta: number } | undefined;
  /** What the sum over the datagram has changed by, of this packet's bytes. */
  delta = 0;
  /** Bytes of the payload that were changed. */
  changedBytes = 0;
  readonly #origin: number;

  constructor(packet: Packet, at: number) {
    const { offset, capturedLength } = packet;
    const copy = Buffer.allocUnsafe(capturedLength);
    packet.bytes.copy(copy, 0, offset, offset + capturedLength);
    this.bytes = copy;
    this.view = new DataView(copy.buffer, copy.byteOffset, copy.length);
    this.at = at;
    this.seconds = packet.seconds;
    this.nanoseconds = packet.nanoseconds;
    this.layout = layoutOf(copy, this.view, packet.linkType, Math.max(packet.originalLength, capturedLength));
    this.#origin =
      this.layout === undefined ? 0 : this.layout.tcp >= 0 ? this.layout.tcp : this.layout.payload;
    this.#packet = {
      bytes: copy,
      view: this.view,
      offset: 0,
      capturedLength,
      originalLength: packet.originalLength,
      linkType: packet.linkType,
      seconds: packet.seconds,
      nanoseconds: packet.nanoseconds,
      number: packet.number,
      interfaceName: packet.interfaceName,
      netns: packet.netns,
      comment: packet.comment,
    };
  }

  get size(): number {
    return this.bytes.length + OVERHEAD;
  }

  get decided(): boolean {
    return this.undecided.size === 0;
  }

  /** Blanks one byte of the payload. */
  set(index: number, value: number): void {
    const before = this.bytes[index] ?? 0;
    if (before === value) return;
    this.bytes[index] = value;
    this.changedBytes++;
    this.delta += change(index - this.#origin, before, value);
  }

  fill(from: number, to: number, value: number): void {
    for (let i = from; i < to; i++) this.set(i, value);
  }

  /** The packet to be saved, once everything of it is decided. */
  finish(): Packet {
    const { layout, bytes } = this;
    if (layout !== undefined) {
      // Padding of the link is no payload, and may be what was in memory before.
      bytes.fill(0, layout.end);
      this.#mendChecksum(layout);
    }
    return this.#packet;
  }

  #mendChecksum(layout: Layout): void {
    const delta = this.group?.delta ?? this.delta;
    // A fragment of no group is of a datagram that never was whole: nobody can tell its checksum.
    const first = layout.fragment?.offset === 0 && this.group !== undefined;
    const tcp = first ? layout.payload : layout.tcp;
    const at = tcp + CHECKSUM;
    if (tcp < 0 || delta === 0 || at + 2 > layout.end) return;
    const before = this.view.getUint16(at);
    if (!first && this.#isLeftToTheCard(layout, before)) return;
    if (first && before === 0) return;
    this.view.setUint16(at, adjusted(before, delta));
  }

  /** Nothing, or the pseudo-header's sum, stands where the network card was to write the checksum. */
  #isLeftToTheCard({ tcp, end, pseudo, tcpLength }: Layout, checksum: number): boolean {
    const withLength = fold(pseudo + tcpLength);
    if (checksum !== 0 && checksum !== withLength && checksum !== fold(pseudo)) return false;
    // It may be right nevertheless: then it is kept right. The sum is that of before.
    const sum = fold(sumOf(this.bytes, tcp, end) + withLength);
    const isRight = end - tcp === tcpLength && adjusted(~sum & 0xffff, -this.delta) === 0;
    return !isRight;
  }
}
