import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { peakBytes, resetPeak } from './peak-memory.ts';

const LARGE = 256 * 1024 * 1024;

describe('the peak of the memory', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('is of what came after it was reset, and not of what was before', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    resetPeak();
    const base = peakBytes();
    assert.equal(Buffer.alloc(LARGE, 1).length, LARGE);
    const peak = peakBytes();
    assert.ok(peak >= base + LARGE / 2, `${peak} after ${base} bytes`);
    collect();
    assert.ok(peakBytes() >= base + LARGE / 2, 'what was given back counts');
    resetPeak();
    assert.ok(peakBytes() <= peak - LARGE / 2, `${peakBytes()} after ${peak} bytes`);
  });
});
