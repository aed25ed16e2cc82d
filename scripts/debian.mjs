/** Packages of Debian that are unpacked and not installed, so that this machine stays as it is. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { say, step } from './step.mjs';

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
  const apt = aptIn(folder, options);
  if ((await step('Reading package lists', 'env', [...apt, 'update'])) !== 0) return false;
  if ((await step(title, 'env', [...apt, 'download', ...names])) !== 0) return false;
  return names.every((name) => unpack(fileOf(name, folder), target));
}

/**
 * The same of packages with all that they depend on and that this machine does not have.
 * @param {readonly string[]} names
 * @param {{ folder: string, target: string, title: string, parts?: Readonly<Record<string, readonly string[]>> }} how
 *   `parts` are the only paths that are unpacked of a package
 * @returns {Promise<boolean>} whether all of them were
 */
export async function unpackWithDependencies(names, { folder, target, title, parts = {} }) {
  mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
  const apt = aptIn(folder);
  if ((await step('Reading package lists', 'env', [...apt, 'update'])) !== 0) return false;
  // Nothing is installed: apt only works out what would be.
  const [program = '', ...args] = ['env', ...apt, 'install', '-s', '--no-install-recommends', ...names];
  const plan = spawnSync(program, args, { encoding: 'utf8' });
  if (plan.status !== 0) {
    say(`  ${plan.stderr.trim()}`);
    return false;
  }
  const wanted = new Set(names);
  for (const [, name = ''] of plan.stdout.matchAll(/^Inst (\S+)/gm)) wanted.add(name);
  if ((await step(title, 'env', [...apt, 'download', ...wanted])) !== 0) return false;
  return [...wanted].every((name) => unpack(fileOf(name, folder), target, parts[name]));
}

/**
 * apt with package lists of its own, which keeps what it downloads in that folder.
 * @param {string} folder
 * @param {readonly string[]} [options]
 */
function aptIn(folder, options = []) {
  const settings = [
    `Dir::State::Lists=${join(folder, 'lists')}`,
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
    ...options,
  ];
  return ['-C', folder, 'apt-get', '-qq', ...settings.flatMap((setting) => ['-o', setting])];
}

/** @param {string} name @param {string} folder */
function fileOf(name, folder) {
  const [stem = name] = name.split(':');
  return join(folder, readdirSync(folder).find((entry) => entry.startsWith(`${stem}_`)) ?? stem);
}

/**
 * @param {string} file
 * @param {string} target
 * @param {readonly string[]} [paths] within the package
 */
function unpack(file, target, paths) {
  mkdirSync(target, { recursive: true });
  if (paths === undefined) return spawnSync('dpkg-deb', ['-x', file, target]).status === 0;
  const only = 'file=$1 target=$2; shift 2; dpkg-deb --fsys-tarfile "$file" | tar -x -C "$target" "$@"';
  return spawnSync('sh', ['-c', only, 'sh', file, target, ...paths]).status === 0;
}
