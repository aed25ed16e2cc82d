import assert from 'node:assert/strict';
import { soak } from '../soak/soak.ts';
import { faultsOf, textOf } from '../soak/verdict.ts';
import { needsRoot } from './session.ts';

const SECONDS = 12;
const SEED = 1;
/** Nothing that ends a session: who is killed takes with it what it held. */
const ONLY = ['storm', 'burst', 'namespace', 'interfaces', 'SIGHUP', 'rotation', 'full disk'];

describe('soak, for some seconds', function () {
  this.timeout(180_000);
  before(needsRoot);

  it('has every call that was answered in the log, once, or counted as lost', async () => {
    const options = { seed: SEED, seconds: SECONDS, only: ONLY, capture: 'both', keep: undefined };
    const result = await soak({ ...options, onStep: () => {} });
    assert.ok(result.balance.answered > 100, textOf(result));
    assert.deepEqual(faultsOf(result), [], textOf(result));
    assert.equal(result.sessions, 1);
  });
});
