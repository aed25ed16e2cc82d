import type { Line } from './line.ts';

/** Slots of a table. A segment is in one of two that stand side by side. */
const SLOTS = 2 ** 14;
/** Bytes of the segments in a table: what is made of them is about twice as much again. */
const MAX_KEPT = 4 * 1024 * 1024;
const WORD = 4;
/** Bytes from which the system's comparison is faster than one of words, for it takes a call. */
const LONG = 256;

/** Where the pieces of a segment begin and end in what was read: between them stands what is another in each line. */
export type Bounds = readonly number[];

interface Segment<T> {
  hash: number;
  /** Where its pieces are kept, one behind the other. */
  at: number;
  lengths: readonly number[];
  value: T | undefined;
}

/**
 * What was read of the parts of lines that recur: the same bytes are read once. They are found by a hash of
 * theirs and compared whole, where they lie: no text is made of them.
 */
export class Segments<T> {
  readonly #read: (line: Line, bounds: Bounds) => T | undefined;
  readonly #slots = new Array<Segment<T> | undefined>(SLOTS).fill(undefined);
  /** Hashes of what came once: only what comes again is kept, for most of what does not is garbage at once. */
  readonly #once = new Int32Array(SLOTS);
  /** Memory that nobody wrote to takes none. */
  readonly #kept = Buffer.allocUnsafeSlow(MAX_KEPT);
  readonly #view = new DataView(this.#kept.buffer, this.#kept.byteOffset, MAX_KEPT);
  #keptBytes = 0;

  /** @param read gives undefined for what is not as it should be, which is remembered too */
  constructor(read: (line: Line, bounds: Bounds) => T | undefined) {
    this.#read = read;
  }

  get(line: Line, bounds: Bounds): T | undefined {
    const hash = hashOf(line, bounds);
    const at = hash & (SLOTS - 2);
    const first = this.#slots[at];
    if (first !== undefined && first.hash === hash && this.#isSame(first, line, bounds)) return first.value;
    const second = this.#slots[at + 1];
    if (second !== undefined && second.hash === hash && this.#isSame(second, line, bounds)) {
      this.#slots[at] = second;
      this.#slots[at + 1] = first;
      return second.value;
    }
    const value = this.#read(line, bounds);
    const slot = hash & (SLOTS - 1);
    if (this.#once[slot] === hash) this.#keep(at, hash, line, bounds, value);
    this.#once[slot] = hash;
    return value;
  }

  /** In place of the one of the two that was used longer ago: what comes seldom does not drive out what recurs. */
  #keep(at: number, hash: number, { bytes }: Line, bounds: Bounds, value: T | undefined): void {
    const lengths = bounds.flatMap((end, index) => (index % 2 === 0 ? [] : end - (bounds[index - 1] ?? 0)));
    const length = lengths.reduce((sum, piece) => sum + piece, 0);
    if (length > MAX_KEPT) return;
    if (this.#keptBytes + length > MAX_KEPT) {
      this.#slots.fill(undefined);
      this.#keptBytes = 0;
    }
    const segment = { hash, at: this.#keptBytes, lengths, value };
    for (const [index, piece] of lengths.entries()) {
      const from = bounds[index * 2] ?? 0;
      bytes.copy(this.#kept, this.#keptBytes, from, from + piece);
      this.#keptBytes += piece;
    }
    this.#slots[at + 1] = this.#slots[at];
    this.#slots[at] = segment;
  }

  #isSame({ at, lengths }: Segment<T>, { bytes, view }: Line, bounds: Bounds): boolean {
    if (lengths.length * 2 !== bounds.length) return false;
    let own = at;
    for (let index = 0; index < lengths.length; index++) {
      const from = bounds[index * 2] ?? 0;
      const to = bounds[index * 2 + 1] ?? 0;
      const length = lengths[index] ?? 0;
      if (to - from !== length) return false;
      const isSame =
        length < LONG
          ? agree(view, from, this.#view, own, length)
          : bytes.compare(this.#kept, own, own + length, from, to) === 0;
      if (!isSame) return false;
      own += length;
    }
    return true;
  }
}

function agree(some: DataView, from: number, others: DataView, at: number, length: number): boolean {
  let done = 0;
  for (; done <= length - 2 * WORD; done += 2 * WORD) {
    const first = some.getInt32(from + done, true) ^ others.getInt32(at + done, true);
    const second = some.getInt32(from + done + WORD, true) ^ others.getInt32(at + done + WORD, true);
    if ((first | second) !== 0) return false;
  }
  for (; done < length; done++) if (some.getUint8(from + done) !== others.getUint8(at + done)) return false;
  return true;
}

export function piecesOf({ bytes }: Line, bounds: Bounds): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < bounds.length; at += 2)
    pieces.push(bytes.toString('utf8', bounds[at] ?? 0, bounds[at + 1] ?? 0));
  return pieces;
}

/** Multiplies and shifts, two words at a time (as MurmurHash does). Equal hashes prove nothing. */
function hashOf({ view }: Line, bounds: Bounds): number {
  let [hash, other] = [bounds.length, 0];
  for (let piece = 0; piece < bounds.length; piece += 2) {
    let at = bounds[piece] ?? 0;
    const end = bounds[piece + 1] ?? 0;
    for (; at <= end - 2 * WORD; at += 2 * WORD) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
      other = Math.imul(other ^ view.getInt32(at + WORD, true), 0x85ebca6b);
      hash ^= hash >>> 15;
      other ^= other >>> 13;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (other >>> 16) ^ other, 0x85ebca6b);
  // 30 bits, which V8 keeps as a small integer.
  return (hash ^ (hash >>> 13)) & 0x3fff_ffff;
}
