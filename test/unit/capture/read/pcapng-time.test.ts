import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Timescale } from '../../../../src/capture/read/pcapng-time.ts';

describe('capture/read pcapng time', () => {
  it('is exact to the nanosecond for every resolution', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(
        word,
        word,
        fc.integer({ min: 0, max: 127 }),
        fc.boolean(),
        (high, low, exponent, binary) => {
          const ticks = (BigInt(high) << 32n) | BigInt(low);
          const perSecond = (binary ? 2n : 10n) ** BigInt(exponent);
          const time = new Timescale(exponent | (binary ? 0x80 : 0));
          time.set(high, low);
          const seconds = ticks / perSecond;
          assert.equal(
            time.nanoseconds,
            Number(((ticks - seconds * perSecond) * 1_000_000_000n) / perSecond),
          );
          // Beyond 2^53 seconds, a quarter of a billion years, a double cannot tell each one.
          assert.equal(time.seconds, Number(seconds));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('shifts by the offset', () => {
    const time = new Timescale(6, -10);
    time.set(0, 15_000_001);
    assert.deepEqual([time.seconds, time.nanoseconds], [5, 1000]);
  });
});
