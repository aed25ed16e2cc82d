import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { FailureError, UsageError } from '../../errors.ts';
import { codeOf, createFile, deleteOwn } from '../../live/save/create-file.ts';
import { type Entry, tar } from './tar.ts';

/**
 * Writes FILE.tar.gz, 0600: a new file, never one that was there, never through a symbolic link.
 *
 * @throws UsageError where it cannot be created; FailureError where it cannot be written
 */
export async function writeBundle(path: string, entries: readonly Entry[], time: Date): Promise<void> {
  const bytes = await promisify(gzip)(tar(entries, Math.floor(time.getTime() / 1000)));
  const created = await createFile(path).catch((error: unknown) => {
    throw refused(path, error);
  });
  try {
    await created.handle.writeFile(bytes);
    await created.handle.close();
  } catch (cause) {
    await created.handle.close().catch(() => undefined);
    await deleteOwn(created).catch(() => undefined);
    throw new FailureError(`--bundle ${path}: cannot be written: ${codeOf(cause)}`, {
      code: 'doctor.bundle',
      remedy: 'Nothing of it was kept. Make room, or choose another folder.',
      cause,
    });
  }
}

function refused(path: string, cause: unknown): UsageError {
  const code = codeOf(cause);
  const isThere = code === 'EEXIST' || code === 'ELOOP';
  return new UsageError(`--bundle ${path}: ${isThere ? 'exists already' : `cannot be created: ${code}`}`, {
    code: 'usage.bundle',
    remedy: isThere ? 'Give another name.' : 'Choose a folder that exists and that you may write to.',
    cause,
  });
}
