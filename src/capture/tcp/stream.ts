import { count } from '../../journal/counters.ts';
import type { Counters } from '../../model.ts';
import { History } from './history.ts';
import type { BufferPool, MemoryBudget } from './memory-budget.ts';

/** When and where bytes were captured, and how much of the other direction their sender had. */
export interface Stamp {
  seconds: number;
  nanoseconds: number;
  packetNumber: number;
  /** Offset in the other direction up to which the sender of these bytes had received; -1 unknown. */
  peerOffset: number;
  ttl: number;
}

export type GapReason = 'gap' | 'payload cut by the snap length' | 'request not captured' | 'evicted';

/** Takes a stream's bytes in order, each once. */
export interface StreamConsumer {
  /** bytes[start, end) come next; they must be copied to outlive the call. `offset` is theirs in the stream. */
  data(bytes: Buffer, start: number, end: number, offset: number, stamp: Stamp): void;
  /** `length` bytes come next that were never captured. */
  gap(length: number, offset: number, reason: GapReason, stamp: Stamp): void;
}

interface Held {
  offset: number;
  bytes: Buffer;
  /** On the wire; more than bytes.length where the snap length cut. */
  length: number;
  stamp: Stamp;
}

/** Nothing farther ahead is of this stream: the largest window (RFC 7323 §2.3) is 1 GiB, real ones are 16 MiB. */
export const MAX_AHEAD = 16 * 1024 * 1024;
const MAX_HELD_SEGMENTS = 4096;
/** What a held segment takes besides its bytes, roughly: its objects. */
const HELD_OVERHEAD = 256;

/**
 * One direction of a connection: sequence numbers become offsets, segments become bytes in order.
 * First copy wins. Offsets count from the ISN's successor, or from the first byte of a mid-stream
 * capture, and do not wrap.
 */
export class Stream {
  /** Sequence number of offset 0; meaningless until `synchronized`. */
  base = 0;
  synchronized = false;
  /** Offset 0 is a guess as yet, and what comes is held: an earlier segment may still follow. */
  floating = true;
  /** Offset of the next byte in order. */
  next = 0;
  /** Highest offset that the peer acknowledged. */
  acknowledged = 0;
  /** Offset behind the last byte, once a FIN or RST told; -1 before. */
  end = -1;
  /** Any packet of this direction was captured. */
  seen = false;
  capturedBytes = 0;
  missingBytes = 0;
  readonly history: History;
  #held: Held[] | undefined;
  #heldBytes = 0;
  readonly #consumer: StreamConsumer;
  readonly #budget: MemoryBudget;
  readonly #losses: Counters;

  constructor(consumer: StreamConsumer, histories: BufferPool, held: MemoryBudget, losses: Counters) {
    this.#consumer = consumer;
    this.history = new History(histories);
    this.#budget = held;
    this.#losses = losses;
  }

  synchronize(base: number): void {
    this.base = base >>> 0;
    this.synchronized = true;
  }

  /** Offset of a sequence number: the one nearest to what is expected next (RFC 9293 §3.4). */
  offsetOf(sequence: number): number {
    return this.next + ((sequence - ((this.base + this.next) >>> 0)) | 0);
  }

  acknowledge(sequence: number): void {
    const offset = this.offsetOf(sequence);
    if (offset > this.acknowledged && offset <= this.next + MAX_AHEAD) this.acknowledged = offset;
  }

  /** The ISN is known: offset 0 is the byte after it. */
  settleAt(isn: number): void {
    const base = (isn + 1) >>> 0;
    if (this.synchronized) this.#moveBase(this.offsetOf(base));
    this.synchronize(base);
    this.floating = false;
  }

  /** The ISN will not be known: offset 0 is the earliest byte captured. */
  settleAtHeld(): void {
    const first = this.#held?.[0];
    if (first !== undefined) this.#moveBase(first.offset);
    this.floating = false;
  }

  /** A keep-alive probe may have one garbage byte, just below the window (RFC 9293 §3.8.4). */
  isProbe(offset: number, length: number): boolean {
    return length === 1 && offset === this.next - 1;
  }

  /** Something is held back. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** Offset of the first byte that is held back; -1 where there is none. */
  get heldFrom(): number {
    return this.#held?.[0]?.offset ?? -1;
  }

  /** Everything up to the end was delivered. */
  get complete(): boolean {
    return !this.floating && this.end >= 0 && this.next >= this.end;
  }

  /**
   * Takes a segment's payload bytes[start, end), `length` of them on the wire. `barrier` holds it
   * back even where it is in order. False when a limit was reached: the hole must be given up.
   */
  receive(
    bytes: Buffer,
    start: number,
    end: number,
    length: number,
    offset: number,
    stamp: Stamp,
    barrier: boolean,
  ): boolean {
    if (offset === this.next && !barrier && this.#held === undefined) {
      this.#deliver(bytes, start, end, length, offset, stamp);
      return true;
    }
    if (Math.abs(offset - this.next) > MAX_AHEAD && (offset > this.next || this.floating)) {
      count(this.#losses, 'tcp.out_of_window');
      return true;
    }
    if (offset + length <= this.next && !this.floating) {
      this.#compare(offset, bytes, start, end);
      return true;
    }
    return this.#hold(bytes, start, end, length, offset, stamp);
  }

  /** Delivers what is held and in order; `ready` may stop it (a response ahead of its request). */
  drain(ready: (stamp: Stamp) => boolean = always): boolean {
    let progress = false;
    for (
      let first = this.#held?.[0];
      first !== undefined && first.offset <= this.next;
      first = this.#held?.[0]
    ) {
      if (first.offset + first.length > this.next && !ready(first.stamp)) return progress;
      this.#dropFirst(first);
      const skip = this.next - first.offset;
      if (skip > 0) this.#compare(first.offset, first.bytes, 0, Math.min(skip, first.bytes.length));
      if (first.length <= skip) continue;
      const from = Math.min(skip, first.bytes.length);
      this.#deliver(first.bytes, from, first.bytes.length, first.length - skip, this.next, first.stamp);
      progress = true;
    }
    return progress;
  }

  /** Gives up the hole up to `to`: those bytes are not in the capture. */
  skipTo(to: number, reason: GapReason, stamp: Stamp): void {
    const length = to - this.next;
    if (length <= 0) return;
    this.missingBytes += length;
    const cut = reason === 'payload cut by the snap length';
    count(this.#losses, cut ? 'tcp.snaplen_cut_bytes' : 'tcp.missing_bytes', length);
    const offset = this.next;
    this.next = to;
    this.#consumer.gap(length, offset, reason, stamp);
  }

  get firstHeldStamp(): Stamp | undefined {
    return this.#held?.[0]?.stamp;
  }

  /** What is held back in this range is read as if it had been captured like that. */
  overwriteHeld(from: number, to: number, value: number): void {
    for (const { offset, bytes } of this.#held ?? []) {
      if (offset < to && offset + bytes.length > from)
        bytes.fill(value, Math.max(0, from - offset), Math.min(bytes.length, to - offset));
    }
  }

  release(): void {
    this.#budget.give(this.#heldBytes);
    this.#heldBytes = 0;
    this.#held = undefined;
  }

  #moveBase(by: number): void {
    this.base = (this.base + by) >>> 0;
    this.acknowledged -= by;
    if (this.end >= 0) this.end -= by;
    for (const held of this.#held ?? []) held.offset -= by;
  }

  #deliver(bytes: Buffer, start: number, end: number, length: number, offset: number, stamp: Stamp): void {
    const captured = end - start;
    if (captured > 0) {
      this.history.append(offset, bytes, start, end);
      this.next = offset + captured;
      this.capturedBytes += captured;
      this.#consumer.data(bytes, start, end, offset, stamp);
    }
    if (length > captured) {
      this.skipTo(offset + length, 'payload cut by the snap length', stamp);
    }
  }

  #compare(offset: number, bytes: Buffer, start: number, end: number): void {
    if (end <= start) return;
    if (this.isProbe(offset, end - start)) return;
    if (this.history.compare(offset, bytes, start, end) === 'different')
      count(this.#losses, 'tcp.overlap_conflicts');
  }

  /** Keeps a copy of what no earlier segment has, in order. */
  #hold(bytes: Buffer, start: number, end: number, length: number, offset: number, stamp: Stamp): boolean {
    const held = this.#held ?? [];
    let at = offset;
    const stop = offset + length;
    for (let index = this.#firstEndingAfter(at); at < stop; index++) {
      const existing = held[index];
      const to = existing === undefined ? stop : Math.min(stop, existing.offset);
      if (at < to) {
        const from = Math.min(start + at - offset, end);
        const until = Math.min(start + to - offset, end);
        const size = until - from + HELD_OVERHEAD;
        if (!this.#budget.take(size)) return false;
        this.#heldBytes += size;
        // Of its own memory: a piece of a shared pool would keep all of it.
        const copy = Buffer.allocUnsafeSlow(until - from);
        bytes.copy(copy, 0, from, until);
        this.#held = held;
        held.splice(index, 0, { offset: at, bytes: copy, length: to - at, stamp: { ...stamp } });
        at = to;
      } else if (existing !== undefined) {
        const to = Math.min(stop, existing.offset + existing.length);
        compareHeld(existing, at, to, bytes, start - offset, end, this.#losses);
        at = to;
      }
    }
    return held.length <= MAX_HELD_SEGMENTS;
  }

  /** Index of the first held segment that ends behind `offset`; they are in order and do not overlap. */
  #firstEndingAfter(offset: number): number {
    const held = this.#held ?? [];
    let low = 0;
    for (let high = held.length; low < high; ) {
      const middle = (low + high) >> 1;
      const { offset: start = 0, length = 0 } = held[middle] ?? {};
      if (start + length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropFirst(first: Held): void {
    this.#held?.shift();
    const size = first.bytes.length + HELD_OVERHEAD;
    this.#heldBytes -= size;
    this.#budget.give(size);
    if (this.#held?.length === 0) this.#held = undefined;
  }
}

function compareHeld(
  held: Held,
  from: number,
  to: number,
  bytes: Buffer,
  shift: number,
  end: number,
  losses: Counters,
): void {
  const until = Math.min(to, held.offset + held.bytes.length, end - shift);
  if (from >= until) return;
  const kept = from - held.offset;
  if (held.bytes.compare(bytes, from + shift, until + shift, kept, kept + until - from) !== 0) {
    count(losses, 'tcp.overlap_conflicts');
  }
}

function always(): boolean {
  return true;
}
