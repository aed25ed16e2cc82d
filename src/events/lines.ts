import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { Line, viewOf } from './line.ts';

const CHUNK_BYTES = 512 * 1024;
/** Longer lines are passed over: an event with all its ancestors is much shorter. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const GZIP_MAGIC = 0x1f8b;
const NOTHING = Buffer.alloc(0);

export interface LineHandler {
  /**
   * `isLast`: no newline stands behind it. Undefined in place of a line that is too long. Its bytes are
   * read over when it was handled.
   */
  line(line: Line | undefined, number: number, isLast: boolean): void;
  /** Asked once a chunk, with the bytes read so far, before they are unpacked. */
  pause?(bytesRead: number): Promise<void> | undefined;
}

/** Lines of a file, packed by gzip or not as its content says. Fails with an error of the system or of zlib. */
export async function readLines(
  location: string | Buffer,
  handler: LineHandler,
  signal?: AbortSignal,
): Promise<void> {
  const splitter = new LineSplitter(handler);
  const isWhole = await readChunks(
    location,
    async (chunk, bytesRead) => {
      splitter.push(chunk);
      const wait = handler.pause?.(bytesRead);
      if (wait !== undefined) await wait;
    },
    signal,
  );
  if (isWhole) splitter.end();
}

/**
 * A file in pieces, unpacked where it is packed by gzip. Fails with an error of the system or of zlib.
 *
 * @param take is given a piece, which is read over afterwards, and the bytes read so far, before they are unpacked
 * @returns false where it ended early, by the signal
 */
export async function readChunks(
  location: string | Buffer,
  take: (chunk: Buffer, bytesRead: number) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<boolean> {
  const file = new FileReader(await open(location));
  try {
    for await (const chunk of await unpacked(file)) {
      await take(chunk, file.bytesRead);
      if (signal?.aborted) return false;
    }
    return true;
  } finally {
    await file.close();
  }
}

async function unpacked(file: FileReader): Promise<AsyncIterable<Buffer>> {
  const head = await file.head();
  if (head.length < 2 || head.readUInt16BE(0) !== GZIP_MAGIC) return file.chunks();
  const { createGunzip } = await import('node:zlib');
  // Errors of both come out of what is read.
  const packed = Readable.from(file.copies(), { objectMode: false });
  return pipeline(packed, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
}

/**
 * Reads into the same two buffers in turn, one while the other is worked on: what a stream of Node hands over is
 * new each time, and stays until garbage is collected.
 */
class FileReader {
  readonly #handle: FileHandle;
  #buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;
  #next: Promise<Buffer> | undefined;
  /** Of what was handed over. */
  bytesRead = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** The first chunk, which comes again as such. */
  head(): Promise<Buffer> {
    this.#next ??= this.#read();
    return this.#next;
  }

  /** Each stands until the next is asked for. */
  async *chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = await this.head();
      if (chunk.length === 0) return;
      this.bytesRead += chunk.length;
      this.#next = this.#read();
      // It is thrown where it is waited for.
      this.#next.catch(() => {});
      yield chunk;
    }
  }

  async *copies(): AsyncGenerator<Buffer> {
    for await (const chunk of this.chunks()) yield Buffer.from(chunk);
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#handle.close();
  }

  async #read(): Promise<Buffer> {
    const [buffer, other] = this.#buffers;
    this.#buffers = [other, buffer];
    const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES);
    return buffer.subarray(0, bytesRead);
  }
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
    const view = viewOf(chunk);
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (this.#restBytes > 0) this.#joined(chunk.subarray(start, end), false);
      else this.#handler.line(new Line(chunk, view, start, end), ++this.#number, false);
      start = end + 1;
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
    this.#handler.line(line, ++this.#number, isLast);
  }
}
