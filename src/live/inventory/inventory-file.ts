import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { INVENTORY, isAside } from '../../callers/inventory.ts';
import type { CallerSummary } from '../../callers/types.ts';
import { readInventory, type SavedInventory } from '../../events/saved-inventory.ts';
import { type Owner, prepareFolder } from '../log-folder.ts';

export const INVENTORY_USE = {
  what: 'the inventory',
  option: '--state-dir',
  without: '--no-state',
  code: 'live.state_folder',
};
const PRIVATE = 0o600;
/** No writing of it takes longer: what is as old is of a process that was killed. */
const LEFT_BEHIND_MS = 60_000;

/** Where the inventory is. It is replaced as a whole: whoever reads it, and whenever its writer dies, it is one. */
export class InventoryFile {
  readonly path: string;
  readonly #folder: string;
  readonly #owner: Owner | undefined;

  constructor(folder: string, owner: Owner | undefined) {
    // Also drops a closing slash, with which O_NOFOLLOW would follow a link.
    this.#folder = resolve(folder);
    this.path = join(this.#folder, INVENTORY);
    this.#owner = owner;
  }

  /** @throws PrerequisiteError where the folder is not safe to write to */
  async prepare(): Promise<void> {
    await prepareFolder(this.#folder, this.#owner, INVENTORY_USE);
    await this.#removeLeftovers();
  }

  /**
   * What an earlier session wrote; undefined for none. What cannot be read as a whole is moved aside, after what
   * could be read of it.
   */
  async read(take: (caller: CallerSummary) => void): Promise<SavedInventory | undefined> {
    if (!(await this.#isThere())) return undefined;
    let saved: SavedInventory;
    try {
      saved = await readInventory(this.path, take);
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      saved = { turnedAway: { callers: 0, calls: 0 }, hosts: [], damage: `it cannot be read (${code})` };
    }
    if (saved.damage !== undefined) await rename(this.path, `${this.path}.damaged`);
    return saved;
  }

  /** @throws an error of the system; the file is then as it was */
  async write(pieces: AsyncIterable<string>): Promise<void> {
    const temporary = `${this.path}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(temporary, flags, PRIVATE);
    try {
      for await (const piece of pieces) await writeAll(file, Buffer.from(piece));
      await file.sync();
      await file.close();
      await rename(temporary, this.path);
    } catch (error) {
      await file.close().catch(() => {});
      await unlink(temporary).catch(() => {});
      throw error;
    }
    await this.#syncFolder();
  }

  /** A link in its place is nothing of ours, and is not followed. */
  async #isThere(): Promise<boolean> {
    try {
      const file = await open(this.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        return (await file.stat()).isFile();
      } finally {
        await file.close();
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ELOOP') return false;
      throw error;
    }
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!isAside(name) || !name.includes('.new-')) continue;
      const path = join(this.#folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (Date.now() - mtimeMs > LEFT_BEHIND_MS) await unlink(path).catch(() => {});
    }
  }

  /** So that the name is there after a power cut, too; some file systems cannot. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, constants.O_RDONLY | constants.O_DIRECTORY);
    await folder.sync().catch(() => {});
    await folder.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
