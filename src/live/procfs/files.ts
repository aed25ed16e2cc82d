import { closeSync, openSync, read, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { promisify } from 'node:util';

/*
 * What /proc says of a process is gone when the process is, so it is read at once and synchronously: a
 * turn of the event loop between two files costs more than the files.
 */

/** Why something of /proc could not be read. */
export type Unreadable = 'gone' | 'denied';

const buffer = Buffer.allocUnsafe(65_536);
const DIRECTORY = { encoding: 'utf8' } as const;
const BYTES = { encoding: 'buffer' } as const;

/** The first bytes of a file of /proc, at most `maximum`; a copy. */
export function readBytes(path: string, maximum: number): Buffer | Unreadable {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return whyOf(error);
  }
  const whole: Buffer[] = [];
  let length = 0;
  try {
    while (length < maximum) {
      // A file of /proc gives a page at a time, whatever is asked for.
      const read = readSync(file, buffer, 0, Math.min(buffer.length, maximum - length), null);
      if (read === 0) break;
      whole.push(Buffer.from(buffer.subarray(0, read)));
      length += read;
    }
  } catch (error) {
    return whyOf(error);
  } finally {
    closeSync(file);
  }
  return whole.length === 1 ? (whole[0] as Buffer) : Buffer.concat(whole, length);
}

/** The same as text, one character a byte; '' where there is nothing to read. */
export function readText(path: string, maximum = 65_536): string {
  const bytes = readBytes(path, maximum);
  return typeof bytes === 'string' ? '' : bytes.toString('latin1');
}

const readAsync = promisify(read);

/**
 * A table of sockets, which the kernel takes milliseconds to make; one character a byte. The reading has
 * begun, on another thread, when this returns.
 */
export async function readTable(path: string, maximum: number): Promise<string | undefined> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  const parts: string[] = [];
  const bytes = Buffer.allocUnsafe(65_536);
  try {
    for (let length = 0; length < maximum; ) {
      const { bytesRead } = await readAsync(file, bytes, 0, bytes.length, null);
      if (bytesRead === 0) break;
      parts.push(bytes.toString('latin1', 0, bytesRead));
      length += bytesRead;
    }
    return parts.join('');
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

export function readLink(path: string): Buffer | undefined {
  try {
    return readlinkSync(path, BYTES);
  } catch {
    return undefined;
  }
}

/** Names in a folder of /proc that are numbers: pids, file descriptors. */
export function readNumbers(path: string): number[] | Unreadable {
  let names: string[];
  try {
    names = readdirSync(path, DIRECTORY);
  } catch (error) {
    return whyOf(error);
  }
  const numbers: number[] = [];
  for (const name of names) {
    const number = Number(name);
    if (number >= 0) numbers.push(number);
  }
  return numbers;
}

/** `4026531840` of `net:[4026531840]`, `17` of `socket:[17]`; undefined for what is no such link. */
export function inodeOf(path: string, kind: 'net' | 'mnt' | 'socket'): number | undefined {
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    return undefined;
  }
  if (!target.startsWith(kind) || target[kind.length] !== ':') return undefined;
  const inode = Number(target.slice(kind.length + 2, -1));
  return Number.isSafeInteger(inode) ? inode : undefined;
}

/** Number of the file itself; undefined where there is none. */
export function fileInode(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function whyOf(error: unknown): Unreadable {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'gone';
}
