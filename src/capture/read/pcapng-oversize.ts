import { IDB_OPTIONS, type InterfaceDescription } from './pcapng-interface.ts';
import { END_OF_OPTIONS, padded } from './pcapng-options.ts';
import type { InputWindow } from './window.ts';

/** Code and length. */
const OPTION_HEAD = 4;

/** A block that is too long to be held, stepped over piece by piece. */
export class Oversize {
  readonly offset: number;
  readonly length: number;
  /** Takes the options; undefined where they are stepped over too. */
  description: InterfaceDescription | undefined;
  /** Bytes still to be stepped over, up to the trailing length. */
  left: number;
  readonly #little: boolean;
  #listEnded = false;

  constructor(window: InputWindow, at: number, length: number, little: boolean) {
    this.offset = window.origin + at;
    this.length = length;
    this.#little = little;
    this.left = length - 4 - IDB_OPTIONS;
    window.start = at + IDB_OPTIONS;
  }

  /** @returns whether the trailing length is next */
  step(window: InputWindow): boolean {
    if (this.description !== undefined && !this.#listEnded) {
      if (!this.#readOptions(window, this.description)) return false;
      this.#listEnded = true;
    }
    this.#advance(window, Math.min(this.left, window.end - window.start));
    return this.left === 0;
  }

  /** @returns whether the end of the list was reached */
  #readOptions(window: InputWindow, description: InterfaceDescription): boolean {
    const { bytes, view, end } = window;
    while (this.left >= OPTION_HEAD) {
      const at = window.start;
      if (at + OPTION_HEAD > end) return false;
      const code = view.getUint16(at, this.#little);
      const length = view.getUint16(at + 2, this.#little);
      if (code === END_OF_OPTIONS || OPTION_HEAD + length > this.left) return true;
      const size = Math.min(OPTION_HEAD + padded(length), this.left);
      if (at + size > end) return false;
      description.option(bytes, view, { code, offset: at + OPTION_HEAD, length }, this.#little);
      this.#advance(window, size);
    }
    return true;
  }

  #advance(window: InputWindow, by: number): void {
    this.left -= by;
    window.start += by;
  }
}
