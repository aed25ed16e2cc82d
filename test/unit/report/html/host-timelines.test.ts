import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HostTimelines } from '../../../../src/report/html/host-timelines.ts';
import { attributed } from '../samples.ts';

describe('calls over time by host', () => {
  const names = Array.from({ length: 30 }, (_, index) => `host-${index}`);

  it('are kept of the same hosts in whatever order they are read', () => {
    const expected = [...names].sort().slice(0, 10);
    fc.assert(
      fc.property(fc.shuffledSubarray([...names, ...names], { minLength: 2 * names.length }), (order) => {
        const timelines = new HostTimelines(10);
        for (const name of order) timelines.add(attributed({}, undefined, { host: { name } }), 0);
        assert.deepEqual(names.filter((name) => timelines.get(name) !== undefined).sort(), expected);
        for (const name of expected) assert.equal(timelines.get(name)?.buckets()[0]?.counts[0], 2);
      }),
    );
  });
});
