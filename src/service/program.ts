import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
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
 * would become root. The first of the words is what is started, and must be an executable file.
 *
 * @param root folder of an image, within which links lead, as they will once it has booted; without one, this host
 * @throws PrerequisiteError naming the first that is not; UsageError for a program that is not there
 */
export async function checkProgram(program: readonly string[], root = '/'): Promise<void> {
  for (const [index, path] of program.entries()) {
    const way = await wayTo(path, root).catch(() => undefined);
    const last = way?.at(-1);
    if (way === undefined || last === undefined) throw missing(path, root);
    for (const step of way) checkStep(step, path, root);
    if (!last.stats.isFile()) throw unusable(last.path, 'is no file');
    if (index === 0 && (last.stats.mode & 0o111) === 0) throw unusable(last.path, 'is not executable');
  }
}

interface WayStep {
  /** On the machine that runs this. */
  path: string;
  stats: Stats;
}

/** As Linux has it (path_resolution(7)). */
const MAX_LINKS = 40;

/** The root, each folder and each link on the way to a program, and the program. Fails where there is none. */
async function wayTo(program: string, root: string): Promise<WayStep[]> {
  if (!isAbsolute(program)) return [];
  const stepAt = async (path: string) => ({ path: join(root, path), stats: await lstat(join(root, path)) });
  const way = [await stepAt('/')];
  const names = namesOf(program);
  let at = '/';
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    // No link leads above the root.
    const step = await stepAt(join(at, name));
    way.push(step);
    if (!step.stats.isSymbolicLink()) {
      at = join(at, name);
      continue;
    }
    if (++links > MAX_LINKS) return [];
    const target = await readlink(step.path);
    names.unshift(...namesOf(target));
    if (isAbsolute(target)) at = '/';
  }
  return way;
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function checkStep({ path, stats }: WayStep, program: string, root: string): void {
  // Who builds an image without root has the files that are to be root's.
  const isRoots = stats.uid === 0 || (root !== '/' && stats.uid === process.geteuid?.());
  if (!isRoots) throw unsafe(program, path, `belongs to uid ${stats.uid}`);
  // Nobody can write to a link: its folder counts, and where it leads.
  const isWritable = !stats.isSymbolicLink() && (stats.mode & 0o022) !== 0;
  if (isWritable) throw unsafe(program, path, 'can be written by others than root');
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function missing(program: string, root: string): UsageError {
  const [message, whose] =
    root === '/'
      ? [`${program}: there is no such program`, 'it from the root on']
      : [`there is no ${program} in ${root}`, 'the imds of the image, as the image sees it'];
  return new UsageError(message, {
    code: 'service.program',
    remedy: `Name ${whose}: --program /opt/imds/bin/imds.`,
  });
}

function unusable(path: string, why: string): UsageError {
  return new UsageError(`${path} ${why}, and cannot be started`, {
    code: 'service.program',
    remedy: 'Name the program itself: --program /opt/imds/bin/imds.',
  });
}

function unsafe(program: string, path: string, why: string): PrerequisiteError {
  return new PrerequisiteError(`a service would run ${program} as root, and ${path} ${why}`, {
    code: 'service.program',
    remedy:
      'Install imds where root alone can write: the .deb or .rpm, the tarball in /opt, or npm install -g as root.',
  });
}
