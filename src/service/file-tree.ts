import { constants } from 'node:fs';
import {
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  symlink,
  unlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureError } from '../errors.ts';

/** A unit has two or three kilobytes; what is larger is none. */
const MAX_BYTES = 256 * 1024;

/** What stands at a path. */
export type Entry =
  | { kind: 'none' }
  | { kind: 'file'; text: string }
  | { kind: 'link'; target: string }
  | { kind: 'folder' }
  /** A device, a socket; or a file that is too large to be a unit. */
  | { kind: 'other' };

/**
 * The file system of a host, or of an image below a folder. Paths are the host's own: `/etc/systemd/system`. A link
 * among the folders of a path is never followed, wherever it leads: that of an image could lead out of it.
 */
export class FileTree {
  /** `/`, or the folder of an image, without links. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** @throws FailureError for a folder that cannot be read */
  static async open(root: string): Promise<FileTree> {
    return new FileTree(await guarded('open', root, () => realpath(root)));
  }

  /** Where that path lies on the machine that runs this. */
  real(path: string): string {
    // From the root on, beyond which no `..` leads.
    return join(this.root, join('/', path));
  }

  async look(path: string): Promise<Entry> {
    if (!(await this.#hasFolder(dirname(path)))) return { kind: 'none' };
    const real = this.real(path);
    return guarded('read', real, async () => {
      const stats = await orUndefined(lstat(real));
      if (stats === undefined) return { kind: 'none' };
      if (stats.isSymbolicLink()) return { kind: 'link', target: await readlink(real) };
      if (stats.isDirectory()) return { kind: 'folder' };
      if (!stats.isFile() || stats.size > MAX_BYTES) return { kind: 'other' };
      return { kind: 'file', text: await readBounded(real) };
    });
  }

  /** Names in a folder; none where it is missing. */
  async list(path: string): Promise<string[]> {
    if (!(await this.#hasFolder(path))) return [];
    return guarded('read', this.real(path), async () => (await readdir(this.real(path))).sort());
  }

  /** Writes a file that everybody may read, whole or not at all. */
  async write(path: string, text: string): Promise<void> {
    await this.#makeFolder(dirname(path));
    const real = this.real(path);
    const partial = `${real}.imds-${process.pid}`;
    await guarded('write', real, async () => {
      const handle = await open(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
      try {
        await handle.chmod(0o644);
        await handle.writeFile(text);
        await handle.sync();
        await rename(partial, real);
      } catch (error) {
        await unlink(partial);
        throw error;
      } finally {
        await handle.close();
      }
    });
  }

  async link(path: string, target: string): Promise<void> {
    await this.#makeFolder(dirname(path));
    await guarded('link', this.real(path), () => symlink(target, this.real(path)));
  }

  async remove(path: string): Promise<void> {
    await this.#insistOnFolder(dirname(path));
    await guarded('remove', this.real(path), () => unlink(this.real(path)));
  }

  /** Leaves a folder that still has something in it. */
  async removeEmptyFolder(path: string): Promise<void> {
    await this.#insistOnFolder(dirname(path));
    await guarded('remove', this.real(path), () => rmdir(this.real(path)));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#insistOnFolder(dirname(from));
    await this.#makeFolder(dirname(to));
    await guarded('rename', this.real(from), () => rename(this.real(from), this.real(to)));
  }

  /** @throws FailureError where a folder of that path is a link; those that are missing are none */
  async refuseLinks(path: string): Promise<void> {
    if (path === '/') return;
    await this.refuseLinks(dirname(path));
    const stats = await guarded('read', this.real(path), () => orUndefined(lstat(this.real(path))));
    if (stats?.isSymbolicLink()) await this.#insistOnFolder(path);
  }

  /** Whether that folder is there, itself and not by a link. */
  async #hasFolder(path: string): Promise<boolean> {
    const real = await orUndefined(realpath(this.real(path)));
    return real !== undefined && real === this.real(path);
  }

  async #insistOnFolder(path: string): Promise<void> {
    if (await this.#hasFolder(path)) return;
    throw new FailureError(`${this.real(path)} is missing, or reached through a symbolic link`, {
      code: 'service.folder',
      remedy: 'Make it a folder, or see who changed it meanwhile.',
    });
  }

  /** One level after the other, so that none is made behind a link. */
  async #makeFolder(path: string): Promise<void> {
    if (path === '/' || (await this.#hasFolder(path))) return;
    await this.#makeFolder(dirname(path));
    const real = this.real(path);
    if ((await orUndefined(lstat(real))) === undefined) {
      await guarded('make', real, () => mkdir(real, { mode: 0o755 }));
    }
    await this.#insistOnFolder(path);
  }
}

async function readBounded(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, MAX_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

async function guarded<T>(what: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError(`cannot ${what} ${path}: ${codeOf(error)}`, {
      code: 'service.file',
      remedy: REMEDIES[codeOf(error)] ?? 'See whether that path can be written here.',
      cause: error,
    });
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'Run it as root.',
  EPERM: 'Run it as root, on a file system that lets root write.',
  EROFS: 'That file system is read-only: remount it, or write the unit where the image is built (--root).',
  ENOENT: 'Name a folder that is there.',
  ENOTDIR: 'Name a folder.',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : String(error);
}
