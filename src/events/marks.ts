import type { Line } from './line.ts';

const RECENT = 32;

/**
 * A text by which a place in a line is found. In lines that were written by one program it mostly stands as far
 * behind the place before it as it did of late: there it is looked for first. So it need not be the first that
 * follows; who cuts a line there has to see that what is between is whole.
 */
export class Mark {
  readonly #mark: string;
  readonly #begins: number;
  readonly #recent = new Array<number>(RECENT).fill(0);
  #next = 0;

  constructor(text: string) {
    this.#mark = text;
    this.#begins = text.charCodeAt(0);
  }

  get length(): number {
    return this.#mark.length;
  }

  /** Where it begins; -1 where it does not come, or `from` is -1. */
  at(line: Line, from: number): number {
    if (from < 0) return -1;
    const { bytes, end } = line;
    const mark = this.#mark;
    const last = end - mark.length;
    const recent = this.#recent;
    for (let index = 0; index < RECENT; index++) {
      const at = from + (recent[index] ?? 0);
      if (at <= last && bytes[at] === this.#begins && reads(bytes, at, mark)) return at;
    }
    const at = this.first(line, from);
    if (at < 0) return -1;
    this.#recent[this.#next] = at - from;
    this.#next = (this.#next + 1) % RECENT;
    return at;
  }

  /** Where it first begins, before `to`; -1 where it does not come. */
  first({ bytes, end }: Line, from: number, to = end): number {
    const mark = this.#mark;
    const last = to - mark.length;
    const begins = this.#begins;
    for (let at = from; at <= last; at++) if (bytes[at] === begins && reads(bytes, at, mark)) return at;
    return -1;
  }

  /** Behind it; -1 where it does not come, or `from` is -1. */
  behind(line: Line, from: number): number {
    const at = this.at(line, from);
    return at < 0 ? -1 : at + this.#mark.length;
  }
}

/** Whether the bytes are those of the text, in latin1. */
export function reads(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++)
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}
