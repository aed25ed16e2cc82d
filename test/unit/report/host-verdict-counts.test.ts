import assert from 'node:assert/strict';
import type { DayCount } from '../../../src/callers/days.ts';
import type { SessionProof } from '../../../src/model.ts';
import { Aggregate } from '../../../src/report/aggregate.ts';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { attributed, CURL, TIME } from './samples.ts';
import { events, HOST, HOUR, session, v2, verdictSink } from './verdicts.ts';

const on = ({ id, name }: { id: string; name: string }) => ({ host: name, hostId: id, capture: 'x' });

describe('the verdict of a host holds what sessions counted against the calls that are known', () => {
  const SINCE = TIME + 2n * HOUR;
  const early = (session: string) => attributed({ time: TIME + HOUR }, CURL, { host: HOST, session });
  const counting = (v1: number, change: Partial<SessionProof> = {}) =>
    session({ to: TIME + 27n * HOUR, calls: { v1, v2: 1, unknown: 0, foreign: 0, attempt: 0 }, ...change });
  /** Of calls before the time that is reported, and days of an inventory before it. */
  const neededOf = (
    before: readonly ReturnType<typeof early>[],
    sessions: readonly SessionProof[],
    days: readonly DayCount[] = [],
  ) => {
    const rows = new Aggregate();
    const sink = verdictSink({ ...DEFAULT_VERDICT, window: { since: SINCE } }, rows);
    for (const call of before) sink.leftOut(call);
    sink.call(v2);
    if (days.length > 0) sink.target?.raiseBefore(on(HOST), days);
    void sink.end([events(sessions)]);
    return sink.verdicts()[0]?.needed ?? [];
  };
  const DAY = Number(TIME / (24n * HOUR));
  const days = (v1: number, day = DAY): DayCount[] => [{ day, counts: [v1, 0, 0, 0, 0] }];

  it('one by one, on both sides of the time that is asked about', () => {
    assert.deepEqual(neededOf([early('s1'), early('s1')], [counting(2)]), []);
    assert.match(neededOf([early('s1')], [counting(5)]).join(), /rolled away: 4 calls by IMDSv1/);
  });

  it('of the session that they are of', () => {
    assert.match(neededOf([early('s2')], [counting(1)]).join(), /rolled away: 1 call by IMDSv1/);
    const other = counting(1, { session: 's2' });
    assert.match(neededOf([early('s2'), early('s2')], [counting(1), other]).join(), /rolled away: 1 call/);
    // Over before the time that is asked about, a session has none in it.
    assert.deepEqual(neededOf([], [counting(0), counting(9, { session: 's2', to: TIME + HOUR })]), []);
  });

  it('and the days of an inventory, whose calls may be those of the events', () => {
    assert.deepEqual(neededOf([], [counting(5)], days(5)), []);
    assert.deepEqual(neededOf([early('s1')], [counting(5)], days(5)), []);
    assert.match(neededOf([], [counting(5)], days(4)).join(), /rolled away: 1 call by IMDSv1/);
    assert.match(neededOf([early('s2')], [counting(5)], days(5)).join(), /rolled away: 1 call by IMDSv1/);
  });

  it('of days on which the session watched, each call once', () => {
    assert.match(neededOf([], [counting(5)], days(5, DAY - 2)).join(), /rolled away: 5 calls/);
    const later = counting(5, { session: 's2', from: TIME + 24n * HOUR, to: TIME + 60n * HOUR });
    assert.match(neededOf([], [counting(5), later], days(5)).join(), /rolled away: 5 calls/);
    assert.deepEqual(neededOf([], [later, counting(5)], [...days(5), ...days(5, DAY + 2)]), []);
  });

  it('and says how many of them were before that time', () => {
    const sink = verdictSink({ ...DEFAULT_VERDICT, window: { since: SINCE } }, new Aggregate());
    sink.leftOut(early('s1'));
    sink.target?.raiseBefore(on(HOST), days(5));
    sink.target?.raiseBefore(on({ id: 'b2', name: 'web-2' }), days(5));
    void sink.end([events([counting(5)])]);
    assert.deepEqual(
      sink.verdicts().map(({ host, status }) => [host, status]),
      [['web-1', 'ready']],
    );
    const text = '5 calls by IMDSv1, or that could not be read, before the time reported.';
    assert.ok(sink.verdicts()[0]?.restsOn.includes(text));
  });
});
