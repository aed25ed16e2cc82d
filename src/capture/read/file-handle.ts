import { close, constants, open, read, readSync } from 'node:fs';

/** An open file. The callback calls of node:fs cost less per chunk, and at start-up, than its promises. */
export interface FileHandleLike {
  readonly fd: number;
  close(): Promise<void>;
}

export function openFile(path: string | Buffer, flags = constants.O_RDONLY): Promise<FileHandleLike> {
  return new Promise((resolve, reject) => {
    open(path, flags, (error, fd) => {
      if (error) reject(error);
      else resolve({ fd, close: () => closeDescriptor(fd) });
    });
  });
}

/** The descriptor stays open: it belongs to the process (stdin). */
export function borrowDescriptor(fd: number): FileHandleLike {
  return { fd, close: () => Promise.resolve() };
}

/** @returns the number of bytes read, 0 at the end of the file */
export function readAt(
  fd: number,
  target: Uint8Array,
  offset: number,
  length: number,
  position: number | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, offset, length, position ?? null, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}

/** 4 bytes at once, for the few who cannot go on without; undefined where there are none. */
export function wordAt(fd: number, position: number): DataView | undefined {
  const word = new Uint8Array(4);
  try {
    return readSync(fd, word, 0, 4, position) === 4 ? new DataView(word.buffer) : undefined;
  } catch {
    // The error meets the reading too, which tells it with its place.
    return undefined;
  }
}

function closeDescriptor(fd: number): Promise<void> {
  return new Promise((resolve) => close(fd, () => resolve()));
}
