import { PrerequisiteError, UsageError } from '../errors.ts';
import { type Folders, prepareFolders } from '../live/folders.ts';
import type { Owner } from '../live/log-folder.ts';

/** The same as {@link prepareFolders}. @throws PrerequisiteError too where the file system is read-only */
export async function prepareLiveFolders(folders: Folders, owner: Owner | undefined): Promise<Disposable> {
  try {
    return await prepareFolders(folders, owner);
  } catch (error) {
    throw readOnly(error) ?? error;
  }
}

/** In words, if that is why a folder could not be made; undefined for all else. */
export function readOnly(error: unknown): PrerequisiteError | undefined {
  const cause = error instanceof UsageError ? error.cause : undefined;
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'EROFS')) return undefined;
  const path = 'path' in cause && typeof cause.path === 'string' ? cause.path : 'a folder';
  return new PrerequisiteError(`cannot make ${path}: its file system is read-only`, {
    code: 'live.read_only',
    remedy:
      'Name folders elsewhere with --log-dir and --state-dir, or keep nothing with --no-log and --no-state.',
    cause: error,
  });
}
