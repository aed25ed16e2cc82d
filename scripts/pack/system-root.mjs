/** The files of a system's package: the tree below /usr, and what only an installed one has. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from '../step.mjs';

/** Files that their administrator changes: an update leaves them as they are, and a purge removes them. */
export const CONFIGURATION = ['etc/imds/imds.toml'];

/**
 * @param {string} tree
 * @param {string} folder that is written anew
 */
export function laySystemRoot(tree, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  cpSync(tree, join(folder, 'usr'), { recursive: true });
  const unit = join(folder, 'usr/lib/systemd/system/imds.service');
  mkdirSync(dirname(unit), { recursive: true });
  copyFileSync(join(root, 'packaging/imds.service'), unit);
  for (const path of CONFIGURATION) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(root, 'packaging', basename(path)), join(folder, path));
  }
}

/**
 * @param {string} folder
 * @param {string} from
 * @param {string} to
 */
export function move(folder, from, to) {
  mkdirSync(dirname(join(folder, to)), { recursive: true });
  renameSync(join(folder, from), join(folder, to));
}

/**
 * Gives every file the same time and the mode for everybody, whatever the umask was: the packers write both down.
 * @param {string} folder
 * @param {number} epoch seconds
 */
export function settle(folder, epoch) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) {
      chmodSync(path, entry.isDirectory() || (statSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644);
    }
    if (entry.isSymbolicLink()) lutimesSync(path, epoch, epoch);
    else utimesSync(path, epoch, epoch);
  }
  chmodSync(folder, 0o755);
  utimesSync(folder, epoch, epoch);
}
