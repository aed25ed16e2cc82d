import { isUtf8 } from 'node:buffer';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A path as Node takes it: bytes where it is no UTF-8. */
export type FilePath = string | Buffer;

/** The name of a file in a folder. */
export interface FileName {
  /** As text, in which bytes that are not UTF-8 stand as `\xNN`. */
  shown: string;
  /** The name itself, where it is not that text. */
  bytes: Buffer | undefined;
}

export interface Entry extends FileName {
  kind: 'file' | 'link' | 'folder';
}

/** Files, links and folders, by name. */
export async function entriesIn(folder: FilePath): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const kind = entry.isFile()
      ? 'file'
      : entry.isSymbolicLink()
        ? 'link'
        : entry.isDirectory()
          ? 'folder'
          : undefined;
    if (kind === undefined) continue;
    const { name } = entry;
    entries.push(
      isUtf8(name)
        ? { shown: name.toString(), bytes: undefined, kind }
        : { shown: escaped(name), bytes: name, kind },
    );
  }
  return entries.sort(
    (a, b) => order(a.shown, b.shown) || Number(a.bytes !== undefined) - Number(b.bytes !== undefined),
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function locationIn(folder: FilePath, { shown, bytes }: FileName): FilePath {
  if (bytes === undefined && typeof folder === 'string') return join(folder, shown);
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), bytes ?? Buffer.from(shown)]);
}

/** Where a file is whose name is that of another with something behind it, or with less of its end. */
export function beside(path: string, location: FilePath, other: string): FilePath {
  if (typeof location === 'string') return other;
  let same = 0;
  while (same < path.length && path[same] === other[same]) same++;
  // What differs is text: all bytes that are none stand before it.
  const kept = location.length - Buffer.byteLength(path.slice(same));
  return Buffer.concat([location.subarray(0, kept), Buffer.from(other.slice(same))]);
}

const LONGEST_SEQUENCE = 4;

function escaped(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at);
    const part = bytes.subarray(at, at + Math.max(1, length));
    text += length > 0 ? part.toString() : `\\x${part.toString('hex').toUpperCase()}`;
    at += part.length;
  }
  return text;
}

/** Bytes of the character that begins there; 0 where none does. */
function sequenceAt(bytes: Buffer, at: number): number {
  for (let length = 1; length <= LONGEST_SEQUENCE && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
