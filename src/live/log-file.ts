import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { PrerequisiteError } from '../errors.ts';
import type { Owner } from './log-folder.ts';
import { type FileIdentity, isSame, rolledName, statOf } from './names.ts';

const PRIVATE = 0o600;
const NEWLINE = 0x0a;
const LOOKS = 5;
const LOOK_AGAIN_MS = 10;

/** An open log, as it was when last looked at. */
export interface LogFile extends FileIdentity {
  readonly handle: FileHandle;
  size: number;
  /** False where a writer was interrupted within a line. */
  endsLine: boolean;
}

/**
 * Opens a log to append, 0600. Node adds O_CLOEXEC itself; O_RDWR is for a look at the last byte;
 * O_NONBLOCK, because opening a planted pipe would wait for its other end.
 */
export async function openLogFile(path: string, owner: Owner | undefined): Promise<LogFile> {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  const flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  const handle = await open(path, flags, PRIVATE).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') throw refused(path, A_LINK);
    if (error.code === 'EISDIR' || error.code === 'ENXIO') throw refused(path, NO_FILE);
    throw error;
  });
  try {
    const stats = await handle.stat();
    const refusal = logFileRefusal(path, stats);
    if (refusal !== undefined) throw refusal;
    await refuseSecondName(path, stats);
    if ((stats.mode & 0o7777) !== PRIVATE) await handle.chmod(PRIVATE);
    const gives = process.geteuid?.() === 0 && owner !== undefined;
    if (gives && (stats.uid !== owner.uid || stats.gid !== owner.gid)) {
      await handle.chown(owner.uid, owner.gid);
    }
    const { dev, ino } = stats;
    return { handle, dev, ino, ...(await endOf(handle)) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const A_LINK = 'it is a symbolic link';
const NO_FILE = 'it is no regular file';

/** Why what has the name of a log is not written to; undefined where it is. @param stats of a link, the link's */
export function logFileRefusal(path: string, stats: Stats): PrerequisiteError | undefined {
  if (stats.isFile()) return undefined;
  return refused(path, stats.isSymbolicLink() ? A_LINK : NO_FILE);
}

/**
 * Where the file ends, and whether a line does there. One that does not may be just being written by another
 * writer, whose write is seen page by page: what was left by a dead one stays as it is.
 */
export async function endOf(handle: FileHandle): Promise<Pick<LogFile, 'size' | 'endsLine'>> {
  for (let look = 1; ; look++) {
    const { size } = await handle.stat();
    if (size === 0) return { size, endsLine: true };
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    const endsLine = bytesRead === 0 || buffer[0] === NEWLINE;
    if (endsLine || look === LOOKS) return { size, endsLine };
    await setTimeout(LOOK_AGAIN_MS);
  }
}

/**
 * A second name may be that of a file elsewhere, which would get our mode and owner. One is our own: of a
 * roll-over that was interrupted (roll.ts).
 */
async function refuseSecondName(path: string, stats: Stats): Promise<void> {
  if (stats.nlink < 2) return;
  const rolled = await statOf(rolledName(path, 1));
  if (stats.nlink === 2 && isSame(rolled, stats)) return;
  throw refused(path, 'it has a second name (a hard link)');
}

function refused(path: string, why: string): PrerequisiteError {
  return new PrerequisiteError(`cannot write ${path}: ${why}`, {
    code: 'live.log_file',
    remedy: 'Move it away, or choose another folder with --log-dir.',
  });
}
