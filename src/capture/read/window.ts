import { type FileHandleLike, readAt } from './file-handle.ts';

/** What is read ahead at once. Measured: a hop to the thread pool makes less than 1 MiB slow, above 2 MiB nothing is won. */
export const CHUNK_BYTES = 2 * 1024 * 1024;
/** The most that may be left unread when more is asked for: the largest record plus a resynchronisation. */
export const HEAD_ROOM_BYTES = 2 * 1024 * 1024;

/**
 * A contiguous piece of the input in a reused buffer. The reader advances `start`; what it leaves
 * unread (at most {@link HEAD_ROOM_BYTES}) stands in front of what {@link InputWindow.more} brings, so a
 * record is always parsed in one piece.
 */
export interface InputWindow {
  readonly bytes: Buffer;
  /** Of the same memory as `bytes`, from the same first byte. */
  readonly view: DataView;
  /** Unread bytes are [start, end) of `bytes`. */
  start: number;
  readonly end: number;
  /** Offset within the input of bytes[0]; negative where the buffer begins before the input. */
  readonly origin: number;
  /** Bytes of the whole input, where that is known. */
  readonly size: number | undefined;
  /** Resolves to false at the end of the input or after {@link InputWindow.close}; the window is as before then. */
  more(): Promise<boolean>;
  /** Releases what is held; a waiting {@link InputWindow.more} resolves to false. */
  close(): Promise<void>;
}

interface Frame {
  bytes: Buffer;
  view: DataView;
}

export function frame(length: number): Frame {
  // Not from the pool, and not zeroed: pages that are never touched cost no memory.
  const bytes = Buffer.allocUnsafeSlow(length);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/**
 * Two buffers: while one is scanned, the thread pool reads the next chunk into the other, behind
 * its head room.
 */
export class FileWindow implements InputWindow {
  readonly size: number | undefined;
  bytes: Buffer;
  view: DataView;
  start = HEAD_ROOM_BYTES;
  end = HEAD_ROOM_BYTES;
  origin = -HEAD_ROOM_BYTES;
  readonly #file: FileHandleLike;
  readonly #chunk: number;
  #position: number | undefined;
  #spare: Frame;
  #pending: Promise<number> | undefined;
  #closed = false;

  /** @param position where reading begins; undefined reads from where the descriptor stands */
  constructor(
    file: FileHandleLike,
    size: number | undefined,
    position: number | undefined,
    chunk = CHUNK_BYTES,
  ) {
    this.#chunk = chunk;
    this.#file = file;
    this.size = size;
    this.#position = position;
    ({ bytes: this.bytes, view: this.view } = frame(HEAD_ROOM_BYTES + chunk));
    this.#spare = frame(HEAD_ROOM_BYTES + chunk);
  }

  async more(): Promise<boolean> {
    if (this.#closed) return false;
    const count = await (this.#pending ?? this.#readAhead());
    this.#pending = undefined;
    if (count === 0 || this.#closed) return false;
    const filled = this.#spare;
    const unread = this.end - this.start;
    this.bytes.copy(filled.bytes, HEAD_ROOM_BYTES - unread, this.start, this.end);
    this.origin += this.end - HEAD_ROOM_BYTES;
    this.#spare = { bytes: this.bytes, view: this.view };
    this.bytes = filled.bytes;
    this.view = filled.view;
    this.start = HEAD_ROOM_BYTES - unread;
    this.end = HEAD_ROOM_BYTES + count;
    this.#pending = this.#readAhead();
    // An error of a read ahead belongs to the call of more() that waits for it.
    this.#pending.catch(() => {});
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pending?.catch(() => 0);
    await this.#file.close();
  }

  async #readAhead(): Promise<number> {
    const count = await readAt(
      this.#file.fd,
      this.#spare.bytes,
      HEAD_ROOM_BYTES,
      this.#chunk,
      this.#position,
    );
    if (this.#position !== undefined) this.#position += count;
    return count;
  }
}
