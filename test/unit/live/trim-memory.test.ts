import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compiledFile } from '../../../src/live/compiled-file.ts';
import { trimMemory } from '../../../src/live/trim-memory.ts';

const ROOT = join(import.meta.dirname, '../../..');
const MEGABYTE = 1e6;

/** Loads the add-on, then does what touches much of Node: its memory before and behind it, and a result. */
const SCRIPT = `
const [addOn] = process.argv.slice(1);
const resident = () => process.memoryUsage.rss();
const before = resident();
process.dlopen({ exports: {} }, addOn);
const after = resident();
const { createHash } = require('node:crypto');
const { gunzipSync, gzipSync } = require('node:zlib');
const text = JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ i, at: new Date(i).toISOString() })));
const copy = gunzipSync(gzipSync(text)).toString();
const hash = createHash('sha256').update(copy).digest('hex');
console.log(JSON.stringify({ before, after, works: copy === text && hash.length === 64 }));
`;

describe('the add-on trim-memory', () => {
  it('gives back what only the start needed, and what is needed again comes back', function () {
    const addOn = compiledFile(ROOT, 'trim-memory.node');
    if (addOn === undefined) return this.skip();
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--eval', SCRIPT, addOn], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const { before, after, works } = JSON.parse(stdout);
    assert.ok(works);
    assert.ok(before - after > 10 * MEGABYTE, `${before} → ${after}`);
  });

  it('is done without where there is none', () => {
    assert.equal(trimMemory('/nonexistent'), undefined);
  });
});
