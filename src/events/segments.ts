import type { Line } from './line.ts';

/** Slots of a table. A segment is in one of two that stand side by side. */
const SLOTS = 2 ** 14;
/** Bytes of the segments in a table: what is made of them is about twice as much again. */
const MAX_KEPT = 4 * 1024 * 1024;
const WORD = 4;
/** What is hashed or compared in one step. */
const STEP = 4 * WORD;
/** Bytes from which the system's comparison is faster than one of words, for it takes a call. */
const LONG = 320;

/** Where the pieces of a segment begin and end in what was read: between them stands what is another in each line. */
export type Bounds = readonly number[];

/**
 * What was read of the parts of lines that recur: the same bytes are read once. They are found by a hash and
 * compared whole, where they lie: no text is made of them.
 */
export class Segments<T> {
  readonly #read: (line: Line, bounds: Bounds) => T | undefined;
  /** Of each slot the hash, and where the segment is kept: 0 where none is. Side by side, for memory is slow. */
  readonly #slots = new Int32Array(SLOTS * 2);
  readonly #values = new Array<T | undefined>(SLOTS).fill(undefined);
  /** Hashes of what came once: only what comes again is kept, for most of what does not is garbage at once. */
  readonly #once = new Int32Array(SLOTS);
  /** The number of pieces, then each behind its length. Memory that nobody wrote to takes none. */
  readonly #kept = Buffer.allocUnsafeSlow(MAX_KEPT);
  readonly #view = new DataView(this.#kept.buffer, this.#kept.byteOffset, MAX_KEPT);
  #keptBytes = WORD;

  /** @param read gives undefined for what is not as it should be, which is remembered too */
  constructor(read: (line: Line, bounds: Bounds) => T | undefined) {
    this.#read = read;
  }

  /** @param bounds not held on to */
  get(line: Line, bounds: Bounds): T | undefined {
    const hash = hashOf(line, bounds);
    const slot = this.#find(line, bounds, hash);
    if (slot >= 0) return this.#values[slot];
    const value = this.#read(line, bounds);
    if (this.cameBefore(hash)) this.keep(line, bounds, hash, value);
    return value;
  }

  /**
   * Undefined where it is not known.
   *
   * @param hash of no more than 30 bits, of whatever tells most segments apart
   */
  known(line: Line, bounds: Bounds, hash: number): T | undefined {
    const slot = this.#find(line, bounds, hash);
    return slot < 0 ? undefined : this.#values[slot];
  }

  /** Whether it is to be kept. It is asked once for each time that it was not known. */
  cameBefore(hash: number): boolean {
    const slot = hash & (SLOTS - 1);
    const isAgain = this.#once[slot] === hash;
    this.#once[slot] = hash;
    return isAgain;
  }

  /** The slot that it is in; -1 where it is in none. */
  #find(line: Line, bounds: Bounds, hash: number): number {
    const slots = this.#slots;
    const first = hash & (SLOTS - 2);
    if (slots[first * 2] === hash && this.#isSame(slots[first * 2 + 1] ?? 0, line, bounds)) return first;
    const second = first + 1;
    if (slots[second * 2] !== hash || !this.#isSame(slots[second * 2 + 1] ?? 0, line, bounds)) return -1;
    this.#swap(first, second);
    return first;
  }

  #swap(first: number, second: number): void {
    const slots = this.#slots;
    const hash = slots[first * 2] ?? 0;
    const place = slots[first * 2 + 1] ?? 0;
    const value = this.#values[first];
    this.#move(second, first);
    this.#put(second, hash, place, value);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#slots[from * 2] ?? 0, this.#slots[from * 2 + 1] ?? 0, this.#values[from]);
  }

  #put(slot: number, hash: number, place: number, value: T | undefined): void {
    this.#slots[slot * 2] = hash;
    this.#slots[slot * 2 + 1] = place;
    this.#values[slot] = value;
  }

  /** In place of the one of the two that was used longer ago: what comes seldom does not drive out what recurs. */
  keep({ bytes }: Line, bounds: Bounds, hash: number, value: T | undefined): void {
    let length = WORD;
    for (let at = 0; at < bounds.length; at += 2) length += WORD + lengthAt(bounds, at);
    if (length > MAX_KEPT - WORD) return;
    if (this.#keptBytes + length > MAX_KEPT) {
      this.#slots.fill(0);
      this.#values.fill(undefined);
      this.#keptBytes = WORD;
    }
    let end = this.#keptBytes;
    const slot = hash & (SLOTS - 2);
    this.#move(slot, slot + 1);
    this.#put(slot, hash, end, value);
    this.#view.setInt32(end, bounds.length / 2, true);
    end += WORD;
    for (let at = 0; at < bounds.length; at += 2) {
      const piece = lengthAt(bounds, at);
      this.#view.setInt32(end, piece, true);
      end += WORD;
      bytes.copy(this.#kept, end, bounds[at], bounds[at + 1]);
      end += piece;
    }
    this.#keptBytes = end;
  }

  #isSame(place: number, { bytes, view }: Line, bounds: Bounds): boolean {
    const kept = this.#view;
    if (place === 0 || kept.getInt32(place, true) !== bounds.length / 2) return false;
    let own = place + WORD;
    for (let at = 0; at < bounds.length; at += 2) {
      const from = bounds[at] ?? 0;
      const length = lengthAt(bounds, at);
      if (kept.getInt32(own, true) !== length) return false;
      own += WORD;
      const isSame =
        length < LONG
          ? agree(view, from, kept, own, length)
          : bytes.compare(this.#kept, own, own + length, from, from + length) === 0;
      if (!isSame) return false;
      own += length;
    }
    return true;
  }
}

function lengthAt(bounds: Bounds, at: number): number {
  return (bounds[at + 1] ?? 0) - (bounds[at] ?? 0);
}

function agree(some: DataView, from: number, others: DataView, at: number, length: number): boolean {
  let done = 0;
  for (; done <= length - STEP; done += STEP)
    if (!agreeInStep(some, from + done, others, at + done)) return false;
  // What is left is compared with some of what was: that is one step more, and not one for each byte.
  if (done > 0) return agreeInStep(some, from + length - STEP, others, at + length - STEP);
  for (; done < length; done++) if (some.getUint8(from + done) !== others.getUint8(at + done)) return false;
  return true;
}

function agreeInStep(some: DataView, from: number, others: DataView, at: number): boolean {
  const first = some.getInt32(from, true) ^ others.getInt32(at, true);
  const second = some.getInt32(from + WORD, true) ^ others.getInt32(at + WORD, true);
  const third = some.getInt32(from + 2 * WORD, true) ^ others.getInt32(at + 2 * WORD, true);
  const fourth = some.getInt32(from + 3 * WORD, true) ^ others.getInt32(at + 3 * WORD, true);
  return (first | second | third | fourth) === 0;
}

export function piecesOf({ bytes }: Line, bounds: Bounds): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < bounds.length; at += 2)
    pieces.push(bytes.toString('utf8', bounds[at] ?? 0, bounds[at + 1] ?? 0));
  return pieces;
}

/** Four words at a time, which do not wait for each other. Equal hashes prove nothing. */
function hashOf({ view }: Line, bounds: Bounds): number {
  let [first, second, third, fourth] = [bounds.length, 1, 2, 3];
  for (let piece = 0; piece < bounds.length; piece += 2) {
    let at = bounds[piece] ?? 0;
    const end = bounds[piece + 1] ?? 0;
    for (; at <= end - STEP; at += STEP) {
      first = mixed(first, view.getInt32(at, true));
      second = mixed(second, view.getInt32(at + WORD, true));
      third = mixed(third, view.getInt32(at + 2 * WORD, true));
      fourth = mixed(fourth, view.getInt32(at + 3 * WORD, true));
    }
    for (; at <= end - WORD; at += WORD) first = mixed(first, view.getInt32(at, true));
    for (; at < end; at++) second = mixed(second, view.getUint8(at));
  }
  return hashOfWords(first, second, third, fourth);
}

/** Of words that tell segments apart. */
export function hashOfWords(first: number, second: number, third: number, fourth: number): number {
  const hash = mixed(mixed(mixed(mixed(0, first), second), third), fourth);
  const high = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  // 30 bits, which V8 keeps as a small integer.
  return (high ^ (high >>> 13)) & 0x3fff_ffff;
}

/** Turned, so that the high bits of a word come to matter for all. */
function mixed(hash: number, word: number): number {
  return Math.imul(((hash << 5) | (hash >>> 27)) ^ word, 0x9e3779b1);
}
