/** How fast the packed imds starts, beside the source tree with this machine's Node: pairs, one after the other. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { released } from './release.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DEMO = join(ROOT, 'fixtures/demo/demo.pcap');
const PAIRS = 15;
/** Of the medians. What a shell costs before Node is there must not be felt. */
const MOST = 1.1;

export function tryStartup(): string {
  const folder = mkdtempSync(join(tmpdir(), 'imds-startup-'));
  try {
    const args = ['-xzf', released('linux-x64.tar.gz'), '-C', folder, '--strip-components=1'];
    assert.equal(spawnSync('tar', args).status, 0);
    return [['--version'], ['--help'], ['analyze', DEMO]]
      .map((words) => compare([join(folder, 'bin/imds'), ...words], words))
      .join('; ');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(packed: readonly string[], words: readonly string[]): string {
  const source = [process.execPath, join(ROOT, 'bin/run.js'), ...words];
  const times = { packed: [] as number[], source: [] as number[] };
  for (let pair = -1; pair < PAIRS; pair++) {
    // Alternately the first, so that neither finds the machine warmer.
    const order = pair % 2 === 0 ? (['packed', 'source'] as const) : (['source', 'packed'] as const);
    for (const which of order) {
      const time = milliseconds(which === 'packed' ? packed : source);
      // The first pair reads the files from the disk.
      if (pair >= 0) times[which].push(time);
    }
  }
  const ratio = median(times.packed) / median(times.source);
  const what = `${words[0]}: ${median(times.packed).toFixed(0)} ms packed, ${median(times.source).toFixed(0)} ms from source, ${ratio.toFixed(2)}`;
  assert.ok(ratio <= MOST, what);
  return what;
}

function milliseconds([program = '', ...args]: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
