import type { Scanner } from './scan/scanner.ts';

const WORD = 4;

/** Pieces of a line, between which stands what is another in each line. */
export type Pieces = readonly string[];

/** What was read of one part of lines that recurs: the same bytes are read once. The scanner finds them. */
export class Segments<T> {
  readonly #scanner: Scanner;
  readonly #results: Int32Array;
  readonly #part: number;
  readonly #read: (pieces: Pieces) => T | undefined;
  /** By the number of their segment, which counts from 1. */
  #values: (T | undefined)[] = [];

  /**
   * @param part of {@link PART}
   * @param read gives undefined for what is not as it should be, which is remembered too
   */
  constructor(scanner: Scanner, part: number, read: (pieces: Pieces) => T | undefined) {
    this.#scanner = scanner;
    this.#results = scanner.results;
    this.#part = part;
    this.#read = read;
  }

  /** Of the line that was scanned. */
  scanned(): T | undefined {
    const number = this.#results[this.#part] ?? 0;
    return number > 0 ? this.#values[number] : this.#learn();
  }

  /** The same; undefined where it is not known. */
  known(): T | undefined {
    const number = this.#results[this.#part] ?? 0;
    return number > 0 ? this.#values[number] : undefined;
  }

  /** Of one piece in the scanner's memory. */
  get(from: number, to: number): T | undefined {
    const number = this.#scanner.exports.find(this.#part, from, to);
    return number > 0 ? this.#values[number] : this.#learn();
  }

  /** Of what was looked for last and not found: it is remembered if that came before. */
  keep(value: T | undefined): void {
    const number = this.#scanner.exports.keep(this.#part);
    if (number === 0) return;
    // Those before were forgotten.
    if (number === 1) this.#values = [undefined];
    this.#values[number] = value;
  }

  #learn(): T | undefined {
    const value = this.#read(this.#pieces());
    this.keep(value);
    return value;
  }

  #pieces(): Pieces {
    const { exports, memory, view } = this.#scanner;
    const at = exports.bounds(this.#part);
    return Array.from({ length: exports.pieces(this.#part) }, (_, piece) => {
      const from = view.getInt32(at + 2 * piece * WORD, true);
      const to = view.getInt32(at + (2 * piece + 1) * WORD, true);
      return memory.toString('utf8', from, to);
    });
  }
}
