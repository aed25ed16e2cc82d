import assert from 'node:assert/strict';
import { FactCollector } from '../../../src/causes/caller-facts.ts';
import { RunBudget } from '../../../src/causes/runs.ts';
import { Statuses } from '../../../src/causes/statuses.ts';
import { statusesOf } from '../../../src/causes/words.ts';
import { callOf } from './calls.ts';

describe('statuses of requests for a token', () => {
  function counted(statuses: readonly number[]): Statuses {
    const counts = new Statuses();
    for (const status of statuses) counts.add(status);
    return counts;
  }

  it('are counted, by what they make of the request', () => {
    const collector = new FactCollector(new RunBudget(9));
    const answers = [503, 200, 403, 405, 400, 404, undefined, 503];
    for (const status of answers)
      collector.add(callOf({ version: 'v2', operation: 'token', status }), 'run', 'none');
    // A read says nothing of them.
    collector.add(callOf({ version: 'v2', status: 500 }), 'run', 'none');
    const { facts } = collector;
    assert.deepEqual(
      facts.tokenErrors.map(({ status, calls }) => [status, calls]),
      [
        [400, 1],
        [403, 1],
        [404, 1],
        [405, 1],
        [503, 2],
      ],
    );
    assert.deepEqual(statusesOf({ facts }, 'refused'), [400, 503]);
    assert.deepEqual(statusesOf({ facts }, 'not-found'), [404, 405]);
    assert.deepEqual(statusesOf({ facts }, 'late'), []);
  });

  it('are the same eight in whatever order and parts they come', () => {
    const statuses = [599, 400, 502, 301, 500, 429, 503, 302, 404, 403, 400, 501, 429];
    const whole = counted(statuses).all;
    assert.deepEqual(
      whole.map(({ status }) => status),
      [301, 302, 400, 403, 404, 429, 500, 501],
    );
    for (let at = 0; at <= statuses.length; at++) {
      const [a, b] = [counted(statuses.slice(0, at)), counted(statuses.slice(at).reverse())];
      b.merge(a.all, (x, y) => x + y);
      assert.deepEqual(b.all, whole, `parted at ${at}`);
    }
  });

  it('are the larger counts where the calls may be the same', () => {
    const counts = counted([503, 503, 400]);
    counts.merge(counted([503, 400, 400]).all, Math.max);
    assert.deepEqual(
      counts.all.map(({ calls }) => calls),
      [2, 2],
    );
  });
});
