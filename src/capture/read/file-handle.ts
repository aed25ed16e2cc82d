import { close, open, read } from 'node:fs';

/** An open file. The callback calls of node:fs cost less per chunk, and at start-up, than its promises. */
export interface FileHandleLike {
  readonly fd: number;
  close(): Promise<void>;
}

export function openFile(path: string): Promise<FileHandleLike> {
  return new Promise((resolve, reject) => {
    open(path, 'r', (error, fd) => {
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

function closeDescriptor(fd: number): Promise<void> {
  return new Promise((resolve) => close(fd, () => resolve()));
}
