import { ByteText } from './byte-text.ts';
import type { Line } from './line.ts';

/** More are slower than to look for the mark where it may be. */
const RECENT = 8;

/**
 * A text by which a place in a line is found. In lines that were written by one program it mostly stands as far
 * behind the place before it as it did of late: there it is looked for first. So it need not be the first that
 * follows; who cuts a line there has to see that what is between is whole.
 */
export class Mark {
  readonly length: number;
  readonly #text: ByteText;
  readonly #begins: number;
  readonly #ends: number;
  /** By how much to go on where the last byte of the mark might be and that one is (R. N. Horspool, 1980). */
  readonly #steps: Uint8Array;
  readonly #recent = new Array<number>(RECENT).fill(0);
  #next = 0;

  /** @param text of at most 255 characters of latin1 */
  constructor(text: string) {
    const last = text.length - 1;
    this.length = text.length;
    this.#text = new ByteText(text);
    this.#begins = text.charCodeAt(0);
    this.#ends = text.charCodeAt(last);
    this.#steps = new Uint8Array(256).fill(text.length);
    for (let at = 0; at < last; at++) this.#steps[text.charCodeAt(at)] = last - at;
  }

  /** Where it begins; -1 where it does not come, or `from` is -1. */
  at(line: Line, from: number): number {
    if (from < 0) return -1;
    const { bytes, view, end } = line;
    const recent = this.#recent;
    for (let index = 0; index < RECENT; index++) {
      const at = from + (recent[index] ?? 0);
      if (bytes[at] === this.#begins && this.#text.isAt(view, at, end)) return at;
    }
    const at = this.first(line, from);
    if (at < 0) return -1;
    this.#recent[this.#next] = at - from;
    this.#next = (this.#next + 1) % RECENT;
    return at;
  }

  /** Where it first begins, before `to`; -1 where it does not come. */
  first({ bytes, view, end }: Line, from: number, to = end): number {
    const steps = this.#steps;
    const behind = this.length - 1;
    let at = from + behind;
    while (at < to) {
      const byte = bytes[at] ?? 0;
      if (byte === this.#ends && this.#text.isAt(view, at - behind, to)) return at - behind;
      at += steps[byte] ?? 1;
    }
    return -1;
  }

  /** Behind it; -1 where it does not come, or `from` is -1. */
  behind(line: Line, from: number): number {
    const at = this.at(line, from);
    return at < 0 ? -1 : at + this.length;
  }
}
