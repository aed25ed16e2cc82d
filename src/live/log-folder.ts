import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrerequisiteError } from '../errors.ts';

/** To whom folder and files are given, so that they can be written after root is given up. */
export interface Owner {
  uid: number;
  gid: number;
}

/** What a folder is for, in messages. */
export interface FolderUse {
  what: string;
  option: string;
  /** Option with which there is none. */
  without: string;
  code: string;
}

export const LOGS: FolderUse = {
  what: 'logs',
  option: '--log-dir',
  without: '--no-log',
  code: 'live.log_folder',
};

const PRIVATE = 0o700;
const STICKY = 0o1000;
const OWN_FOLDER = 'Name a folder of its own';

/** Uids that systemd hands out for a run (systemd.exec(5), DynamicUser=): an earlier session's, reused by nobody else. */
const DYNAMIC_UIDS = { first: 61184, last: 65519 };

/** Entries that show a folder to be ours: our logs, whatever logrotate appends to their names, and a file system's own. */
const OURS = /^imds-|^lost\+found$/;

/**
 * Makes the folder if it is missing (0700), and sees that nobody else can plant names in it or read it.
 *
 * What is changed of an existing folder, its mode or owner, is changed only if nothing but our logs is in
 * it: `--log-dir /var/log` must not shut everybody else out of /var/log. Refused with a
 * {@link PrerequisiteError} are a symbolic link (who may replace it decides where root writes), a folder of
 * another user (its owner can), and one in which others may write (they may have left hard links there).
 */
export async function prepareFolder(
  folder: string,
  owner: Owner | undefined,
  use: FolderUse = LOGS,
): Promise<void> {
  const handle = await openFolder(folder, use);
  try {
    await makePrivate(handle, folder, owner, use);
  } finally {
    await handle.close();
  }
}

async function openFolder(folder: string, use: FolderUse): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  try {
    return await open(folder, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Linux answers O_DIRECTORY|O_NOFOLLOW on a symbolic link with ENOTDIR, others with ELOOP.
    if (code === 'ENOTDIR' || code === 'ELOOP') {
      throw noFolder(folder, use);
    }
    if (code !== 'ENOENT') throw error;
  }
  await makeFolder(folder, use);
  return open(folder, flags);
}

async function makeFolder(folder: string, use: FolderUse): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
    await mkdir(folder, { mode: PRIVATE });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another log of this session, or another session, was faster.
    if (code === 'EEXIST') return;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw unmakeable(folder, use);
  }
}

/** The name leads to something else. */
export function noFolder(folder: string, use: FolderUse): PrerequisiteError {
  const why = 'it is a symbolic link or no folder';
  return refused(use, folder, why, 'Name the folder itself, not a link to it');
}

/** There is none, and no right to make one. */
export function unmakeable(folder: string, use: FolderUse): PrerequisiteError {
  const ids = `-o ${process.geteuid?.()} -g ${process.getegid?.()}`;
  const why = 'it is missing, and this process may not make it';
  return refused(use, folder, why, `Make it (install -d -m 700 ${ids} ${folder})`);
}

async function makePrivate(
  handle: FileHandle,
  folder: string,
  owner: Owner | undefined,
  use: FolderUse,
): Promise<void> {
  const stats = await handle.stat();
  const changes = changesOf(stats, owner);
  const names = changes.gives || changes.makesPrivate ? await readdir(folder) : [];
  const refusal = folderRefusal(folder, stats, names, owner, use);
  if (refusal !== undefined) throw refusal;
  if (changes.makesPrivate) await handle.chmod(PRIVATE);
  if (changes.gives && owner !== undefined) await handle.chown(owner.uid, owner.gid);
}

/** Of a folder that is there: who has it, and who may do what in it. */
export interface FolderRights {
  uid: number;
  gid: number;
  mode: number;
}

/** Why a folder that is there is not taken; undefined where it is. @param names what is in it */
export function folderRefusal(
  folder: string,
  rights: FolderRights,
  names: readonly string[],
  owner: Owner | undefined,
  use: FolderUse,
): PrerequisiteError | undefined {
  const { uid, mode } = rights;
  const self = process.geteuid?.() ?? uid;
  const permitted = [0, self, owner?.uid];
  const others = names.filter((name) => !OURS.test(name));
  // Whoever follows the advice for /tmp or a home would shut everybody else out of it.
  const isOurs = others.length === 0 && (mode & STICKY) === 0;
  if (!permitted.includes(uid) && !isDynamic(uid)) {
    const remedy = isOurs ? `Give it to root (chown 0:0 ${folder})` : OWN_FOLDER;
    return refused(use, folder, `it belongs to uid ${uid}, who can replace what is in it`, remedy);
  }
  if ((mode & 0o022) !== 0) {
    const remedy = isOurs ? `See what is in it, then chmod 700 ${folder}` : OWN_FOLDER;
    return refused(use, folder, `others may write in it (mode ${(mode & 0o7777).toString(8)})`, remedy);
  }
  const { gives, makesPrivate } = changesOf(rights, owner);
  if ((!gives && !makesPrivate) || others.length === 0) return undefined;
  const why = `it holds other files (${others[0]}${others.length > 1 ? ', …' : ''})`;
  return refused(use, folder, `${why}, and would be closed to everybody else`, OWN_FOLDER);
}

function changesOf({ uid, gid, mode }: FolderRights, owner: Owner | undefined) {
  const self = process.geteuid?.() ?? uid;
  return {
    gives: self === 0 && owner !== undefined && (owner.uid !== uid || owner.gid !== gid),
    // Also that of aws-imds-packet-analyzer, 0600: only root may enter such a folder.
    makesPrivate: (mode & 0o777) !== PRIVATE,
  };
}

function isDynamic(uid: number): boolean {
  return uid >= DYNAMIC_UIDS.first && uid <= DYNAMIC_UIDS.last;
}

function refused(use: FolderUse, folder: string, why: string, remedy: string): PrerequisiteError {
  return new PrerequisiteError(`cannot keep ${use.what} in ${folder}: ${why}`, {
    code: use.code,
    remedy: `${remedy}, or choose another with ${use.option}.`,
  });
}
