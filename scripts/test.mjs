/**
 * `npm test`: sets up what is missing, runs every check and all tests, and closes with one line:
 * `N passed, N failed, N skipped`. Each check counts as one test.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setUp, TEST_PACKAGES } from './setup.mjs';
import { setUpClients } from './setup-clients.mjs';
import { root } from './step.mjs';
import { lanes } from './test-files.mjs';

const bin = join(root, 'node_modules', '.bin');
const total = { passed: 0, failed: 0, skipped: 0 };

await setUp(TEST_PACKAGES);
await Promise.all([setUpClients(), checks()]);
await check('build', process.execPath, ['scripts/build.mjs']);
await Promise.all([
  check('manifest and command reference', process.execPath, ['scripts/generate.mjs', '--check']),
  tests(),
]);

const { passed, failed, skipped } = total;
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function checks() {
  await check('lint', join(bin, 'biome'), ['ci', '--colors=off', '.']);
  await check('types', join(bin, 'tsc'), ['--noEmit']);
  await check('types of the page', join(bin, 'tsc'), ['--noEmit', '--project', 'src/report/html/page']);
}

/**
 * What it prints is shown only if it fails.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 */
async function check(name, command, args) {
  const start = performance.now();
  const { code, output } = await run(command, args, 'pipe');
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (code === 0) total.passed++;
  else total.failed++;
  process.stdout.write(code === 0 ? `✓ ${name} (${seconds} s)\n` : `✗ ${name} (${seconds} s)\n${output}\n`);
}

async function tests() {
  const { others, sessions, alone } = lanes();
  for (const stage of [others, sessions])
    await Promise.all(stage.map(({ name, files }) => mocha(name, files)));
  await mocha(alone.name, alone.files);
}

/**
 * @param {string} name
 * @param {string[]} files
 */
async function mocha(name, files) {
  const countsFile = join(root, '.cache', `test-counts-${name}.json`);
  rmSync(countsFile, { force: true });
  const args = ['--reporter', 'scripts/mocha-reporter.cjs', '--reporter-option', `counts=${countsFile}`];
  const { code } = await run(
    process.execPath,
    ['node_modules/mocha/bin/mocha.js', ...args, ...files],
    'inherit',
  );
  let counted;
  try {
    counted = JSON.parse(readFileSync(countsFile, 'utf8'));
  } catch {
    process.stdout.write('✗ mocha ended before the tests did\n');
    total.failed++;
    return;
  }
  total.passed += counted.passed;
  total.skipped += counted.skipped;
  // mocha can fail without a failed test: a file that does not load.
  total.failed += Math.max(counted.failed, code === 0 ? 0 : 1);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {'pipe' | 'inherit'} output
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command, args, output) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', output, output] });
    let text = '';
    child.stdout?.on('data', (data) => {
      text += data;
    });
    child.stderr?.on('data', (data) => {
      text += data;
    });
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: text.trimEnd() }));
  });
}
