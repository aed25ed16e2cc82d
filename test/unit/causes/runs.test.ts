import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Deed, TOKEN_OUTCOMES } from '../../../src/causes/facts.ts';
import { RunBudget, Runs, type RunTally } from '../../../src/causes/runs.ts';

/** Run, what it did, when (seconds), and whether it was answered. */
type Step = [run: string, deed: Deed, time: number, isAnswered: boolean];

const MOST_FOLLOWED = 32;

function tallyOf(steps: readonly Step[], budget = new RunBudget(1000)): RunTally {
  const runs = new Runs(budget);
  for (const [run, deed, seconds, isAnswered] of steps)
    runs.add(run, deed, BigInt(Math.round(seconds * 1e9)), isAnswered);
  return runs.tally;
}

/** Of one run: `granted 0, v1 5?`, a question mark where no answer was seen. */
function of(text: string): RunTally {
  return tallyOf(
    text.split(', ').map((step): Step => {
      const [deed = '', time = ''] = step.split(' ');
      const known = DEEDS.find((name) => name === deed);
      assert.ok(known, deed);
      return ['run', known, Number.parseFloat(time), !time.endsWith('?')];
    }),
  );
}

const DEEDS: readonly Deed[] = [...TOKEN_OUTCOMES, 'v1', 'v2', 'invalid-token', 'unclear'];

const steps = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 60 }).map((run) => `${run} 17`),
    fc.constantFrom(...DEEDS),
    fc.integer({ min: 0, max: 400 }),
    fc.boolean(),
  ),
  { maxLength: 200 },
);

describe('runs of a caller', () => {
  it('come to the same in whatever order calls are read', () => {
    const shuffled = steps.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    );
    fc.assert(fc.property(shuffled, ([one, other]) => assert.deepEqual(tallyOf(other), tallyOf(one))));
  });

  it('are each followed with all calls, or not at all', () => {
    // Each run falls back, and the half of it alone would be something else.
    const names = Array.from({ length: 500 }, (_, run) => `run ${run}`);
    const requests = names.map((name, run): Step => [name, 'forbidden', run, true]);
    const reads = names.map((name, run): Step => [name, 'v1', run + 1, true]);
    const requestsFirst = [...requests, ...reads];
    for (const order of [requestsFirst, [...requestsFirst].reverse()]) {
      const tally = tallyOf(order);
      assert.equal(tally.followed, MOST_FOLLOWED);
      assert.equal(tally.fellBack.forbidden, MOST_FOLLOWED);
      assert.equal(tally.neverAsked, 0);
    }
  });

  it('take no more than the budget that all callers share', () => {
    const budget = new RunBudget(40);
    const many = Array.from({ length: 100 }, (_, run): Step => [`run ${run}`, 'v1', run, true]);
    assert.equal(tallyOf(many, budget).followed, MOST_FOLLOWED);
    assert.equal(tallyOf(many, budget).followed, 40 - MOST_FOLLOWED);
    assert.equal(tallyOf(many, budget).followed, 0);
  });

  it('have one reason, if they have IMDSv1', () => {
    fc.assert(
      fc.property(steps, (some) => {
        const { followed, fellBack, notSent, neverAsked, sticky } = tallyOf(some);
        const most = Math.max(...Object.values(fellBack));
        assert.ok(most + notSent + neverAsked <= followed);
        assert.ok(sticky <= Object.values(fellBack).reduce((sum, count) => sum + count, 0));
      }),
    );
  });
});

describe('the reason of a run', () => {
  const nothing = of('v2 0');
  const fell = { late: 0, forbidden: 0, 'not-found': 0, refused: 0, unanswered: 0 };

  const TABLE: [string, Partial<RunTally>][] = [
    ['v1 0', { neverAsked: 1 }],
    ['forbidden 0, v1 1', { fellBack: { ...fell, forbidden: 1 } }],
    ['forbidden 0, v1 60', { fellBack: { ...fell, forbidden: 1 } }],
    ['forbidden 0, v1 61', {}],
    ['forbidden 0, v1 1, v1 61', { fellBack: { ...fell, forbidden: 1 }, sticky: 1 }],
    ['v1 0, forbidden 1', {}],
    ['unanswered 0?, v1 1', { fellBack: { ...fell, unanswered: 1 } }],
    ['unanswered 0?, v1 1?', {}],
    ['unanswered 0?, v1 1?, v2 2?', { notSent: 1 }],
    ['late 0, v1 1', { fellBack: { ...fell, late: 1 } }],
    ['late 0, v2 1, v1 2', { notSent: 1 }],
    ['granted 0, v1 1', { notSent: 1 }],
    ['v1 0, granted 1', { notSent: 1 }],
    ['v2 0, v1 1', { notSent: 1 }],
    ['unclear 0, v1 1', {}],
    ['granted 0, v1 1, forbidden 2, v1 3', { notSent: 1 }],
    ['forbidden 0, v1 1, granted 10, v1 25', { fellBack: { ...fell, forbidden: 1 } }],
    ['forbidden 0, v1 1, granted 10, v1 26', { notSent: 1 }],
    ['granted 0, v2 1, forbidden 100, v1 101', { fellBack: { ...fell, forbidden: 1 } }],
    ['invalid-token 0', { invalidToken: 1 }],
    ['forbidden 0, invalid-token 1', { invalidToken: 1, pageAsToken: 1 }],
    ['invalid-token 0, forbidden 1', { invalidToken: 1 }],
    ['granted 0, invalid-token 9', {}],
    ['invalid-token 0, granted 1', {}],
    ['v2 0, invalid-token 9', {}],
  ];
  for (const [text, expected] of TABLE) {
    it(text, () => assert.deepEqual(of(text), { ...nothing, ...expected }));
  }
});
