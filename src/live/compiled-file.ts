import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Debian's names of architectures, by Node's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * A file that is compiled for this machine: the one built in this tree, else the one that came with the
 * package; undefined where there is none.
 *
 * @param root folder of package.json
 */
export function compiledFile(root: string, name: string): string | undefined {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  return [
    join(root, '.cache', 'probe', architecture, name),
    join(root, 'prebuilt', `linux-${architecture}`, name),
  ].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
