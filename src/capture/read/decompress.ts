import type { Transform } from 'node:stream';
import { StreamWindow } from './stream-window.ts';
import type { InputWindow } from './window.ts';

/** Decompressed bytes per piece: a hop to the thread pool costs as much as some KiB of inflating. */
const PIECE_BYTES = 512 * 1024;
/** Compressed bytes per write; what is fed byte by byte after damage is no more than that. */
const SLICE_BYTES = 64 * 1024;

/** Makes a decompressor. */
export type Decompressor = () => Transform;

/** Loads zlib, which costs start-up time, only when there is something to decompress. */
export async function gunzip(): Promise<Decompressor> {
  const { createGunzip } = await import('node:zlib');
  // It also reads members that follow one another (RFC 1952 §2.2).
  return () => createGunzip({ chunkSize: PIECE_BYTES });
}

/**
 * The decompressed input. Backpressure holds on both sides, so a bomb never takes more than a piece.
 *
 * zlib drops what it had decompressed of the piece in which it finds an error. Where the input can
 * be read again (`reopen`), it is, once, and the piece is won back by feeding the bytes one by one;
 * from a pipe, up to a piece before the damage is lost.
 */
export class DecompressedWindow extends StreamWindow {
  readonly #compressed: InputWindow;
  readonly #create: Decompressor;
  #reopen: (() => Promise<InputWindow>) | undefined;
  /** Offset of the slice that is being decompressed. */
  #slice = 0;

  constructor(compressed: InputWindow, create: Decompressor, reopen?: () => Promise<InputWindow>) {
    const decompressor = create();
    super(decompressor);
    this.#compressed = compressed;
    this.#create = create;
    this.#reopen = reopen;
    void this.#feed(decompressor);
  }

  override async more(): Promise<boolean> {
    try {
      return await super.more();
    } catch (error) {
      // Where the data only breaks off, nothing was dropped.
      if (this.#reopen === undefined || (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') throw error;
      const again = await this.#reopen();
      this.#reopen = undefined;
      const rest = await salvage(again, this.#create(), this.#slice, this.received);
      if (rest.length === 0) throw error;
      this.receive(rest);
      return super.more();
    }
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#compressed.close();
  }

  async #feed(to: Transform): Promise<void> {
    const from = this.#compressed;
    try {
      do {
        while (from.start < from.end && !to.destroyed) {
          this.#slice = from.origin + from.start;
          const slice = from.bytes.subarray(from.start, Math.min(from.end, from.start + SLICE_BYTES));
          await write(to, slice);
          from.start += slice.length;
        }
      } while (!to.destroyed && (await from.more()));
      // An error at the end (data that breaks off) would throw away what nobody has taken yet.
      while (to.readableLength > 0 && !to.destroyed) await untilTaken(to);
      to.end();
    } catch (error) {
      to.destroy(error as Error);
    }
  }
}

/** Resolves when the slice is used up, so that its buffer may be filled again, or the stream is destroyed. */
function write(to: Transform, slice: Buffer): Promise<void> {
  return new Promise((resolve) => {
    to.once('close', resolve);
    to.write(slice, () => {
      to.removeListener('close', resolve);
      resolve();
    });
  });
}

function untilTaken(from: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      from.removeListener('data', done);
      from.removeListener('close', done);
      resolve();
    };
    from.once('data', done);
    from.once('close', done);
  });
}

/** What can be decompressed behind the first `known` bytes: whole slices up to `slice`, then byte by byte. */
async function salvage(
  from: InputWindow,
  decompressor: Transform,
  slice: number,
  known: number,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  decompressor.on('data', (piece: Buffer) => {
    const fresh = piece.subarray(Math.max(0, known - length));
    length += piece.length;
    if (fresh.length > 0) pieces.push(Buffer.from(fresh));
  });
  decompressor.on('error', () => {});
  try {
    while (!decompressor.destroyed && (await from.more())) {
      while (from.start < from.end && !decompressor.destroyed) {
        const at = from.origin + from.start;
        const step = at < slice ? Math.min(SLICE_BYTES, slice - at, from.end - from.start) : 1;
        await write(decompressor, from.bytes.subarray(from.start, from.start + step));
        from.start += step;
      }
    }
  } finally {
    await from.close();
    decompressor.destroy();
  }
  return Buffer.concat(pieces);
}
