import type { Counters } from '../../model.ts';
import type { MemoryBudget } from '../tcp/memory-budget.ts';
import { FILL } from './fill.ts';
import type { HeldPacket, Undecided } from './held-packet.ts';
import { Output } from './output.ts';

/** Payload of a held packet. By sequence number: offsets move until the stream's beginning is settled. */
interface Piece extends Undecided {
  packet: HeldPacket;
  index: number;
  length: number;
  sequence: number;
}

/** What a side asks of those who read its stream, when a packet has waited long enough. */
export interface Reading {
  /** Goes on without what is missing, as far as the stream itself would. */
  giveUpHoles(): void;
  /** Tells what there is of the line that is being read. */
  showBeginning(): void;
}

/** Where sequence numbers are in a stream; see Stream. */
export interface Offsets {
  readonly floating: boolean;
  offsetOf(sequence: number): number;
  overwriteHeld(from: number, to: number, value: number): void;
}

/** One direction of a connection: which of its bytes are decided, and the packets that wait for that. */
export class Side {
  fill = FILL;
  #stream: () => Offsets;
  #reading: Reading | undefined;
  readonly #output: Output;
  #waiting: Piece[] = [];
  /** All before it is decided. */
  #decided = 0;
  #closed = false;

  constructor(stream: () => Offsets, reading: Reading, budget: MemoryBudget, losses: Counters) {
    this.#stream = stream;
    this.#reading = reading;
    this.#output = new Output(budget, losses);
  }

  /** Payload packet.bytes[index, index + length) begins with this sequence number. */
  add(packet: HeldPacket, index: number, length: number, sequence: number): void {
    if (length <= 0) return;
    const piece: Piece = { packet, index, length, sequence, giveUp: () => this.#giveUp(piece) };
    packet.undecided.add(piece);
    if (this.#settle(piece)) return;
    if (this.#closed) this.#blank(piece);
    else this.#waiting.push(piece);
  }

  /**
   * bytes[start, end), which come at `offset`, may be saved; what left already stays as it was.
   * @param shown what is saved in the place of these, where that is something else
   */
  keep(bytes: Buffer, start: number, end: number, offset: number, shown?: Buffer): void {
    const skip = Math.max(0, this.#decided - offset);
    if (start + skip >= end) return;
    this.#output.keep(bytes, start + skip, end, offset + skip, this.fill, shown?.subarray(skip));
  }

  /** Everything before `offset` was told: what was not kept is blank. */
  readTo(offset: number): void {
    if (offset <= this.#decided) return;
    this.#decided = offset;
    if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter((piece) => !this.#settle(piece));
    this.#output.trim();
  }

  close(): void {
    this.#closed = true;
    for (const piece of this.#waiting) if (!this.#settle(piece)) this.#blank(piece);
    this.#waiting = [];
    // The connection itself is let go of.
    const { floating } = this.#stream();
    const next = this.#decided;
    const base = floating ? 0 : -this.#stream().offsetOf(0);
    const closed: Offsets = {
      floating,
      offsetOf: (sequence) => next + ((sequence - base - next) | 0),
      overwriteHeld: () => {},
    };
    this.#stream = () => closed;
    this.#reading = undefined;
  }

  release(): void {
    this.#output.release();
  }

  /** Decides as much of the piece as is known; true when that is all of it. */
  #settle(piece: Piece): boolean {
    if (this.#stream().floating) return false;
    const offset = this.#stream().offsetOf(piece.sequence);
    const known = Math.min(piece.length, this.#decided - offset);
    if (known > 0) {
      this.#output.apply(piece.packet, piece.index, known, offset, this.fill);
      piece.index += known;
      piece.length -= known;
      piece.sequence = (piece.sequence + known) >>> 0;
    }
    if (piece.length > 0) return false;
    piece.packet.undecided.delete(piece);
    return true;
  }

  #giveUp(piece: Piece): void {
    const isOpen = () => piece.packet.undecided.has(piece);
    this.#reading?.giveUpHoles();
    if (isOpen()) this.#reading?.showBeginning();
    if (!isOpen()) return;
    // What comes after it must be read as those read it who find it blank.
    const from = this.#stream().offsetOf(piece.sequence);
    this.#stream().overwriteHeld(from, from + piece.length, this.fill);
    this.#blank(piece);
    this.#waiting.splice(this.#waiting.indexOf(piece), 1);
  }

  #blank(piece: Piece): void {
    piece.packet.fill(piece.index, piece.index + piece.length, this.fill);
    piece.packet.undecided.delete(piece);
  }
}
