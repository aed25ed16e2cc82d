/** Packages of Debian that are unpacked and not installed, so that this machine stays as it is. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './setup.mjs';

/**
 * Fetches packages into `folder`, by package lists of its own from the same sources as this machine's: those may
 * be old, not there, or of one architecture.
 * @param {readonly string[]} names `libelf-dev`, `libelf-dev:arm64`
 * @param {{ folder: string, target: string, title: string, options?: readonly string[] }} how
 *   `target` is where they are unpacked; `options` are more of apt's
 * @returns {Promise<boolean>} whether all of them were
 */
export async function unpackPackages(names, { folder, target, title, options = [] }) {
  const lists = join(folder, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(target, { recursive: true });
  const settings = [
    `Dir::State::Lists=${lists}`,
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
    ...options,
  ];
  const apt = ['-C', folder, 'apt-get', '-qq', ...settings.flatMap((setting) => ['-o', setting])];
  if ((await step('Reading package lists', 'env', [...apt, 'update'])) !== 0) return false;
  if ((await step(title, 'env', [...apt, 'download', ...names])) !== 0) return false;
  return names.every((name) => {
    const [stem = name] = name.split(':');
    const file = readdirSync(folder).find((entry) => entry.startsWith(`${stem}_`)) ?? stem;
    return spawnSync('dpkg-deb', ['-x', join(folder, file), target]).status === 0;
  });
}
