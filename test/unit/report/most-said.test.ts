import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LookedUp } from '../../../src/callers/types.ts';
import type { ProcessFacts } from '../../../src/model.ts';
import { factsOf, lookedUp } from '../../../src/report/fact-columns.ts';
import { MostSaid } from '../../../src/report/most-said.ts';

const text = fc.option(fc.constantFrom('a 1.0', 'b 2:1.0-1', 'shop/web', 'pod-9', 'c'), { nil: undefined });
const columns = fc.record(
  { package: text, image: text, pod: text, container_name: text, timer: text },
  { noNullPrototype: true },
);
const NOTHING: LookedUp = {
  package: undefined,
  image: undefined,
  pod: undefined,
  container_name: undefined,
  timer: undefined,
};

function of(...facts: readonly ProcessFacts[]): MostSaid {
  const said = new MostSaid();
  for (const one of facts) said.add(one);
  return said;
}

describe('what was looked up of the processes of a caller', () => {
  it('is columns again, of what columns say', () => {
    fc.assert(fc.property(columns, (some) => assert.deepEqual(lookedUp(factsOf(some)), some)));
  });

  it('is the same in whatever order and groups it is told', () => {
    fc.assert(
      fc.property(fc.array(columns, { maxLength: 8 }), fc.nat(8), (all, at) => {
        const facts = all.map(factsOf);
        const whole = of(...facts).columns;
        assert.deepEqual(of(...facts.toReversed()).columns, whole);
        const both = new MostSaid();
        for (const part of [facts.slice(at), facts.slice(0, at)])
          both.addColumns(of(...part).columns ?? NOTHING);
        assert.deepEqual(both.columns, whole);
      }),
    );
  });

  it('completes what the example has, and leaves a pod whole', () => {
    const all = {
      ...{ package: 'facter 4.0', image: 'app:1', pod: 'shop/web-1' },
      ...{ container_name: 'web', timer: 'a.timer' },
    };
    const said = of(factsOf(all));
    const shown = (own: Partial<LookedUp>) => lookedUp(said.complete(factsOf({ ...NOTHING, ...own })));
    assert.deepEqual(shown({}), all);
    assert.deepEqual(shown({ package: 'facter 3.0' }), { ...all, package: 'facter 3.0' });
    assert.deepEqual(shown({ pod: 'pod-9' }), { ...all, pod: 'pod-9' });
    assert.deepEqual(shown({ image: 'app:2' }), { ...all, image: 'app:2' });
    assert.deepEqual(shown({ container_name: 'proxy' }), { ...all, container_name: 'proxy' });
    assert.equal(said.complete(undefined), undefined);
  });

  it('is nothing where nothing was looked up', () => {
    const said = of({ startedFrom: 'cron', userName: 'root' }, {});
    assert.equal(said.columns, undefined);
    const own: ProcessFacts = { timer: 'a.timer' };
    assert.equal(said.complete(own), own);
  });
});
