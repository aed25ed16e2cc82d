/** Manual pages as man reads them, and completion as zsh makes it; bash's is tested with the other unit tests. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { released } from './release.ts';

const COMPLETE = join(import.meta.dirname, 'complete.zsh');
const TIMEOUT_MS = 30_000;

/** What zsh shows after each of these and Tab. */
const COMPLETED: readonly [string, RegExp][] = [
  ['imds ', /analyze +-- Report who calls/],
  ['imds service ', /install +-- Watch this host/],
  ['imds service install --repl', /--replace-predecessor/],
  ['imds live --rotate-c', /--rotate-count=/],
  ['imds analyze --format j', /json +jsonl/],
  ['imds report --fail-on ', /incomplete +not-ready +unknown +v1/],
];

export function tryReference(): void {
  const folder = mkdtempSync(join(tmpdir(), 'imds-reference-'));
  try {
    assert.equal(
      spawnSync('tar', ['-xzf', released('linux-x64.tar.gz'), '-C', folder, '--strip-components=1']).status,
      0,
    );
    tryPages(join(folder, 'share/man/man1'));
    tryZsh(join(folder, 'share/zsh/site-functions'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tryPages(folder: string): void {
  const pages = readdirSync(folder);
  assert.ok(pages.includes('imds.1.gz') && pages.includes('imds-live.1.gz'), pages.join());
  for (const page of pages) {
    const args = ['--warnings', '-E', 'UTF-8', '-l', join(folder, page)];
    const { status, stdout, stderr } = spawnSync('man', args, {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      env: { ...process.env, MANPAGER: 'cat', MANWIDTH: '80' },
    });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, page);
    assert.match(stdout, /^NAME\n +imds/m);
  }
}

function tryZsh(folder: string): void {
  for (const [words, shown] of COMPLETED) {
    const { stdout } = spawnSync('zsh', ['-f', COMPLETE, folder, words], {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
    });
    assert.match(stdout, shown, words);
  }
}
