import assert from 'node:assert/strict';
import { FactCollector } from '../../../src/causes/caller-facts.ts';
import { RunBudget } from '../../../src/causes/runs.ts';
import { callOf } from './calls.ts';

/** Answers by IP TTL, and whether they were seen on the far side of a NAT. */
const TABLE: [title: string, answers: [ttl: number | undefined, isBeforeNat: boolean][], hops?: number][] = [
  ['no answer tells', [[undefined, false]]],
  ['as it left', [[255, false]], 0],
  ['one router', [[254, false]], 1],
  [
    'the most of several',
    [
      [64, false],
      [62, false],
      [63, false],
    ],
    2,
  ],
  ['as it left, and its NAT is still to come', [[255, true]]],
  ['a router before its NAT', [[254, true]], 1],
  ['no known beginning', [[100, false]]],
];

describe('routers that answers crossed', () => {
  for (const [title, answers, hops] of TABLE) {
    it(`${title}: ${hops ?? 'not known'}`, () => {
      const facts = new FactCollector(new RunBudget(9));
      for (const [responseTtl, isBeforeNat] of answers)
        facts.add(callOf({ responseTtl }), 'run', 'none', isBeforeNat);
      assert.equal(facts.facts.hops, hops);
    });
  }
});
