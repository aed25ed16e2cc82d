import { count } from '../../journal/counters.ts';
import type { Counters } from '../../model.ts';
import type { Segment } from '../decode/segment.ts';
import type { HeldPacket, Undecided } from './held-packet.ts';
import type { FragmentLayout } from './layout.ts';
import type { Side } from './side.ts';

/** As many as FragmentTable keeps of each kind. */
const MAX_DATAGRAMS = 512;
/** RFC 8200 §4.5. */
const EXPIRY_SECONDS = 60;
/** Copies of a completed datagram's fragments come within that, in whole seconds as FragmentTable counts. */
const COPY_SECONDS = 1;

/** Where the payload of a whole datagram belongs. */
interface Place {
  side: Side | undefined;
  sequence: number;
  /** In the datagram. */
  payloadStart: number;
  payloadEnd: number;
}

interface Part extends Undecided {
  packet: HeldPacket;
  offset: number;
}

/** The fragments of one datagram: nothing of them is decided before all are there. */
class Datagram {
  readonly seconds: number;
  #parts: Part[] = [];
  #place: Place | undefined;
  #all: { packet: HeldPacket; offset: number }[] = [];

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  get placed(): boolean {
    return this.#place !== undefined;
  }

  /** Of all fragments, each counted once: the checksum is in the first. */
  get delta(): number {
    const offsets = new Set<number>();
    let delta = 0;
    for (const { packet, offset } of this.#all) {
      if (!offsets.has(offset)) delta += packet.delta;
      offsets.add(offset);
    }
    return delta;
  }

  add(packet: HeldPacket, offset: number): void {
    if (this.#all.length < MAX_DATAGRAMS) this.#all.push({ packet, offset });
    const part: Part = { packet, offset, giveUp: () => this.#blank(part) };
    packet.undecided.add(part);
    if (this.#place === undefined) this.#parts.push(part);
    else this.#settle(part, this.#place);
  }

  place(place: Place): void {
    this.#place = place;
    for (const part of this.#parts) this.#settle(part, place);
    this.#parts = [];
  }

  #settle(part: Part, { side, sequence, payloadStart, payloadEnd }: Place): void {
    const { packet, offset } = part;
    // It may have been given up.
    if (!packet.undecided.delete(part)) return;
    packet.group = this;
    const { payload = 0, end = 0 } = packet.layout ?? {};
    const from = Math.min(end, Math.max(payload, payload + payloadStart - offset));
    const to = Math.max(from, Math.min(end, payload + payloadEnd - offset));
    packet.fill(to, end, 0);
    const first = (sequence + offset + from - payload - payloadStart) >>> 0;
    if (side === undefined) packet.fill(from, to, 0);
    else side.add(packet, from, to - from, first);
  }

  #blank({ packet }: Part): void {
    packet.fill(packet.layout?.payload ?? 0, packet.layout?.end ?? 0, 0);
    packet.undecided.clear();
  }
}

/** Fragments of IP, until their datagram is whole and its bytes have their place in a stream. */
export class HeldFragments {
  readonly #datagrams = new Map<string, Datagram>();
  readonly #losses: Counters;

  constructor(losses: Counters) {
    this.#losses = losses;
  }

  add(packet: HeldPacket, { key, offset }: FragmentLayout): Datagram {
    let datagram = this.#datagrams.get(key);
    if (datagram?.placed && Math.abs(packet.seconds - datagram.seconds) > COPY_SECONDS) datagram = undefined;
    if (datagram === undefined) {
      datagram = new Datagram(packet.seconds);
      this.#datagrams.delete(key);
      this.#datagrams.set(key, datagram);
      this.#evict(packet.seconds);
    }
    datagram.add(packet, offset);
    return datagram;
  }

  /** The map is in order of arrival. Those that are whole are wanted for copies alone. */
  #evict(now: number): void {
    for (const [key, datagram] of this.#datagrams) {
      const age = now - datagram.seconds;
      const isOver = age > (datagram.placed ? COPY_SECONDS : EXPIRY_SECONDS);
      if (!isOver && this.#datagrams.size <= MAX_DATAGRAMS) return;
      if (!isOver) count(this.#losses, 'blank.datagrams_forgotten');
      this.#datagrams.delete(key);
    }
  }
}

export type { Datagram };

/** The place of a datagram whose segment belongs to this side. */
export function placeOf(segment: Segment, side: Side | undefined, sequence: number): Place {
  return { side, sequence, payloadStart: segment.payloadStart, payloadEnd: segment.payloadEnd };
}
