import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './step.mjs';

/** V8 goes on counting in what it has compiled under precise coverage: what follows in that process is slower by half. */
const LAST = /^test\/fuzz\//;

/** Paths of all test files, in the order in which they are run. */
export function testFiles() {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name}`)
    .sort();
  return [...files.filter((file) => !LAST.test(file)), ...files.filter((file) => LAST.test(file))];
}
