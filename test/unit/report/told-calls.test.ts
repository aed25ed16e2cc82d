import assert from 'node:assert/strict';
import { dayOf } from '../../../src/callers/days.ts';
import { ToldCalls, ToldRoom } from '../../../src/report/told-calls.ts';

const DAY_NS = 86_400_000_000_000n;

describe('calls that are told of', () => {
  it('count once before the time that is reported, whoever tells of them', () => {
    const told = new ToldCalls(new ToldRoom());
    const day = dayOf(Number(DAY_NS));
    told.raiseBefore([{ day, counts: [5, 1, 9] }]);
    assert.equal(told.countBefore(), 6);
    told.eventBefore(DAY_NS, 0);
    assert.equal(told.countBefore(), 5);
    told.reportedBefore([{ day, counts: [3, 1, 0] }]);
    assert.equal(told.countBefore(), 1);
    told.reportedBefore([{ day, counts: [3, 0, 0] }]);
    assert.equal(told.countBefore(), 0);
    // What an inventory tells of a session is no less for that: of a report's calls, the session is not known.
    const session = { session: 's', from: DAY_NS, to: 2n * DAY_NS, counts: [5, 1] };
    told.event('s', 0);
    assert.deepEqual([told.missing([session], 0), told.missing([session], 1)], [0, 0]);
  });
});
