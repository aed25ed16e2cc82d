const WORD = 4;

/**
 * A text of latin1 as it stands in a file. Lines are compared with it four bytes at a time: to take a text apart by
 * its characters for each line takes several times as long.
 */
export class ByteText {
  readonly length: number;
  readonly #bytes: Buffer;
  /** All that are whole, and one that ends with it. */
  readonly #words: Int32Array;

  constructor(text: string) {
    const bytes = Buffer.from(text, 'latin1');
    const whole = Math.floor(bytes.length / WORD);
    this.#bytes = bytes;
    this.length = bytes.length;
    this.#words = new Int32Array(whole === 0 ? 0 : whole + 1);
    for (let index = 0; index < this.#words.length; index++)
      this.#words[index] = bytes.readInt32LE(this.#placeOf(index));
  }

  /** @returns whether it stands there, and ends before `end` */
  isAt(view: DataView, at: number, end: number): boolean {
    if (at < 0 || at + this.length > end) return false;
    const words = this.#words;
    if (words.length === 0) return this.#isShortAt(view, at);
    const last = words.length - 1;
    for (let index = 0; index < last; index++)
      if (view.getInt32(at + index * WORD, true) !== words[index]) return false;
    return view.getInt32(at + this.length - WORD, true) === words[last];
  }

  #isShortAt(view: DataView, at: number): boolean {
    return this.#bytes.every((byte, index) => view.getUint8(at + index) === byte);
  }

  #placeOf(index: number): number {
    return Math.min(index * WORD, this.length - WORD);
  }
}
