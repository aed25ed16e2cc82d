/** Node as npm has it, checked against the hash that is pinned. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../step.mjs';
import { NODE } from './pins.mjs';
import { PackError, run } from './run.mjs';

/**
 * The unpacked npm package of Node: `bin/node`, `include/node`, `LICENSE`.
 * @param {import('./pins.mjs').Architecture} architecture
 * @param {string} cache folder that is kept
 * @returns {string} folder
 */
export function nodeRuntime(architecture, cache) {
  const name = `node-linux-${architecture}`;
  const file = join(cache, `${name}-${NODE.version}.tgz`);
  const folder = join(cache, `${name}-${NODE.version}`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(file)) {
    say(`  fetching ${name}@${NODE.version}`);
    run('npm', ['pack', '--silent', '--pack-destination', cache, `${name}@${NODE.version}`]);
  }
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (integrity !== NODE.integrity[architecture]) {
    throw new PackError(
      `${file} is not what was pinned: ${integrity}. Remove it, and look where it came from.`,
    );
  }
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    run('tar', ['-xzf', file, '-C', partial, '--strip-components=1', '--no-same-owner']);
    renameSync(partial, folder);
  }
  return folder;
}
