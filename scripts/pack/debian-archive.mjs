/** Debian's archive, from the mirror that this machine's apt uses: roots of older releases, and sources. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../step.mjs';
import { PackError, run } from './run.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** @returns {string} address of the archive of packages, without that of security updates */
export function mirror() {
  const all = run('apt-get', ['indextargets', '--format', '$(REPO_URI)']).split('\n').filter(Boolean);
  const main = all.find((uri) => /\/debian\/?$/.test(uri));
  if (main === undefined) throw new PackError('apt knows no mirror of Debian: run apt-get update first.');
  return main;
}

/**
 * A root file system with the packages that every Debian has and some more; made once and kept.
 * @param {{ suite: string, packages: readonly string[], folder: string }} options
 */
export function debianRoot({ suite, packages, folder }) {
  const stamp = `${folder}.stamp`;
  const state = `${suite} ${packages.join(' ')}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  say(`  making a root of Debian ${suite} in ${folder}`);
  const partial = `${folder}.partial`;
  for (const each of [folder, partial]) rmSync(each, { recursive: true, force: true });
  const include = packages.length > 0 ? [`--include=${packages.join(',')}`] : [];
  const options = ['--variant=minbase', `--keyring=${KEYRING}`, ...include];
  run('debootstrap', [...options, suite, partial, mirror()]);
  rmSync(join(partial, 'var/cache/apt/archives'), { recursive: true, force: true });
  renameSync(partial, folder);
  writeFileSync(stamp, state);
}

/**
 * A file of a source package, checked against its hash.
 * @param {{ name: string, version: string, suite: string, file: string, sha256: string, cache: string }} source
 * @returns {string} its path
 */
export function debianSource({ name, version, suite, file, sha256, cache }) {
  const path = join(cache, file);
  if (!existsSync(path)) fetchSource(`${name}/${suite}`, suite, cache);
  const found = existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'missing';
  if (found === sha256) return path;
  throw new PackError(`${file} of ${name} ${version}: expected sha256 ${sha256}, and it is ${found}.`);
}

/**
 * @param {string} source
 * @param {string} suite
 * @param {string} cache
 */
function fetchSource(source, suite, cache) {
  say(`  fetching the source of ${source}`);
  const lists = join(cache, 'lists');
  const sources = join(cache, 'sources.list');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  writeFileSync(sources, `deb-src [signed-by=${KEYRING}] ${mirror()} ${suite} main\n`);
  const settings = [
    `Dir::State::Lists=${lists}`,
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
  ].flatMap((setting) => ['-o', setting]);
  run('apt-get', ['-qq', ...settings, 'update']);
  run('apt-get', ['-qq', ...settings, 'source', '--download-only', source], { cwd: cache });
}
