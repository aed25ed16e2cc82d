import type { Line } from './line.ts';

/** Buckets of a table, of two slots each. */
const BUCKETS = 2 ** 13;
/**
 * Numbers of a bucket, which lie side by side, for memory is slow: of each slot the hash, and where the segment is
 * kept, 0 where none is; then hashes of what came once. Only what comes again is kept, for most of what does not is
 * garbage at once.
 */
const BUCKET = 8;
const ONCE = 4;
const ONCE_PLACES = BUCKET - ONCE;
/** Bytes of the segments in a table: what is made of them is about twice as much again. */
const MAX_KEPT = 3 * 1024 * 1024;
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
  readonly #table = new Int32Array(BUCKETS * BUCKET);
  readonly #values = new Array<T | undefined>(BUCKETS * 2).fill(undefined);
  /** The number of pieces, then each behind its length. Memory that nobody wrote to takes none. */
  readonly #kept = Buffer.allocUnsafeSlow(MAX_KEPT);
  readonly #view = new DataView(this.#kept.buffer, this.#kept.byteOffset, MAX_KEPT);
  #keptBytes = WORD;
  /** Where the one is kept that was got last, and what was read of it: most often it comes again. */
  #last = 0;
  #lastValue: T | undefined;

  /** @param read gives undefined for what is not as it should be, which is remembered too */
  constructor(read: (line: Line, bounds: Bounds) => T | undefined) {
    this.#read = read;
  }

  /** @param bounds not held on to */
  get(line: Line, bounds: Bounds): T | undefined {
    if (this.#isSame(this.#last, line, bounds)) return this.#lastValue;
    const hash = hashOf(line, bounds);
    const slot = this.#find(line, bounds, hash);
    if (slot >= 0) {
      this.#last = this.#table[(slot / 2) * BUCKET + 1] ?? 0;
      this.#lastValue = this.#values[slot];
      return this.#lastValue;
    }
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
    const place = (hash & (BUCKETS - 1)) * BUCKET + ONCE + ((hash >>> 28) & (ONCE_PLACES - 1));
    const isAgain = this.#table[place] === hash;
    this.#table[place] = hash;
    return isAgain;
  }

  /** Where its value is; -1 where it is not known. */
  #find(line: Line, bounds: Bounds, hash: number): number {
    const table = this.#table;
    const bucket = hash & (BUCKETS - 1);
    const at = bucket * BUCKET;
    if (table[at] === hash && this.#isSame(table[at + 1] ?? 0, line, bounds)) return bucket * 2;
    const place = table[at + 2] === hash ? (table[at + 3] ?? 0) : 0;
    if (!this.#isSame(place, line, bounds)) return -1;
    const value = this.#values[bucket * 2 + 1];
    this.#putFirst(bucket, hash, place, value);
    return bucket * 2;
  }

  /** In place of the one of the two that was used longer ago: what comes seldom does not drive out what recurs. */
  #putFirst(bucket: number, hash: number, place: number, value: T | undefined): void {
    const table = this.#table;
    const at = bucket * BUCKET;
    table[at + 2] = table[at] ?? 0;
    table[at + 3] = table[at + 1] ?? 0;
    this.#values[bucket * 2 + 1] = this.#values[bucket * 2];
    table[at] = hash;
    table[at + 1] = place;
    this.#values[bucket * 2] = value;
  }

  /** What was not known. @param bounds not held on to */
  keep({ bytes }: Line, bounds: Bounds, hash: number, value: T | undefined): void {
    let length = WORD;
    for (let at = 0; at < bounds.length; at += 2) length += WORD + lengthAt(bounds, at);
    if (length > MAX_KEPT - WORD) return;
    if (this.#keptBytes + length > MAX_KEPT) this.#forget();
    let end = this.#keptBytes;
    this.#putFirst(hash & (BUCKETS - 1), hash, end, value);
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

  /** All but what came once. */
  #forget(): void {
    for (let at = 0; at < this.#table.length; at += BUCKET) this.#table.fill(0, at, at + ONCE);
    this.#values.fill(undefined);
    this.#keptBytes = WORD;
    this.#last = 0;
    this.#lastValue = undefined;
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
  // Not by an array that is taken apart: V8 makes it for each call.
  let first = bounds.length;
  let second = 1;
  let third = 2;
  let fourth = 3;
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
