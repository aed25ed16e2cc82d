/** Manual pages as man reads them, completion as bash and zsh make it, and documents that link to what is there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandsOfManifest } from '../../scripts/pack/reference.mjs';
import { targets } from '../docs/markdown.ts';
import { released } from './release.ts';

const COMPLETE = join(import.meta.dirname, 'complete.zsh');
const TIMEOUT_MS = 30_000;

/** What zsh shows after each of these and Tab. */
const COMPLETED: readonly [string, RegExp][] = [
  ['imds ', /analyze +-- Report who calls/],
  ['imds service ', /install +-- Watch this host/],
  ['imds service install --repl', /--replace-predecessor/],
  ['imds config ', /check +-- /],
  ['imds doctor --probe', /--probe-endpoint/],
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
    tryBash(join(folder, 'share/bash-completion/completions/imds'));
    tryZsh(join(folder, 'share/zsh/site-functions'));
    tryLinks(join(folder, 'share/doc/imds'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tryPages(folder: string): void {
  const pages = readdirSync(folder);
  const ids = commandsOfManifest().map(({ id }) => id);
  assert.ok(ids.includes('service install') && ids.includes('config check') && ids.includes('doctor'));
  const names = ids.filter((id) => id !== 'help').map((id) => `imds-${id.replaceAll(' ', '-')}.1.gz`);
  assert.deepEqual(pages.sort(), ['imds.1.gz', ...names].sort());
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

/** The file as it is packed; what it offers for all commands is tested with the other unit tests. */
function tryBash(file: string): void {
  const program = `. "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _imds; echo "\${COMPREPLY[*]}"`;
  for (const [words, shown] of [
    ['imds service ', 'install status uninstall'],
    ['imds service install --dry', '--dry-run'],
    ['imds config ', 'check show'],
    ['imds doctor --probe', '--probe-endpoint'],
    ['imds live --metr', '--metrics'],
  ] as const) {
    const args = ['--norc', '-c', program, file, ...words.split(' ')];
    const { stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8', timeout: TIMEOUT_MS });
    assert.deepEqual({ stdout, stderr }, { stdout: `${shown}\n`, stderr: '' }, words);
  }
}

/** From a document that is packed to what is packed with it; pages elsewhere are not asked for. */
function tryLinks(folder: string): void {
  const documents = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  assert.ok(documents.length > 20, documents.join());
  const dead = documents.flatMap((document) =>
    targets(readFileSync(join(folder, document), 'utf8'))
      .filter((target) => !/^[a-z]+:|^#/.test(target))
      .filter((target) => !existsSync(join(folder, dirname(document), target.replace(/#.*/, ''))))
      .map((target) => `${document}: ${target}`),
  );
  assert.deepEqual(dead, []);
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
