import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', '..', 'release');

/** A file that `npm run pack` wrote, by the end of its name: `linux-x64.tar.gz`. */
export function released(end: string): string {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith(end)) : [];
  const [name] = names;
  if (name === undefined || names.length > 1) {
    throw new Error(`release/ has ${names.length} files …${end}: run npm run pack`);
  }
  return join(FOLDER, name);
}

/** Holds the checksums against the files. */
export function checkSums(): void {
  const lines = readFileSync(join(FOLDER, 'SHA256SUMS'), 'utf8').trim().split('\n');
  for (const line of lines) {
    const [sum, name = ''] = line.split('  ');
    const found = createHash('sha256')
      .update(readFileSync(join(FOLDER, name)))
      .digest('hex');
    if (found !== sum) throw new Error(`${name} has another checksum than SHA256SUMS says`);
  }
}
