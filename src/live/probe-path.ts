import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { PrerequisiteError } from '../errors.ts';

/** Debian's names of architectures, by Node's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * The executable imds-probe: the one that came with the package, else the one built in this tree.
 *
 * @param root folder of package.json
 * @throws PrerequisiteError where there is none for this machine
 */
export function probePath(root: string): string {
  const name = ARCHITECTURES[process.arch] ?? process.arch;
  const candidates = [
    join(root, 'prebuilt', `linux-${name}`, 'imds-probe'),
    join(root, '.cache', 'probe', name, 'imds-probe'),
  ];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new PrerequisiteError(`there is no imds-probe for ${process.platform}-${process.arch} here`, {
    code: 'probe.missing',
    remedy: 'Build it with npm start on a machine with clang, or use --capture wire.',
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
