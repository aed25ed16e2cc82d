import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';

/** `imds-trace.log.1` is the youngest, as Python's RotatingFileHandler names them. */
export function rolledName(path: string, number: number): string {
  return `${path}.${number}`;
}

/** What stands under the name itself, be it a symbolic link; undefined if nothing does. */
export async function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    // ENOTDIR: what should be its folder is none any more.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

/** Whether both are the same file; an inode number alone is unique only within its file system. */
export function isSame(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}
