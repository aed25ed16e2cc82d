import assert from 'node:assert/strict';
import { hasCapability, NET_RAW } from '../../../src/live/capability.ts';

describe('capabilities of this process', () => {
  it('are read from the effective ones', () => {
    assert.equal(hasCapability(NET_RAW, 'CapPrm:\t0\nCapEff:\t0000000000002000\nCapBnd:\t0\n'), true);
    assert.equal(hasCapability(NET_RAW, 'CapEff:\t000001ffffffdfff\nCapBnd:\t000001ffffffffff\n'), false);
  });

  it('are not known without /proc', () => assert.equal(hasCapability(NET_RAW, ''), undefined));
});
