import { deepStrictEqual, equal } from 'node:assert';
import type { CallerSummary } from '../../../src/callers/types.ts';
import { HostChoice } from '../../../src/events/host-choice.ts';
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

function timeOf(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : at(text);
}

function at(text: string): bigint {
  return BigInt(Date.parse(text)) * 1_000_000n;
}

describe('what a filter leaves of a caller that was counted before', () => {
  /** Calls that are selected, and those that are left out. */
  const selected = (
    of: CallerSummary,
    { since, until }: { since?: string; until?: string },
    options?: SelectOptions,
  ) => {
    const filter = { since: timeOf(since), until: timeOf(until) };
    const { caller: left, isCut, leftOut } = select(of, filter, options);
    return [left?.counts.v1 ?? 0, leftOut ?? {}, isCut];
  };
  const three = caller({ 1: 1, 2: 10, 3: 100 });
  const cases: [string, { since?: string; until?: string }, ReturnType<typeof selected>][] = [
    ['all', {}, [111, {}, false]],
    ['all of its calls', { since: '2026-01-01T09:00Z', until: '2026-01-03T16:00Z' }, [111, {}, false]],
    ['whole days', { since: '2026-01-02T00:00Z' }, [110, { before: 1, other: 0, cut: 0 }, false]],
    ['days until then', { until: '2026-01-02T00:00Z' }, [1, { before: 0, other: 110, cut: 0 }, false]],
    ['a day that is cut', { since: '2026-01-02T12:00Z' }, [100, { before: 1, other: 0, cut: 10 }, true]],
    [
      'both',
      { since: '2026-01-01T10:00Z', until: '2026-01-03T10:00Z' },
      [10, { before: 0, other: 0, cut: 101 }, true],
    ],
    ['its first day, from before its first call', { since: '2026-01-01T08:00Z' }, [111, {}, false]],
    [
      'its last day, after its last call',
      { since: '2026-01-03T16:00Z' },
      [0, { before: 111, other: 0, cut: 0 }, false],
    ],
    ['nothing', { until: '2026-01-01T00:00Z' }, [0, { before: 0, other: 111, cut: 0 }, false]],
  ];
  for (const [what, filter, expected] of cases) {
    it(`is told from what is left out: ${what}`, () => deepStrictEqual(selected(three, filter), expected));
  }

  it('says of calls of no day that they may be of any, but where the oldest days are forgotten', () => {
    const older = caller({ 2: 1 }, 5);
    const since = '2026-01-02T00:00Z';
    deepStrictEqual(selected(older, { since }), [1, { before: 0, other: 0, cut: 5 }, true]);
    deepStrictEqual(selected(older, { since }, { forgetsOldest: true }), [
      1,
      { before: 5, other: 0, cut: 0 },
      false,
    ]);
  });

  it('leaves out calls of no host where hosts are asked for, and says nothing of those of others', () => {
    const filter = { hosts: new HostChoice(['web-7']), since: at('2026-01-02T00:00Z') };
    equal(select(caller({ 1: 1 }, 0, 'web-8'), filter).leftOut, undefined);
    deepStrictEqual(select(caller({ 1: 1, 2: 10 }), filter).leftOut, { before: 1, other: 10, cut: 0 });
    equal(select(caller({ 1: 1, 2: 10 }, 0, 'web-7'), filter).caller?.counts.v1, 10);
  });
});
