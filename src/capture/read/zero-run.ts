import type { InputWindow } from './window.ts';

/** A record with a captured length begins with no more zero bytes. */
const MAX_LEADING_ZEROS = 11;

/** Zero bytes where a record should begin, as a crash or a writer that makes its file larger in advance leaves them. */
export class ZeroRun {
  length = 0;
  readonly #offset: number;
  #ended = false;

  /** @param offset in the input */
  constructor(offset: number) {
    this.#offset = offset;
  }

  /** Steps over them, up to where a record may begin. @returns whether anything else stands behind them */
  skip(window: InputWindow): boolean {
    if (this.#ended) return true;
    const { bytes, end, origin } = window;
    let at = this.#offset + this.length - origin;
    while (at < end && bytes[at] === 0) at++;
    this.length = origin + at - this.#offset;
    window.start = Math.max(window.start, at - MAX_LEADING_ZEROS);
    this.#ended = at < end;
    return this.#ended;
  }

  get text(): string {
    return `${this.length} zero bytes`;
  }
}

/** Whether a record's times and lengths are all zero: no packet, for that has a length at least. */
export function isBlankRecord(view: DataView, at: number): boolean {
  return (
    view.getUint32(at) === 0 &&
    view.getUint32(at + 4) === 0 &&
    view.getUint32(at + 8) === 0 &&
    view.getUint32(at + 12) === 0
  );
}
