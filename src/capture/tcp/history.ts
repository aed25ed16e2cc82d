import type { BufferPool } from './memory-budget.ts';
import type { Stamp, Stream } from './stream.ts';

/** Bytes kept per direction, to compare later copies with: some segments' worth of a request. */
const KEPT = 2048;
const FIRST_SIZE = 512;

export type Comparison = 'same' | 'different' | 'not kept';

/** The last bytes of a stream as they were delivered: what makes "first copy wins" checkable. */
export class History {
  readonly #pool: BufferPool;
  #buffer: Buffer | undefined;
  /** Stream offset of the first byte kept, and how many are. */
  #start = 0;
  #length = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  append(offset: number, bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (offset !== this.#start + this.#length) this.#length = 0;
    if (this.#length === 0) this.#start = offset;
    const buffer = this.#room(length);
    if (buffer === undefined) return;
    if (length >= buffer.length) {
      bytes.copy(buffer, 0, end - buffer.length, end);
      this.#start = offset + length - buffer.length;
      this.#length = buffer.length;
      return;
    }
    const excess = this.#length + length - buffer.length;
    if (excess > 0) {
      // Half is let go at once, so that the move is not paid again with the next segment.
      const drop = Math.min(this.#length, Math.max(excess, buffer.length >> 1));
      buffer.copyWithin(0, drop, this.#length);
      this.#start += drop;
      this.#length -= drop;
    }
    bytes.copy(buffer, this.#length, start, end);
    this.#length += length;
  }

  compare(offset: number, bytes: Buffer, start: number, end: number): Comparison {
    const from = Math.max(offset, this.#start);
    const to = Math.min(offset + end - start, this.#start + this.#length);
    if (this.#buffer === undefined || from >= to) return 'not kept';
    const shift = start - offset;
    const kept = from - this.#start;
    return this.#buffer.compare(bytes, from + shift, to + shift, kept, kept + to - from) === 0
      ? 'same'
      : 'different';
  }

  /** Hands on the bytes from offset 0 up to `end`, if they are still kept. */
  replay(end: number, stream: Stream, stamp: Stamp): void {
    if (this.#buffer === undefined || this.#start > 0 || end <= 0 || end > this.#length) return;
    stream.receive(this.#buffer, 0, end, end, 0, stamp, false);
  }

  release(): void {
    if (this.#buffer !== undefined) this.#pool.give(this.#buffer);
    this.#buffer = undefined;
    this.#length = 0;
  }

  #room(length: number): Buffer | undefined {
    const have = this.#buffer?.length ?? 0;
    if (this.#length + length <= have || have === KEPT) return this.#buffer;
    const size = this.#length + length > FIRST_SIZE ? KEPT : FIRST_SIZE;
    const larger = size === have ? undefined : this.#pool.take(size);
    if (larger === undefined) return this.#buffer;
    if (this.#buffer !== undefined) {
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#pool.give(this.#buffer);
    }
    this.#buffer = larger;
    return larger;
  }
}
