import { type LineSource, openLineSource } from './line-source.ts';
import { MAX_RECORD_BYTES } from './records.ts';

const CHUNK = 256 * 1024;
/** A header record is some hundred bytes. */
const FIRST_CHUNK = 4096;
const NEWLINE = 0x0a;

export interface Line {
  /** Without its newline; valid until the next line is read. Empty where it is too long. */
  bytes: Buffer;
  /** 1-based. */
  number: number;
  /** Byte offset of its beginning, unpacked. */
  offset: number;
  tooLong: boolean;
  /** It is the last one, and has no newline. */
  unterminated: boolean;
}

/**
 * The lines of a file, pulled synchronously and with constant memory: records are needed at the
 * packet before which they stand, in the middle of a synchronous read.
 */
export class LineReader {
  readonly #source: LineSource;
  readonly #buffer = Buffer.allocUnsafe(MAX_RECORD_BYTES + 1 + CHUNK);
  #start = 0;
  #end = 0;
  #offset = 0;
  #number = 0;

  constructor(source: LineSource) {
    this.#source = source;
  }

  /** @throws InputError as {@link openLineSource} */
  static async open(path: string, location?: string | Buffer): Promise<LineReader> {
    return new LineReader(await openLineSource(path, location));
  }

  close(): void {
    this.#source.close();
    this.#end = this.#start;
  }

  next(): Line | undefined {
    let searched = this.#start;
    for (;;) {
      const newline = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, searched);
      if (newline >= 0) return this.#line(newline, newline - this.#start > MAX_RECORD_BYTES, false);
      if (this.#end - this.#start > MAX_RECORD_BYTES) return this.#skipLong();
      searched = this.#end;
      const moved = this.#start;
      if (!this.#fill()) break;
      searched -= moved - this.#start;
    }
    return this.#end === this.#start ? undefined : this.#line(this.#end, false, true);
  }

  #line(end: number, tooLong: boolean, unterminated: boolean): Line {
    const bytes = tooLong ? Buffer.alloc(0) : this.#buffer.subarray(this.#start, end);
    const line = { bytes, number: ++this.#number, offset: this.#offset, tooLong, unterminated };
    this.#consume(unterminated ? end : end + 1);
    return line;
  }

  #skipLong(): Line {
    const line = {
      bytes: Buffer.alloc(0),
      number: ++this.#number,
      offset: this.#offset,
      tooLong: true,
      unterminated: false,
    };
    for (;;) {
      const newline = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, this.#start);
      if (newline >= 0) {
        this.#consume(newline + 1);
        return line;
      }
      this.#consume(this.#end);
      if (!this.#fill()) return line;
    }
  }

  #consume(to: number): void {
    this.#offset += to - this.#start;
    this.#start = to;
  }

  #fill(): boolean {
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    const room = Math.min(CHUNK, this.#buffer.length - this.#end);
    const read = this.#source.read(this.#buffer, this.#end, room);
    this.#end += read;
    return read > 0;
  }
}

/**
 * The first line alone, of which no more is read and unpacked than a record may have; undefined
 * where it is longer than that.
 * @throws InputError as {@link openLineSource}
 */
export async function firstLine(path: string, location?: string | Buffer): Promise<Buffer | undefined> {
  const source = await openLineSource(path, location, MAX_RECORD_BYTES + 1);
  const buffer = Buffer.allocUnsafe(MAX_RECORD_BYTES + 1);
  try {
    for (let end = 0; end < buffer.length; ) {
      const read = source.read(buffer, end, Math.min(FIRST_CHUNK, buffer.length - end));
      const newline = buffer.subarray(0, end + read).indexOf(NEWLINE, end);
      if (newline >= 0) return buffer.subarray(0, newline);
      if (read === 0) return buffer.subarray(0, end);
      end += read;
    }
    return undefined;
  } finally {
    source.close();
  }
}
