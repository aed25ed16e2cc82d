/**
 * `npm run test:unit -- [WORD…]`: the tests that need no set-up, for feedback while writing. A WORD
 * picks the test files with it in their path, or, where there are none, the tests with it in their title.
 */
import { spawnSync } from 'node:child_process';
import { testFiles } from './test-files.mjs';

const words = process.argv.slice(2);
const all = testFiles().filter((file) => !/^test\/(live|cli|html)\b/.test(file));
const named = all.filter((file) => words.some((word) => file.includes(word)));
const selection =
  words.length === 0
    ? all
    : named.length > 0
      ? named
      : [...all, ...words.flatMap((word) => ['--grep', word])];

const { status } = spawnSync(
  process.execPath,
  // A word that fits nothing is a misspelt one, and not a success.
  [
    'node_modules/mocha/bin/mocha.js',
    '--fail-zero',
    '--reporter',
    'scripts/mocha-reporter.cjs',
    ...selection,
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
