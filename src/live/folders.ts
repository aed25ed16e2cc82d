import { UsageError } from '../errors.ts';
import { FolderLock } from './folder-lock.ts';
import { INVENTORY_USE } from './inventory/inventory-file.ts';
import { type FolderUse, LOGS, type Owner, prepareFolder } from './log-folder.ts';

/** A disk may be full now and have room later; the sinks try again, and count what they could not write. */
const PASSING = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE']);

export interface Folders {
  /** Of logs, and of the inventory; undefined for none. */
  logFolder: string | undefined;
  stateFolder: string | undefined;
}

/**
 * Makes both folders before anything is attached: a session that could never write its log is not to look like
 * one. What becomes of them later stops nothing.
 *
 * @returns what keeps other sessions out of them, to be released at the end
 * @throws UsageError where one cannot be there at all, or another session has it; PrerequisiteError as
 *   {@link prepareFolder}
 */
export async function prepareFolders(
  { logFolder, stateFolder }: Folders,
  owner: Owner | undefined,
): Promise<Disposable> {
  const wanted: [string | undefined, FolderUse][] = [
    [logFolder, LOGS],
    [stateFolder, INVENTORY_USE],
  ];
  const locks: FolderLock[] = [];
  const release = () => {
    for (const lock of locks) lock.release();
  };
  try {
    for (const [folder, use] of wanted) {
      if (folder === undefined) continue;
      FolderLock.check(folder, use);
      await prepare(folder, owner, use);
      const lock = FolderLock.take(folder, use, owner);
      if (lock !== undefined) locks.push(lock);
    }
  } catch (error) {
    release();
    throw error;
  }
  return { [Symbol.dispose]: release };
}

async function prepare(folder: string, owner: Owner | undefined, use: FolderUse): Promise<void> {
  try {
    await prepareFolder(folder, owner, use);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const isOfSystem = error instanceof Error && 'errno' in error && typeof code === 'string';
    if (!isOfSystem) throw error;
    if (PASSING.has(code)) return;
    throw new UsageError(`${use.option} ${folder}: cannot be made or opened: ${error.message}`, {
      code: 'usage.folder',
      remedy: `Name a folder that can be there with ${use.option}.`,
      cause: error,
    });
  }
}
