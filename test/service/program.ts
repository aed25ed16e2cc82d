/** imds in a root, as npm would install it: this tree's build, and this machine's Node. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMPILED } from '../../scripts/compiled.mjs';
import type { HostRoot } from '../packages/roots.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PARTS = [
  'bin',
  'dist',
  'package.json',
  'oclif.manifest.json',
  'packaging/imds.service',
  'node_modules/cap/package.json',
  'node_modules/cap/lib',
  'node_modules/cap/build/Release/cap.node',
];

/** Paths within the root: `imds` on the PATH, its Node, and the folder of its package. */
export const PROGRAM = {
  imds: '/usr/local/bin/imds',
  node: '/usr/local/bin/node',
  folder: '/usr/local/lib/imds',
};

export function putProgram(root: HostRoot): void {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  for (const part of PARTS) {
    const target = root.path(join(PROGRAM.folder, part));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(ROOT, part), target, { recursive: true, dereference: true });
  }
  const prebuilt = root.path(join(PROGRAM.folder, 'prebuilt', `linux-${architecture}`));
  mkdirSync(prebuilt, { recursive: true });
  for (const name of COMPILED) {
    copyFileSync(join(ROOT, '.cache/probe', architecture, name), join(prebuilt, name));
  }
  copyFileSync(process.execPath, root.path(PROGRAM.node));
  symlinkSync('../lib/imds/bin/run.js', root.path(PROGRAM.imds));
  for (const file of [process.execPath, join(ROOT, 'node_modules/cap/build/Release/cap.node')]) {
    putLibraries(root, file);
  }
}

/** Debian's release of this machine, whose libraries fit what was compiled on it. */
export function ownSuite(): string {
  const [, name] = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
  if (name === undefined) throw new Error('/etc/os-release names no release of Debian');
  return name;
}

/** What a program is linked against, where the root does not have it. */
function putLibraries(root: HostRoot, file: string): void {
  const { stdout } = spawnSync('ldd', [file], { encoding: 'utf8' });
  for (const [, path = ''] of stdout.matchAll(/=> (\/\S+) \(/g)) {
    const target = root.path(path.replace(/^\/lib\//, '/usr/lib/'));
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
  }
}
