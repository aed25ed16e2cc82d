import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../cache.ts';

/** Of the package, what `imds live` needs to run; the probe is where {@link probePath} looks for it. */
const PARTS = ['bin', 'dist', 'package.json', 'oclif.manifest.json', '.cache/probe/amd64/imds-probe'];

/** Calls with a tar archive of imds with this machine's Node and its libraries, for a guest that has none. */
export function withGuestPackage(use: (archive: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'imds-bench-'));
  try {
    const content = join(folder, 'content');
    const home = join(content, 'opt', 'imds');
    for (const part of PARTS) {
      mkdirSync(dirname(join(home, part)), { recursive: true });
      cpSync(join(root, part), join(home, part), { recursive: true });
    }
    copyFileSync(process.execPath, join(home, 'node'));
    for (const library of librariesOf(process.execPath)) {
      mkdirSync(dirname(join(content, library)), { recursive: true });
      copyFileSync(realpathSync(library), join(content, library));
    }
    const archive = join(folder, 'imds.tar');
    const { status, stderr } = spawnSync('tar', ['-cf', archive, '-C', content, '.'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`tar: ${stderr}`);
    use(archive);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function librariesOf(executable: string): string[] {
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8' });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}
