import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';

const CHUNK_BYTES = 1024 * 1024;
/** Longer lines are passed over: an event with all its ancestors is much shorter. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const GZIP_MAGIC = 0x1f8b;

export interface LineHandler {
  /** `isLast`: no newline stands behind it. Undefined in place of a line that is too long. */
  line(text: string | undefined, number: number, isLast: boolean): void;
  /** Asked once a chunk, with the bytes read so far, before they are unpacked. */
  pause?(bytesRead: number): Promise<void> | undefined;
}

/** Lines of a file, packed by gzip or not as its content says. Fails with an error of the system or of zlib. */
export async function readLines(
  location: string | Buffer,
  handler: LineHandler,
  signal?: AbortSignal,
): Promise<void> {
  const file = createReadStream(location, { highWaterMark: CHUNK_BYTES });
  const splitter = new LineSplitter(handler);
  try {
    for await (const chunk of await unpacked(file)) {
      splitter.push(chunk as Buffer);
      const wait = handler.pause?.(file.bytesRead);
      if (wait !== undefined) await wait;
      if (signal?.aborted) return;
    }
    splitter.end();
  } finally {
    file.destroy();
  }
}

async function unpacked(file: Readable): Promise<AsyncIterable<unknown>> {
  const head = await firstChunk(file);
  if (head === undefined || head.length < 2 || head.readUInt16BE(0) !== GZIP_MAGIC) return file;
  const { createGunzip } = await import('node:zlib');
  // Errors of both come out of what is read.
  return pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) as Readable;
}

/** Looked at, and put back. */
async function firstChunk(file: Readable): Promise<Buffer | undefined> {
  await new Promise<void>((resolve, reject) => {
    file.once('readable', resolve);
    file.once('end', resolve);
    file.once('error', reject);
  });
  const chunk = file.read() as Buffer | null;
  if (chunk === null) return undefined;
  file.unshift(chunk);
  return chunk;
}

class LineSplitter {
  readonly #handler: LineHandler;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #number = 0;

  constructor(handler: LineHandler) {
    this.#handler = handler;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#line(chunk, start, end, false);
      start = end + 1;
    }
    if (start === chunk.length) return;
    this.#restBytes += chunk.length - start;
    // Of a line that is too long, no more is kept.
    if (this.#restBytes <= MAX_LINE_BYTES) this.#rest.push(Buffer.from(chunk.subarray(start)));
    else this.#rest = [];
  }

  end(): void {
    if (this.#restBytes > 0) this.#line(Buffer.alloc(0), 0, 0, true);
  }

  #line(chunk: Buffer, start: number, end: number, isLast: boolean): void {
    const number = ++this.#number;
    if (this.#restBytes === 0) {
      this.#handler.line(chunk.toString('utf8', start, end), number, isLast);
      return;
    }
    const length = this.#restBytes + end - start;
    const text =
      length > MAX_LINE_BYTES
        ? undefined
        : Buffer.concat([...this.#rest, chunk.subarray(start, end)]).toString('utf8');
    this.#rest = [];
    this.#restBytes = 0;
    this.#handler.line(text, number, isLast);
  }
}
