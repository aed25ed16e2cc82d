import assert from 'node:assert/strict';
import type { AttributedCall, Process } from '../../../src/model.ts';
import { Aggregate } from '../../../src/report/aggregate.ts';
import { groupsOf } from '../../../src/report/groups.ts';
import { attributed, PYTHON } from './samples.ts';

const WEB = { name: 'web-7' };

function call(change: Partial<Process>, host = WEB): AttributedCall {
  const process: Process = { ...PYTHON, containerId: undefined, ...change };
  return { ...attributed({}, process), host };
}

function usersOf(...calls: readonly AttributedCall[]): (string | undefined)[] {
  const aggregate = new Aggregate();
  for (const one of calls) aggregate.add(one);
  return groupsOf(aggregate, 'user').map(({ name }) => name);
}

describe('the user of a caller', () => {
  it('is root where it is uid 0', () => {
    const [a, b] = [
      call({ unit: 'a.service', userId: '0' }),
      call({ unit: 'b.service', userId: '0', userName: 'root' }),
    ];
    assert.deepEqual(usersOf(a, b), ['root']);
    assert.deepEqual(usersOf(a), ['root']);
  });

  it('has the name that other calls of the host have for its uid, in any order', () => {
    const nameless = call({ unit: 'a.service', userId: '33' });
    const named = call({ unit: 'b.service', userId: '33', userName: 'www-data' });
    for (const calls of [
      [nameless, named],
      [named, nameless],
    ])
      assert.deepEqual(usersOf(...calls), ['www-data']);
  });

  it('does not have the name of another host, nor the host’s in a container', () => {
    const named = call({ unit: 'b.service', userId: '33', userName: 'www-data' }, { name: 'web-8' });
    assert.deepEqual(usersOf(call({ userId: '33' }), named).sort(), ['33', 'www-data']);
    const inside = call({ userId: '33', containerId: 'c'.repeat(64) });
    assert.deepEqual(usersOf(inside, { ...named, host: WEB }).sort(), ['33', 'www-data']);
  });
});
