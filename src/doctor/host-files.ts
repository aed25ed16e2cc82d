import { constants, type Stats, type StatsFs } from 'node:fs';
import { access, lstat, open, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** No file that is looked at is longer, but logs, of which the end is read. */
const MAX_BYTES = 1024 * 1024;
/** A pipe in a file's place must not be waited for, and no terminal taken over. Neither is there on Windows. */
const FLAGS =
  constants.O_RDONLY |
  ((constants.O_NONBLOCK as number | undefined) ?? 0) |
  ((constants.O_NOCTTY as number | undefined) ?? 0);

/** The files of a host, below a folder that stands for its root. Fails with the system's errors. */
export class HostFiles {
  readonly #root: string;

  constructor(root = '/') {
    this.#root = root;
  }

  /** From the beginning, or as much of the end. */
  async read(path: string, limit = MAX_BYTES, from: 'start' | 'end' = 'start'): Promise<Buffer> {
    const handle = await open(this.#at(path), FLAGS);
    try {
      const size = from === 'end' ? (await handle.stat()).size : 0;
      const bytes = Buffer.alloc(limit);
      let length = 0;
      for (let position = Math.max(0, size - limit); length < limit; ) {
        const { bytesRead } = await handle.read(bytes, length, limit - length, position + length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return bytes.subarray(0, length);
    } finally {
      await handle.close();
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
