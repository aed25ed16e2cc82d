import { link, rename, unlink } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type FileIdentity, isSame, rolledName, statOf } from './names.ts';

/** A second writer has the roll-over done in this time, if it is not dead. */
const ROLL_MS = 50;

/**
 * Moves `path` to `path.1`, that to `path.2` … and removes what would be `path.<keep + 1>`. Names are moved,
 * never opened, so that a symbolic link among them is moved or removed itself.
 *
 * Another process may roll the same names at this moment. So no step replaces a file, and the move of
 * `path` itself, to which that other one may have done the same just now, succeeds for one of the two.
 */
export async function rollNames(path: string, keep: number, file: FileIdentity): Promise<void> {
  if (keep === 0) return removeIfThere(path);
  if (isSame(await statOf(rolledName(path, 1)), file)) {
    // The second half of a move: another writer's, under way, or one that was interrupted.
    await setTimeout(ROLL_MS);
    await removeSame(path, file);
    return;
  }
  let free = 1;
  while (free <= keep && (await statOf(rolledName(path, free))) !== undefined) free++;
  if (free > keep) await removeIfThere(rolledName(path, keep));
  for (let number = Math.min(free, keep) - 1; number >= 1; number--) {
    await move(rolledName(path, number), rolledName(path, number + 1));
  }
  await move(path, rolledName(path, 1));
}

/** rename(2) that does not replace; where the file or file system has no hard links, rename(2) itself. */
async function move(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Done, or being done, by another writer.
    if (code === 'EEXIST' || code === 'ENOENT') return;
    await rename(from, to);
    return;
  }
  const moved = await statOf(to);
  if (moved !== undefined) await removeSame(from, moved);
}

/**
 * Removes the name if it still is that file's. While this process was held up, another writer may have gone on,
 * and the name be that of its new file: so it is moved aside first, where nobody else looks, and looked at there.
 */
async function removeSame(path: string, file: FileIdentity): Promise<void> {
  if (!isSame(await statOf(path), file)) return;
  const aside = `${path}.${process.pid}~`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (!isSame(await statOf(aside), file)) await putBack(aside, path);
  await removeIfThere(aside);
}

/** Under its name again, or if a newer file has that by now, under the first that is free. */
async function putBack(aside: string, path: string): Promise<void> {
  for (let number = 0; ; number++) {
    try {
      await link(aside, number === 0 ? path : rolledName(path, number));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
