import { deepStrictEqual, equal } from 'node:assert';
import type { CallerSummary, LeftOut } from '../../../src/callers/types.ts';
import { HostChoice } from '../../../src/events/host-choice.ts';
import type { EventFilter } from '../../../src/events/read-events.ts';
import { callerOf } from '../../../src/events/saved-caller.ts';
import { type SelectOptions, select } from '../../../src/events/saved-filter.ts';

const NONE = { v1: 0, unknown: 0, v2: 0, foreign: 0, attempt: 0 };
const PATH = { calls: 0, succeeded: 0, failed: 0 };
const V1 = { answered: 0, succeeded: 0, unauthorized: 0, forbidden: 0, forwarded: 0, foreign_path: 0 };

/** Calls by IMDSv1 by day of January 2026, from the first of them at 09:00 to the last at 15:00. */
function caller(days: Readonly<Record<number, number>>, older = 0, host?: string): CallerSummary {
  const dayText = (day: number) => `2026-01-${String(day).padStart(2, '0')}`;
  const known = Object.entries(days).map(([day, v1]) => ({ day: dayText(Number(day)), ...NONE, v1 }));
  const v1 = known.reduce((sum, day) => sum + day.v1, older);
  const first = `${older > 0 ? '2025-06-01' : known[0]?.day}T09:00:00.000000000Z`;
  const read = callerOf({
    ...NONE,
    v1,
    host,
    capture: 'a.jsonl',
    by_operation: { token: 0, read: v1, attempt: 0 },
    with_process: 0,
    first_seen: first,
    last_seen: `${known.at(-1)?.day}T15:00:00.000000000Z`,
    example_time: first,
    days: known,
    facts: {
      calls: { v1, v2: 0, foreign: 0 },
      tokens: { granted: 0, late: 0, forbidden: 0, not_found: 0, refused: 0, unanswered: 0 },
      longest_ttl: 0,
      invalid_token: 0,
      empty_header: 0,
      token_argument: 0,
      v1: { ...V1, empty_argument: 0, credentials: PATH, user_data: PATH },
      followed_runs: [],
    },
  });
  if (read === undefined) throw new TypeError('no caller');
  return read;
}

function numbersOf(leftOut: LeftOut | undefined): number[] {
  return leftOut === undefined ? [] : [leftOut.before, leftOut.other, leftOut.cut];
}

function timeOf(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : at(text);
}

function at(text: string): bigint {
  return BigInt(Date.parse(text)) * 1_000_000n;
}

describe('what a filter leaves of a caller that was counted before', () => {
  /** Calls that are selected, and those that are left out: before, other, cut. */
  const selected = (
    of: CallerSummary,
    { since, until }: { since?: string; until?: string },
    options?: SelectOptions,
  ): [number, readonly number[], boolean] => {
    const filter = { since: timeOf(since), until: timeOf(until) };
    const { caller: left, isCut, leftOut } = select(of, filter, options);
    return [left?.counts.v1 ?? 0, numbersOf(leftOut[0]), isCut];
  };
  const three = caller({ 1: 1, 2: 10, 3: 100 });
  const cases: [string, { since?: string; until?: string }, ReturnType<typeof selected>][] = [
    ['all', {}, [111, [], false]],
    ['all of its calls', { since: '2026-01-01T09:00Z', until: '2026-01-03T16:00Z' }, [111, [], false]],
    ['whole days', { since: '2026-01-02T00:00Z' }, [110, [1, 0, 0], false]],
    ['days until then', { until: '2026-01-02T00:00Z' }, [1, [0, 110, 0], false]],
    ['a day that is cut', { since: '2026-01-02T12:00Z' }, [100, [1, 0, 10], true]],
    ['both', { since: '2026-01-01T10:00Z', until: '2026-01-03T10:00Z' }, [10, [0, 0, 101], true]],
    ['its first day, from before its first call', { since: '2026-01-01T08:00Z' }, [111, [], false]],
    ['its last day, after its last call', { since: '2026-01-03T16:00Z' }, [0, [111, 0, 0], false]],
    ['nothing', { until: '2026-01-01T00:00Z' }, [0, [0, 111, 0], false]],
  ];
  for (const [what, filter, expected] of cases) {
    it(`is told from what is left out: ${what}`, () => deepStrictEqual(selected(three, filter), expected));
  }

  it('says of calls of no day that they may be of any, but where the oldest days are forgotten', () => {
    const older = caller({ 2: 1 }, 5);
    const since = '2026-01-02T00:00Z';
    deepStrictEqual(selected(older, { since }), [1, [0, 0, 5], true]);
    deepStrictEqual(selected(older, { since }, { forgetsOldest: true }), [1, [5, 0, 0], false]);
  });

  it('leaves out calls of no host where hosts are asked for, and says nothing of those of others', () => {
    const filter = { hosts: new HostChoice(['web-7']), since: at('2026-01-02T00:00Z') };
    deepStrictEqual(select(caller({ 1: 1 }, 0, 'web-8'), filter).leftOut, []);
    deepStrictEqual(numbersOf(select(caller({ 1: 1, 2: 10 }), filter).leftOut[0]), [1, 10, 0]);
    equal(select(caller({ 1: 1, 2: 10 }, 0, 'web-7'), filter).caller?.counts.v1, 10);
  });

  it('tells the hosts of a row of many callers apart', () => {
    const part = (name: string, v1: number, isHost = true) => {
      const host = isHost ? name : undefined;
      return {
        host,
        hostId: undefined,
        capture: name,
        counts: [v1, 0, 0, 0, 0],
        withoutName: v1,
        succeeded: v1,
      };
    };
    const parts = [part('web-7', 4), part('web-8', 6), part('a.pcap', 1, false)];
    const row = { ...caller({ 1: 5, 2: 6 }), isOther: true, parts };
    const of = (filter: EventFilter) => {
      const { caller: left, leftOut } = select(row, filter);
      return [
        left?.counts.v1,
        left?.parts?.map(({ capture, counts }) => [capture, counts[0]]),
        leftOut.map((one) => [one.capture, ...numbersOf(one)]),
      ];
    };
    deepStrictEqual(of({ hosts: new HostChoice(['web-8']) }), [6, [['web-8', 6]], [['a.pcap', 0, 1, 0]]]);
    deepStrictEqual(of({ hosts: new HostChoice(['web-9']) }), [undefined, undefined, [['a.pcap', 0, 1, 0]]]);
    // Of one day, each host may have all that it has.
    deepStrictEqual(of({ since: at('2026-01-02T00:00Z') }), [
      6,
      [
        ['web-7', 4],
        ['web-8', 6],
        ['a.pcap', 1],
      ],
      [
        ['web-7', 4, 0, 0],
        ['web-8', 5, 0, 0],
        ['a.pcap', 1, 0, 0],
      ],
    ]);
    deepStrictEqual(of({ versions: ['v2'] }), [undefined, undefined, []]);
  });
});
