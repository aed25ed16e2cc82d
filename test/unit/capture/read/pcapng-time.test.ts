import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Timescale } from '../../../../src/capture/read/pcapng-time.ts';
import { writePcapng } from '../../../support/packets/index.ts';
import { messages, readBytes, samplePackets } from './support.ts';

/** The last second of the year 9999. */
const LATEST = 253_402_300_799n;

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
          assert.equal(time.outOfRange, seconds > LATEST);
          if (time.outOfRange) {
            assert.deepEqual([time.seconds, time.nanoseconds], [Number(LATEST), 999_999_999]);
            return;
          }
          assert.equal(
            time.nanoseconds,
            Number(((ticks - seconds * perSecond) * 1_000_000_000n) / perSecond),
          );
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

  it('stays within the years 0000 to 9999, and tells', () => {
    const iso = (offset: number) => {
      const time = new Timescale(6, offset);
      time.set(0, 1);
      return [new Date(time.seconds * 1000).toISOString(), time.nanoseconds, time.outOfRange];
    };
    assert.deepEqual(iso(Number(LATEST)), ['9999-12-31T23:59:59.000Z', 1000, false]);
    assert.deepEqual(iso(Number(LATEST) + 1), ['9999-12-31T23:59:59.000Z', 999_999_999, true]);
    assert.deepEqual(iso(-62_167_219_200), ['0000-01-01T00:00:00.000Z', 1000, false]);
    for (const offset of [-62_167_219_201, -(2 ** 63)]) {
      assert.deepEqual(iso(offset), ['0000-01-01T00:00:00.000Z', 0, true]);
    }
  });

  it('that is out of range is a problem of its interface', async () => {
    const [packet] = samplePackets(1);
    assert.ok(packet !== undefined);
    const result = await readBytes(
      writePcapng([
        { type: 'interface', name: 'eth0' },
        { type: 'interface', name: 'eth1', offsetSeconds: LATEST },
        { type: 'packet', packet },
        {
          type: 'packet',
          packet: { ...packet, timeNs: LATEST * 1_000_000_000n + packet.timeNs, interfaceId: 1 },
        },
      ]),
    );
    assert.deepEqual(messages(result), [
      'stdin: expected packet times of the years 0000 to 9999, found others on interface "eth1"; they are shown as the first or last moment of these',
    ]);
    assert.deepEqual(result.statistics.losses, { 'capture.times_out_of_range': 1 });
    assert.equal(result.statistics.lastSeconds, Number(LATEST));
    assert.equal(result.packets[1]?.timeNs, LATEST * 1_000_000_000n + 999_999_999n);
  });
});
