import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { causeStories } from '../../fixtures/causes/generate.ts';
import { RULES } from '../../src/causes/rules/index.ts';
import { eventsOf, expectedOf, type Outcome, type Side, type Told, tellAll, textOf } from './cause-cases.ts';

describe('golden cases of the rules', function () {
  this.timeout(60_000);
  let outcomes: Map<string, Outcome>;
  before(async () => {
    outcomes = await tellAll();
  });

  it('are there for every rule, on both sides', () => {
    assert.deepEqual(
      causeStories()
        .map(({ id }) => id)
        .sort(),
      RULES.map(({ id }) => id).sort(),
    );
    for (const { id, holds, holdsNot } of causeStories()) {
      assert.ok(holds.length > 0 && holdsNot.length > 0, id);
      const outcome = outcomes.get(id);
      // A story is of a caller of its own, so that none hides behind another.
      assert.equal(outcome?.holds.length, holds.length, id);
      assert.equal(outcome?.['holds-not'].length, holdsNot.length, id);
    }
  });

  for (const { id } of RULES) {
    describe(id, () => {
      it('holds where it should', () => {
        for (const told of outcomes.get(id)?.holds ?? []) assert.ok(isTold(told, id), textOfOne(told));
      });

      it('does not hold where it should not', () => {
        for (const told of outcomes.get(id)?.['holds-not'] ?? [])
          assert.ok(!isTold(told, id), textOfOne(told));
      });

      it('says what is expected', () => {
        assert.equal(
          textOf(outcomes.get(id)),
          expectedOf(id),
          'npm run golden:update -- causes writes it anew',
        );
      });
    });
  }

  it('are told the same where only IMDSv1 calls are reported', async () => {
    const only = await tellAll(eventsOf, ['--imds-version', 'v1']);
    for (const [id, { holds }] of only) {
      assert.ok(holds.length > 0 || EXCEPT_V1.includes(id), id);
      const all = outcomes.get(id)?.holds ?? [];
      for (const told of holds)
        assert.deepEqual(
          told,
          all.find(({ caller }) => caller === told.caller),
        );
    }
  });

  it('do not depend on the order of the lines', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imds-causes-'));
    try {
      const reversed = (id: string, side: Side): string => {
        const lines = readFileSync(eventsOf(id, side), 'utf8').trimEnd().split('\n');
        const file = join(folder, `${id}-${side}.jsonl`);
        writeFileSync(file, `${lines.reverse().join('\n')}\n`);
        return file;
      };
      assert.deepEqual(await tellAll(reversed), outcomes);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Findings of callers that use IMDSv2 alone. */
const EXCEPT_V1: readonly string[] = ['error-page-token', 'token-in-argv', 'long-token-ttl'];

function isTold({ cause, findings }: Told, id: string): boolean {
  return cause === id || findings.includes(id);
}

function textOfOne(told: Told): string {
  return JSON.stringify(told, undefined, 2);
}
