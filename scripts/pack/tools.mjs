/** Tools from npm that only packing needs, in packaging/tools: installed into .cache, not into node_modules. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from '../step.mjs';
import { run } from './run.mjs';

const SOURCE = join(root, 'packaging/tools');
const FOLDER = join(root, '.cache/pack/tools');

export function installTools() {
  if (isCurrent()) return;
  say('  installing the npm packages of packaging/tools');
  mkdirSync(FOLDER, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(SOURCE, name), join(FOLDER, name));
  run('npm', ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=warn']);
}

/**
 * @param {string} name of the package
 * @param {string} file in it
 */
export function toolFile(name, file) {
  return join(FOLDER, 'node_modules', name, file);
}

function isCurrent() {
  if (!existsSync(join(FOLDER, 'node_modules/.package-lock.json'))) return false;
  const [wanted, present] = [SOURCE, FOLDER].map((folder) =>
    readFileSync(join(folder, 'package-lock.json'), 'utf8'),
  );
  return wanted === present;
}
