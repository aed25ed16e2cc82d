import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { PrerequisiteError, UsageError } from '../errors.ts';

/**
 * What a unit starts of the imds that runs: the launcher of a package or tarball, else this Node and its script. A
 * script by itself would look for a Node on systemd's PATH, which has few folders.
 *
 * @param root folder of package.json: `/usr/lib/imds` of a package
 */
export async function programOf(root: string, node: string): Promise<string[]> {
  const folder = await realpath(root);
  const launcher = join(folder, '..', '..', 'bin', 'imds');
  const isPacked = (await realpath(node)) === join(folder, 'node');
  if (isPacked && (await isFile(launcher))) return [launcher];
  return [await realpath(node), join(folder, 'bin', 'run.js')];
}

/**
 * What root starts at each boot must be root's alone: whoever can change the program, or a folder on the way to it,
 * would become root.
 *
 * @throws PrerequisiteError naming the first that is not; UsageError for a program that is not there
 */
export async function checkProgram(program: readonly string[]): Promise<void> {
  for (const path of program) {
    const real = await realOf(path);
    await checkWay(path);
    if (real !== path) await checkWay(real);
  }
}

async function realOf(path: string): Promise<string> {
  try {
    if (isAbsolute(path)) return await realpath(path);
  } catch {
    // As good as not named at all.
  }
  throw new UsageError(`${path}: there is no such program`, {
    code: 'service.program',
    remedy: 'Name it from the root on: --program /opt/imds/bin/imds.',
  });
}

async function checkWay(program: string): Promise<void> {
  for (let path = program; ; path = dirname(path)) {
    const stats = await lstat(path);
    // Nobody can write to a link: its folder counts, and where it leads.
    const isWritable = !stats.isSymbolicLink() && (stats.mode & 0o022) !== 0;
    if (stats.uid !== 0 || isWritable) throw unsafe(program, path, stats.uid);
    if (path === dirname(path)) return;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function unsafe(program: string, path: string, uid: number): PrerequisiteError {
  const who = uid === 0 ? 'can be written by others than root' : `belongs to uid ${uid}`;
  return new PrerequisiteError(`a service would run ${program} as root, and ${path} ${who}`, {
    code: 'service.program',
    remedy:
      'Install imds where root alone can write: the .deb or .rpm, the tarball in /opt, or npm install -g as root.',
  });
}
