import { constants, statSync } from 'node:fs';
import { type FileHandle, lstat, open, unlink } from 'node:fs/promises';
import { FailureError, UsageError } from '../../errors.ts';

/** Captures hold what others may not see. */
const MODE = 0o600;
/** Windows has no O_NOFOLLOW; O_EXCL does not follow a link either. */
const FLAGS =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_EXCL |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0);

/** A file that this run created: it and nothing else is deleted. */
export interface OwnFile {
  path: string;
  device: bigint;
  inode: bigint;
}

export interface CreatedFile extends OwnFile {
  handle: FileHandle;
}

/** A new file, never one that was there, and never through a symbolic link. Fails with the system's error. */
export async function createFile(path: string): Promise<CreatedFile> {
  const handle = await open(path, FLAGS, MODE);
  try {
    const owner = invokingUser();
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    const { dev, ino } = await handle.stat({ bigint: true });
    return { path, handle, device: dev, inode: ino };
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw error;
  }
}

/** Of `sudo`: whoever asked for the capture is to read it. Undefined without it, and once root is given up. */
function invokingUser(): { uid: number; gid: number } | undefined {
  const [uid, gid] = [process.env.SUDO_UID, process.env.SUDO_GID].map((text) =>
    /^\d{1,10}$/.test(text ?? '') ? Number(text) : undefined,
  );
  return process.getuid?.() === 0 && uid && gid ? { uid, gid } : undefined;
}

/** Deletes the file if it is still the one that was created; one that is gone is no error. */
export async function deleteOwn({ path, device, inode }: OwnFile): Promise<void> {
  try {
    const { dev, ino } = await lstat(path, { bigint: true });
    if (dev === device && ino === inode) await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Why the first file cannot be created: the name that was given is to be changed. */
export function unusable(name: string, error: unknown): unknown {
  const { code: reason, path = name } = error as NodeJS.ErrnoException;
  if (reason === undefined) return error;
  const code = reason === 'EEXIST' && isFolder(path) ? 'EISDIR' : reason;
  const [what, remedy] = REFUSALS[code] ?? [`cannot be created: ${code}`, 'Give the name of another file.'];
  return new UsageError(`-w ${path}: ${what}`, { code: 'usage.capture_file', remedy, cause: error });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

const OTHER_FOLDER = 'Choose a folder that exists and that you may write to.';
const REFUSALS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  EEXIST: [
    'exists already, and a capture is never overwritten',
    'Give another name, or move that file out of the way.',
  ],
  EISDIR: ['is a folder', 'Give the name of a file in it that does not exist yet.'],
  ELOOP: ['is a symbolic link', 'Give the name of a file that does not exist yet.'],
  ENOENT: ['its folder does not exist', OTHER_FOLDER],
  ENOTDIR: ['its folder is none', OTHER_FOLDER],
  EACCES: ['may not be created', OTHER_FOLDER],
  EPERM: ['may not be created', OTHER_FOLDER],
  EROFS: ['its file system is read-only', OTHER_FOLDER],
  ENOSPC: ['its file system is full', 'Make room there, or choose another folder.'],
  EDQUOT: ['the quota of its file system is used up', 'Make room there, or choose another folder.'],
  ENAMETOOLONG: ['the name is too long', 'Give a shorter one.'],
};

/** What is told once while the session goes on. */
export function trouble(path: string, error: unknown): FailureError {
  const code = codeOf(error);
  const [what, remedy] = TROUBLES[code] ?? [`cannot be written: ${code}`, REMEDY];
  return new FailureError(`-w ${path}: ${what}; the session goes on, and what is not saved is counted`, {
    code: `save.${code.toLowerCase()}`,
    remedy,
    cause: error,
  });
}

const REMEDY = 'Saving goes on by itself once the file can be written again.';
const TROUBLES: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ['the file system is full', `Make room there. ${REMEDY}`],
  EDQUOT: ['the quota of the file system is used up', `Make room there. ${REMEDY}`],
  ENOENT: ['the file or its folder was removed', `Make the folder again. ${REMEDY}`],
};

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.name;
}
