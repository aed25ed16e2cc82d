import { type FileHandleLike, readAt, wordAt } from './file-handle.ts';

/** What is read ahead at once. Measured: a hop to the thread pool makes less than 1 MiB slow, above 2 MiB nothing is won. */
export const CHUNK_BYTES = 2 * 1024 * 1024;
/** Reads under way at once. Measured: one costs a quarter more, and more than two win nothing. */
const READS_AHEAD = 2;
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
  end: number;
  /** Offset within the input of bytes[0]; negative where the buffer begins before the input. */
  readonly origin: number;
  /** Bytes of the whole input, where that is known. */
  readonly size: number | undefined;
  /** Resolves to false at the end of the input or after {@link InputWindow.close}; the window is as before then. */
  more(): Promise<boolean>;
  /**
   * The 4 bytes at an offset of the input, ahead of what is in the window; undefined where they
   * cannot be read. Absent where the input can only be read in turn.
   */
  readonly ahead?: ((offset: number) => DataView | undefined) | undefined;
  /** Releases what is held; a waiting {@link InputWindow.more} resolves to false. */
  close(): Promise<void>;
  /** It is closed, and nobody looks at its bytes any more. */
  release(): void;
}

export interface Frame {
  bytes: Buffer;
  view: DataView;
}

export function frame(length: number): Frame {
  // Not from the pool, and not zeroed: pages that are never touched cost no memory.
  const bytes = Buffer.allocUnsafeSlow(length);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** Frames that windows have given back: making one anew for each of a thousand small files costs more than reading them. */
const spare: Frame[] = [];
/** As many as a file, and what it is decompressed to, need at once. */
const MAX_SPARE = 2 + READS_AHEAD;

export function takeFrame(): Frame {
  return spare.pop() ?? frame(HEAD_ROOM_BYTES + CHUNK_BYTES);
}

/** Nobody looks at its bytes any more. */
export function giveBack(one: Frame): void {
  if (spare.length < MAX_SPARE) spare.push(one);
}

interface Read {
  frame: Frame;
  count: Promise<number>;
}

/**
 * While one buffer is scanned, the thread pool reads the next chunks into the others, each behind
 * its head room. More than one read is under way, so that its threads need not be woken for each
 * chunk.
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
  /** Where the next read begins; undefined reads from where the descriptor stands. */
  #position: number | undefined;
  readonly ahead: ((offset: number) => DataView | undefined) | undefined;
  readonly #free: Frame[] = [];
  #reads: Read[] = [];
  #closed = false;

  /** @param position where reading begins; undefined for a descriptor that is shared, and read in turn */
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
    this.ahead = position === undefined ? undefined : (offset) => wordAt(file.fd, offset);
    ({ bytes: this.bytes, view: this.view } = takeFrame());
    // What fits into one chunk needs no second read under way.
    const small = chunk < CHUNK_BYTES || (size !== undefined && size < chunk);
    const ahead = position === undefined || small ? 1 : READS_AHEAD;
    for (let i = 0; i < ahead; i++) this.#free.push(takeFrame());
  }

  async more(): Promise<boolean> {
    if (this.#closed) return false;
    this.#readAhead();
    const read = this.#reads[0] as Read;
    const count = await read.count;
    if (this.#closed) return false;
    this.#reads.shift();
    if (count < this.#chunk) await this.#dropReads(count);
    if (count === 0) {
      this.#free.push(read.frame);
      return false;
    }
    const unread = this.end - this.start;
    this.bytes.copy(read.frame.bytes, HEAD_ROOM_BYTES - unread, this.start, this.end);
    this.origin += this.end - HEAD_ROOM_BYTES;
    this.#free.push({ bytes: this.bytes, view: this.view });
    this.bytes = read.frame.bytes;
    this.view = read.frame.view;
    this.start = HEAD_ROOM_BYTES - unread;
    this.end = HEAD_ROOM_BYTES + count;
    if (count === this.#chunk) this.#readAhead();
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#reads.map((read) => read.count));
    await this.#file.close();
    for (const one of this.#free) giveBack(one);
    for (const { frame: one } of this.#reads) giveBack(one);
    this.#free.length = 0;
  }

  release(): void {
    if (this.bytes.length > 0) giveBack({ bytes: this.bytes, view: this.view });
    ({ bytes: this.bytes, view: this.view } = frame(0));
  }

  #readAhead(): void {
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      const count = readAt(this.#file.fd, free.bytes, HEAD_ROOM_BYTES, this.#chunk, this.#position);
      // An error of a read ahead belongs to the call of more() that waits for it.
      count.catch(() => {});
      this.#reads.push({ frame: free, count });
      if (this.#position !== undefined) this.#position += this.#chunk;
    }
  }

  /** A read came back short: at the end of the file, or the file grows. Those behind it began too far on. */
  async #dropReads(count: number): Promise<void> {
    const dropped = this.#reads;
    this.#reads = [];
    await Promise.allSettled(dropped.map((read) => read.count));
    for (const read of dropped) this.#free.push(read.frame);
    if (this.#position !== undefined) this.#position -= (dropped.length + 1) * this.#chunk - count;
  }
}
