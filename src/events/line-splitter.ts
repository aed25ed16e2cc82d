import { Line } from './line.ts';

/** Longer lines are passed over: an event with all its ancestors is much shorter. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/**
 * Given each line that is not empty, by its number in the file. `isLast`: no newline stands behind it. Undefined in
 * place of a line that is too long. Its bytes are read over when it was handled.
 */
export type TakeLine = (line: Line | undefined, number: number, isLast: boolean) => void;

export class LineSplitter {
  readonly #take: TakeLine;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #number = 0;

  constructor(take: TakeLine) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (this.#restBytes > 0) this.#joined(chunk.subarray(start, end), false);
      else if (end > start) this.#take(new Line(chunk, start, end), ++this.#number, false);
      else this.#number++;
      start = end + 1;
      // Of a file that is all newlines, a call for each would take longer than to unpack it.
      const first = start;
      while (chunk[start] === NEWLINE) start++;
      this.#number += start - first;
    }
    if (start === chunk.length) return;
    this.#restBytes += chunk.length - start;
    // Of a line that is too long, no more is kept.
    if (this.#restBytes <= MAX_LINE_BYTES) this.#rest.push(Buffer.from(chunk.subarray(start)));
    else this.#rest = [];
  }

  end(): void {
    if (this.#restBytes > 0) this.#joined(NOTHING, true);
  }

  /** A line that began in an earlier chunk. */
  #joined(end: Buffer, isLast: boolean): void {
    const isTooLong = this.#restBytes + end.length > MAX_LINE_BYTES;
    const line = isTooLong ? undefined : Line.of(Buffer.concat([...this.#rest, end]));
    this.#rest = [];
    this.#restBytes = 0;
    this.#take(line, ++this.#number, isLast);
  }
}
