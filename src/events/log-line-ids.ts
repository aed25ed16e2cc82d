import { createHash } from 'node:crypto';
import type { LogOpening } from './log-openings.ts';

/** Distinct lines that are counted at least; one that comes again behind so many others is taken for a copy. */
const MAX_LINES = 32_768;
/** SHA-256 in base64. */
const DIGEST_LENGTH = 44;
/** Files whose first and last second are kept. */
const MAX_FILES = 4096;

/** Seconds that a file is of. */
interface Span {
  /** Of its first line, which need not be the earliest. */
  opening: number | undefined;
  first: number;
  last: number;
}

function nothing(opening?: number): Span {
  return { opening, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
}

/**
 * Ids for lines of imds-trace.log, which have none. Equal lines of one file are different calls, by their number, so
 * that the order of lines does not matter. The n-th of one file is the n-th of another too, so that a copy, also one
 * that is older or an extract, holds the same calls. A log that is rolled over (or split) breaks within a second:
 * lines of a file's first second are others than equal ones of a file that ends in that second, where none goes
 * through it.
 */
export class LogLineIds {
  /** How often a line has come in this file, by the line or its digest: of the latest ones, and of those before. */
  #times = new Map<string, number>();
  #timesBefore = new Map<string, number>();
  readonly #files: Span[] = [];
  #file = nothing();
  #opening: LogOpening | undefined;

  /** Files are to be read in the order of the second in which they begin. */
  beginFile(opening?: LogOpening): void {
    if (this.#file.first <= this.#file.last && this.#files.length < MAX_FILES) this.#files.push(this.#file);
    this.#file = nothing(opening?.second);
    this.#times.clear();
    this.#timesBefore.clear();
    this.#opening = opening && { second: opening.second, part: this.#partOf(opening) };
  }

  idOf(line: string, milliseconds: number): string {
    const second = Math.floor(milliseconds / 1000);
    if (second < this.#file.first) this.#file.first = second;
    if (second > this.#file.last) this.#file.last = second;
    const part = second === this.#opening?.second ? this.#opening.part : 0;
    const number = `${this.#count(line)}${part === 0 ? '' : ` of part ${part}`}`;
    return createHash('sha256').update(`${number}\n${line}`).digest('hex').slice(0, 32);
  }

  #count(line: string): number {
    // Of a line that is longer, its digest: many are kept.
    const key = line.length <= DIGEST_LENGTH ? line : createHash('sha256').update(line).digest('base64');
    const times = (this.#times.get(key) ?? this.#timesBefore.get(key) ?? 0) + 1;
    if (this.#times.size === MAX_LINES && !this.#times.has(key)) {
      this.#timesBefore = this.#times;
      this.#times = new Map();
    }
    this.#times.set(key, times);
    return times;
  }

  #partOf({ second, part }: LogOpening): number {
    const earlier = this.#files.filter(
      (file) => file.opening !== second && file.first < second && second <= file.last,
    );
    if (earlier.some(({ last }) => last > second)) return 0;
    return earlier.length === 0 ? part : part + 1;
  }
}
