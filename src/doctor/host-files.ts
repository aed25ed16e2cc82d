import { constants, type Stats, type StatsFs } from 'node:fs';
import { access, type FileHandle, lstat, open, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';

/** No file that is looked at is longer, but logs, of which the end is read. */
const MAX_BYTES = 1024 * 1024;
/** A pipe in a file's place must not be waited for, and no terminal taken over. Neither is there on Windows. */
const FLAGS =
  constants.O_RDONLY |
  ((constants.O_NONBLOCK as number | undefined) ?? 0) |
  ((constants.O_NOCTTY as number | undefined) ?? 0);

const NO_LINK = (constants.O_NOFOLLOW as number | undefined) ?? 0;
const FOLDER_ONLY = NO_LINK | ((constants.O_DIRECTORY as number | undefined) ?? 0);
const NO_FILE = 'it is no regular file';

/** The files of a host, below a folder that stands for its root. Fails with the system's errors. */
export class HostFiles {
  readonly #root: string;

  constructor(root = '/') {
    this.#root = root;
  }

  /** The beginning of a regular file, also behind a link: these are files of root and of the kernel. */
  async read(path: string, limit = MAX_BYTES): Promise<Buffer> {
    const handle = await open(this.#at(path), FLAGS);
    try {
      if (!(await handle.stat()).isFile()) throw skipped(NO_FILE);
      return await bytesFrom(handle, 0, limit);
    } finally {
      await handle.close();
    }
  }

  /**
   * The end of a file in a folder whose owner is not trusted: without following a link, neither to the folder nor to
   * the file, and of a file alone that is the folder's owner's or root's and has no second name elsewhere.
   */
  async endOf(folder: string, name: string, limit: number): Promise<Buffer> {
    const at = await openUnlinked(
      this.#at(folder),
      FLAGS | FOLDER_ONLY,
      'its folder is a symbolic link or no folder',
    );
    try {
      // By the open folder: its name may be given to another one meanwhile.
      const path =
        process.platform === 'linux' ? `/proc/self/fd/${at.fd}/${name}` : this.#at(join(folder, name));
      const handle = await openUnlinked(path, FLAGS | NO_LINK, 'it is a symbolic link');
      try {
        const stats = await handle.stat();
        if (!stats.isFile()) throw skipped(NO_FILE);
        if (stats.uid !== 0 && stats.uid !== (await at.stat()).uid)
          throw skipped(`it belongs to uid ${stats.uid}`);
        if (stats.nlink !== 1) throw skipped('it has a second name (a hard link)');
        return await bytesFrom(handle, Math.max(0, stats.size - limit), limit);
      } finally {
        await handle.close();
      }
    } finally {
      await at.close();
    }
  }

  async text(path: string, limit?: number): Promise<string> {
    return (await this.read(path, limit)).toString();
  }

  list(path: string): Promise<string[]> {
    return readdir(this.#at(path));
  }

  /** Of a link, the link. */
  lstat(path: string): Promise<Stats> {
    return lstat(this.#at(path));
  }

  stat(path: string): Promise<Stats> {
    return stat(this.#at(path));
  }

  statfs(path: string): Promise<StatsFs> {
    return statfs(this.#at(path));
  }

  async may(path: string, mode: number): Promise<boolean> {
    return access(this.#at(path), mode).then(
      () => true,
      () => false,
    );
  }

  async exists(path: string): Promise<boolean> {
    return this.lstat(path).then(
      () => true,
      () => false,
    );
  }

  #at(path: string): string {
    return join(this.#root, path);
  }
}

/** The value, or undefined where there is no such file. @throws what else the system says */
export async function ifThere<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw error;
  }
}

async function openUnlinked(path: string, flags: number, otherwise: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Linux answers O_DIRECTORY|O_NOFOLLOW on a symbolic link with ENOTDIR, others with ELOOP.
    if (code === 'ELOOP' || code === 'ENOTDIR') throw skipped(otherwise);
    // A socket in its place.
    if (code === 'ENXIO') throw skipped(NO_FILE);
    throw error;
  }
}

async function bytesFrom(handle: FileHandle, position: number, limit: number): Promise<Buffer> {
  const bytes = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await handle.read(bytes, length, limit - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

function skipped(why: string): InputError {
  return new InputError(`not read: ${why}`, { code: 'doctor.file', remedy: 'See who put it there.' });
}
