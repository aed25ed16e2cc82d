import { UsageError } from '../errors.ts';
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
 * @throws UsageError where one cannot be there at all; PrerequisiteError as {@link prepareFolder}
 */
export async function prepareFolders(
  { logFolder, stateFolder }: Folders,
  owner: Owner | undefined,
): Promise<void> {
  if (logFolder !== undefined) await prepare(logFolder, owner, LOGS);
  if (stateFolder !== undefined) await prepare(stateFolder, owner, INVENTORY_USE);
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
