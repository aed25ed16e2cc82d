import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { UsageError } from '../errors.ts';

/** The default configuration, with all its explanations, has 7 kB. */
export const MAX_CONFIG_BYTES = 262_144;

/**
 * The bytes of a configuration; undefined where there is no such file.
 *
 * As root, one that somebody else could change is not followed: it says where root writes.
 *
 * @throws UsageError where it cannot be read, or is not to be followed
 */
export function readConfigFile(file: string): Buffer | undefined {
  const fd = open(file);
  if (fd === undefined) return undefined;
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw refused(file, 'no regular file', 'Name a file of TOML.');
    if (process.geteuid?.() === 0) refuseForeign(file, stats);
    if (stats.size > MAX_CONFIG_BYTES) throw tooLong(file);
    const bytes = Buffer.alloc(MAX_CONFIG_BYTES + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < bytes.length; length += read)
      read = readPart(file, fd, bytes, length);
    // It may have grown meanwhile.
    if (length > MAX_CONFIG_BYTES) throw tooLong(file);
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/** O_NONBLOCK, because opening a pipe would wait for its other end. */
function open(file: string): number | undefined {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(file, error);
  }
}

/** Of a file of the kernel's (/proc/self/mem, /proc/kmsg), it is the reading that fails. */
function readPart(file: string, fd: number, bytes: Buffer, from: number): number {
  try {
    return readSync(fd, bytes, from, bytes.length - from, from);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): UsageError {
  const message = error instanceof Error ? error.message : String(error);
  return refused(
    file,
    `it cannot be read: ${message}`,
    'See its owner and mode, and whether it is a file of TOML.',
  );
}

function refuseForeign(file: string, { uid, gid, mode }: Stats): void {
  const who = [
    ...(uid === 0 ? [] : [`uid ${uid}, whose it is`]),
    ...(mode & 0o020 ? [`every member of group ${gid}`] : []),
    ...(mode & 0o002 ? ['every user of this host'] : []),
  ];
  if (who.length === 0) return;
  throw refused(
    file,
    `${who.join(' and ')} can change it (mode ${(mode & 0o7777).toString(8).padStart(4, '0')}), and this process is root`,
    `See what is in it, then chown root:root ${file} && chmod 644 ${file}.`,
  );
}

function tooLong(file: string): UsageError {
  return refused(file, `longer than ${MAX_CONFIG_BYTES / 1024} KiB`, 'Name a file of TOML.');
}

function refused(file: string, why: string, remedy: string): UsageError {
  return new UsageError(`${file}: ${why}`, {
    code: 'config.file',
    remedy: `${remedy} Or leave it out with --config none.`,
  });
}
