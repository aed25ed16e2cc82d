import { strictEqual } from 'node:assert';
import {
  durationText,
  isoNanoseconds,
  localSeconds,
  rangeText,
  spanText,
  timeTextOf,
  watchText,
  zoneOf,
} from '../../../src/report/time.ts';

describe('time', () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it('keeps all nine digits', () => {
    strictEqual(isoNanoseconds(1_795_465_567_819_604_001n), '2026-11-23T20:26:07.819604001Z');
    strictEqual(isoNanoseconds(0n), '1970-01-01T00:00:00.000000000Z');
    strictEqual(isoNanoseconds(-1n), '1969-12-31T23:59:59.999999999Z');
  });

  it('survives times beyond those of a Date', () => {
    strictEqual(isoNanoseconds(2n ** 80n).endsWith('Z'), true);
    strictEqual(localSeconds(-(2n ** 80n)).includes('NaN'), false);
  });

  it('writes begin and end so that they differ', () => {
    process.env.TZ = 'UTC';
    // Text of the second before is kept, whatever the zone is then.
    const at = 1_795_465_628_000_000_000n;
    const second = 1_000_000_000n;
    strictEqual(rangeText(at, at + 60n * second), '2026-11-23 20:27 to 20:28 UTC');
    strictEqual(rangeText(at, at + second), '2026-11-23 20:27:08 to 20:27:09 UTC');
    strictEqual(rangeText(at, at + 1n), '2026-11-23 20:27:08 UTC');
    strictEqual(spanText(at, at + second), '2026-11-23 20:27:08 to 20:27:09 UTC (1 s)');
    strictEqual(spanText(at, at + 1n), '2026-11-23 20:27:08 UTC (less than 1 ms)');
    strictEqual(spanText(at, at), '2026-11-23 20:27:08 UTC');
    strictEqual(watchText(1n), 'less than 1 ms');
    strictEqual(watchText(15_000_000n), '15 ms');
  });

  it('writes local time and its zone', () => {
    process.env.TZ = 'Asia/Kolkata';
    strictEqual(localSeconds(1_795_465_568_000_000_000n), '2026-11-24T01:56:08');
    strictEqual(zoneOf(1_795_465_568_000_000_000n), 'UTC+05:30');
    process.env.TZ = 'UTC';
    strictEqual(localSeconds(1_795_465_569_000_000_000n), '2026-11-23T20:26:09');
    strictEqual(zoneOf(0n), 'UTC');
  });

  it('writes local time in a format of strftime', () => {
    process.env.TZ = 'Asia/Kolkata';
    const all = timeTextOf('%Y-%m-%dT%H:%M:%S.%f%z day %j %s 100%% %q');
    strictEqual(
      all(1_795_465_567_819_604_001n),
      '2026-11-24T01:56:07.819604+0530 day 328 1795465567 100% %q',
    );
    process.env.TZ = 'UTC';
    strictEqual(timeTextOf('%j %f')(1_767_225_600_000_000_999n), '001 000000');
    const same = timeTextOf('%Y-%m-%dT%H:%M:%S');
    for (const time of [0n, -1n, 1_795_465_569_000_000_000n]) strictEqual(same(time), localSeconds(time));
  });

  const durations: readonly (readonly [bigint, string])[] = [
    [7_800_000_000_000n, '2 h 10 m'],
    [86_400_000_000_000n, '1 d'],
    [65_000_000_000n, '1 m 5 s'],
    [5_900_000_000n, '5 s'],
    [12_000_000n, '12 ms'],
    [1_500n, '1 µs'],
    [7n, '7 ns'],
    [0n, '0 ns'],
  ];
  for (const [duration, text] of durations) {
    it(`says ${text}`, () => strictEqual(durationText(duration), text));
  }
});
