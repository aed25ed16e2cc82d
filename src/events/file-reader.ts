import { type FileHandle, open } from 'node:fs/promises';
import { CHUNK_BYTES, CHUNKS, scannerInUse } from './scan/scanner.ts';

/** Buffers that readers gave back: to make them anew for each of a thousand small files costs more than to read these. */
const spare: Buffer[] = [];
const MAX_SPARE = 2 * CHUNKS;
let hasScannersChunks = false;

/**
 * Reads a regular file into the same two buffers in turn, one while the other is worked on: what a stream of Node
 * hands over is new each time, and stays until garbage is collected.
 */
export class FileReader {
  readonly #handle: FileHandle;
  #buffers = [takeBuffer(), takeBuffer()] as const;
  #next: Promise<Buffer> | undefined;
  #position = 0;
  /** Where the first chunk begins that was not handed over. */
  #offset = 0;
  #bytesRead = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(location: string | Buffer): Promise<FileReader> {
    return new FileReader(await open(location));
  }

  /** Of what was handed over; what comes again does not count again. */
  get bytesRead(): number {
    return this.#bytesRead;
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
      this.#offset += chunk.length;
      this.#bytesRead = Math.max(this.#bytesRead, this.#offset);
      this.#next = this.#read();
      // It is thrown where it is waited for.
      this.#next.catch(() => {});
      yield chunk;
    }
  }

  /** All chunks come once more, from the first. Nobody may wait for one. */
  async rewind(): Promise<void> {
    await this.#next?.catch(() => {});
    this.#next = undefined;
    this.#position = 0;
    this.#offset = 0;
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#handle.close();
    for (const buffer of this.#buffers) if (spare.length < MAX_SPARE) spare.push(buffer);
  }

  async #read(): Promise<Buffer> {
    const [buffer, other] = this.#buffers;
    this.#buffers = [other, buffer];
    const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES, this.#position);
    this.#position += bytesRead;
    return buffer.subarray(0, bytesRead);
  }
}

function takeBuffer(): Buffer {
  if (!hasScannersChunks) takeScannersChunks();
  return spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
}

/** What is read there is scanned where it lies. Not for who reads no events, as imds live, which is there for weeks. */
function takeScannersChunks(): void {
  const scanner = scannerInUse();
  if (scanner === undefined) return;
  hasScannersChunks = true;
  for (let number = 0; number < CHUNKS; number++) spare.push(scanner.chunk(number));
}
