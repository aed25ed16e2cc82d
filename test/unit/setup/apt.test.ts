import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const SCRIPT = join(import.meta.dirname, '../../../scripts/apt.mjs');

const PACKAGES = [
  { name: 'clang', reason: 'compiles it', proof: 'clang-of-nobody' },
  {
    name: 'bpftool',
    elsewhere: ['linux-tools-common', 'linux-tools-generic'],
    reason: 'shows it',
    proof: 'x',
  },
  { name: 'chromium', reason: 'opens the page', proof: 'x' },
];

/** What is asked of an apt that has the packages, as root. */
function install(having: readonly string[]): { installed: string[]; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'imds-apt-'));
  try {
    const log = join(folder, 'log');
    const known = having.map((name) => `${name}:\\n  Installed: (none)\\n  Candidate: 1.0\\n`).join('');
    const virtual = 'bpftool:\\n  Installed: (none)\\n  Candidate: (none)\\n';
    const scripts = {
      'apt-get': `#!/bin/sh\necho "$@" >> '${log}'\n`,
      'apt-cache': `#!/bin/sh\nprintf '${known}${having.includes('bpftool') ? '' : virtual}'\n`,
    };
    for (const [name, text] of Object.entries(scripts))
      writeFileSync(join(folder, name), text, { mode: 0o755 });
    const code = `const { installPackages } = await import(${JSON.stringify(SCRIPT)});
      process.getuid = () => 0;
      await installPackages(${JSON.stringify(PACKAGES)});`;
    const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      env: { ...process.env, PATH: [folder, process.env.PATH].join(delimiter) },
    });
    assert.equal(status, 0, stderr);
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    const installed = lines.filter((line) => line.includes(' install '));
    assert.ok(installed.length <= 1);
    return {
      installed: installed.flatMap((line) => line.split(' ')).filter((word) => /^[a-z]/.test(word)),
      stderr,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const named = (words: readonly string[]) => words.slice(words.indexOf('install') + 1);

describe('packages of the system', function () {
  this.timeout(20_000);
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('installs those that there are', () => {
    const { installed } = install(['clang', 'bpftool', 'chromium']);
    assert.deepEqual(named(installed), ['clang', 'bpftool', 'chromium']);
  });

  it('takes the ones that have it elsewhere', () => {
    const { installed } = install(['clang', 'chromium', 'linux-tools-common', 'linux-tools-generic']);
    assert.deepEqual(named(installed), ['clang', 'linux-tools-common', 'linux-tools-generic', 'chromium']);
  });

  it('lets one that there is not keep no other from being installed, and says so', () => {
    const { installed, stderr } = install(['clang']);
    assert.deepEqual(named(installed), ['clang']);
    assert.match(stderr, /no package bpftool, which shows it; going on without/);
    assert.match(stderr, /no package chromium, which opens the page; going on without/);
  });

  it('installs nothing where there is none of them', () => {
    assert.deepEqual(install([]).installed, []);
  });
});
