import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Owner } from './log-folder.ts';
import { rolledName } from './names.ts';

/**
 * Gives the rolled files of earlier sessions the mode and owner of the new ones, for they may be of the
 * predecessor (0644) or of a uid that is no longer ours. What is no plain file stays as it is, and what cannot be changed: it is not written.
 */
export async function adoptRolled(path: string, keep: number, owner: Owner | undefined): Promise<void> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  for (let number = 1; number <= keep; number++) {
    const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    const handle = await open(rolledName(path, number), flags).catch(() => undefined);
    if (handle === undefined) continue;
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.nlink !== 1) continue;
      if ((stats.mode & 0o7777) !== 0o600) await handle.chmod(0o600);
      if (process.geteuid?.() === 0 && owner !== undefined) await handle.chown(owner.uid, owner.gid);
    } catch {
      // Not ours to change, or a disk that fails: no reason not to start.
    } finally {
      await handle.close().catch(() => undefined);
    }
  }
}
