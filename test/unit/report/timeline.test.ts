import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import fc from 'fast-check';
import { columnsOf, sparkline } from '../../../src/report/sparkline.ts';
import { Timeline } from '../../../src/report/timeline.ts';

describe('timeline', () => {
  it('widens its buckets instead of growing', () => {
    const timeline = new Timeline(4);
    for (let second = 0n; second < 60n; second++) timeline.add(second * 1_000_000_000n, 0);
    deepStrictEqual(
      timeline.buckets().map(({ start, counts }) => [Number(start / 1_000_000_000n), counts[0]]),
      [
        [0, 30],
        [30, 30],
      ],
    );
  });

  it('loses no call, in any order and at any time', () => {
    const call = fc.tuple(fc.bigInt(-(2n ** 63n), 2n ** 64n), fc.nat(4));
    fc.assert(
      fc.property(fc.array(call, { maxLength: 300 }), (calls) => {
        const timeline = new Timeline(16);
        for (const [time, kind] of calls) timeline.add(time, kind);
        const buckets = timeline.buckets();
        ok(buckets.length <= 16);
        const total = buckets.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
        strictEqual(total, calls.length);
        for (const { start } of buckets) strictEqual(start % timeline.width, 0n);
      }),
    );
  });

  it('is the same of two halves that are put together, in any order', () => {
    const call = fc.tuple(fc.bigInt(0n, 10n ** 15n), fc.nat(4), fc.boolean());
    const calls = fc.array(call, { maxLength: 300, size: 'max' });
    const stateOf = (timeline: Timeline) => ({ width: timeline.width, buckets: timeline.buckets() });
    fc.assert(
      fc.property(calls, (all) => {
        const [whole, merged] = [new Timeline(16), new Timeline(16)];
        const halves = [new Timeline(16), new Timeline(16)];
        for (const [time, kind, isFirst] of all) {
          whole.add(time, kind);
          halves[isFirst ? 0 : 1]?.add(time, kind);
        }
        for (const half of halves) {
          for (const bucket of half.buckets().reverse()) merged.addBucket(half.width, bucket);
        }
        deepStrictEqual(stateOf(merged), stateOf(whole));
      }),
    );
  });

  it('spreads calls over the time of the capture, in at most so many columns', () => {
    const timeline = new Timeline();
    timeline.add(0n, 0);
    timeline.add(59_000_000_000n, 2);
    const { width, counts } = columnsOf(timeline, 0n, 120_000_000_000n, 5);
    strictEqual(width, 30_000_000_000n);
    deepStrictEqual(
      counts.map((column) => [column[0], column[2]]),
      [
        [1, 0],
        [0, 1],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    );
  });

  it('shows a single call, and nothing as nothing', () => {
    deepStrictEqual(sparkline([0, 1, 8, 4]), { text: ' ▁█▄', maximum: 8 });
    deepStrictEqual(sparkline([]), { text: '', maximum: 0 });
  });
});
