import { closeSync, openSync, readSync } from 'node:fs';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { InputError } from '../errors.ts';
import { MAX_RECORD_BYTES } from './records.ts';

const CHUNK = 256 * 1024;
/** A compressed file is unpacked in memory; a larger one is to be unpacked before. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
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
 * packet before which they stand, in the middle of a synchronous read. gzip is told by content.
 */
export class LineReader {
  readonly #descriptor: number | undefined;
  #buffer: Buffer;
  #start = 0;
  #end = 0;
  #offset = 0;
  #number = 0;
  #ended = false;

  private constructor(descriptor: number | undefined, buffer: Buffer, end: number) {
    this.#descriptor = descriptor;
    this.#buffer = buffer;
    this.#end = end;
    this.#ended = descriptor === undefined;
  }

  /** @throws InputError where the file is missing, may not be read, or unpacks to too much */
  static open(path: string): LineReader {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(path, 'r');
      const buffer = Buffer.allocUnsafe(MAX_RECORD_BYTES + 1 + CHUNK);
      const end = readSync(descriptor, buffer, 0, CHUNK, null);
      if (end < 2 || buffer[0] !== 0x1f || buffer[1] !== 0x8b) return new LineReader(descriptor, buffer, end);
      const unpacked = unpack(descriptor, buffer.subarray(0, end));
      closeSync(descriptor);
      return new LineReader(undefined, unpacked, unpacked.length);
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      throw unreadable(path, error as NodeJS.ErrnoException);
    }
  }

  close(): void {
    if (this.#descriptor !== undefined && !this.#ended) closeSync(this.#descriptor);
    this.#ended = true;
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
    if (this.#ended || this.#descriptor === undefined) return false;
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    const room = Math.min(CHUNK, this.#buffer.length - this.#end);
    const read = readSync(this.#descriptor, this.#buffer, this.#end, room, null);
    this.#end += read;
    if (read > 0) return true;
    closeSync(this.#descriptor);
    this.#ended = true;
    return false;
  }
}

/** What is torn at its end is unpacked as far as it goes. */
function unpack(descriptor: number, head: Buffer): Buffer {
  const parts = [Buffer.from(head)];
  let total = head.length;
  for (;;) {
    const part = Buffer.allocUnsafe(CHUNK);
    const read = readSync(descriptor, part, 0, CHUNK, null);
    if (read === 0) break;
    total += read;
    if (total > MAX_UNPACKED_BYTES) throw tooMuch();
    parts.push(part.subarray(0, read));
  }
  return gunzipSync(Buffer.concat(parts), {
    finishFlush: zlib.Z_SYNC_FLUSH,
    maxOutputLength: MAX_UNPACKED_BYTES,
  });
}

function tooMuch(): NodeJS.ErrnoException {
  return Object.assign(new RangeError('too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
}

function unreadable(path: string, error: NodeJS.ErrnoException): InputError {
  if (error.code === 'ENOENT') {
    return new InputError(`${path}: there is no such file`, {
      code: 'correlations.missing',
      remedy: 'Check the path of the correlations.',
      cause: error,
    });
  }
  if (error.code === 'ERR_BUFFER_TOO_LARGE') {
    return new InputError(`${path}: unpacks to more than ${MAX_UNPACKED_BYTES} bytes`, {
      code: 'correlations.too_large',
      remedy: 'Unpack it with gunzip, and name the unpacked file with --correlations.',
      cause: error,
    });
  }
  return new InputError(`${path}: cannot be read (${error.code ?? error.message})`, {
    code: 'correlations.unreadable',
    remedy: 'Check that it is a file that you may read, and intact.',
    cause: error,
  });
}
