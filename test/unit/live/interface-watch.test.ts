import assert from 'node:assert/strict';
import { InterfaceWatch } from '../../../src/live/interface-watch.ts';

describe('what becomes of interfaces', () => {
  let states: number[];
  let said: string[];
  let watch: InterfaceWatch;

  function begin(...captures: [name: string, guarded: number][]): void {
    states = captures.map(() => 1);
    said = [];
    const guard = { stateOf: (number: number) => states[number] ?? -1 };
    watch = new InterfaceWatch(
      guard,
      captures.map(([name, guarded]) => ({ name, guarded })),
      ({ name, state, isLast }) => said.push(`${name} ${state}${isLast ? ', the last' : ''}`),
    );
  }

  afterEach(() => watch.end());

  it('is told once each time that one goes down and comes up', () => {
    begin(['a', 0]);
    for (const state of [1, 0, 0, 1, 1, 0]) {
      states[0] = state;
      watch.look();
    }
    assert.deepEqual(said, ['a down', 'a up', 'a down']);
  });

  it('is told of one that was removed at the second look, after what waits in its buffer was read', () => {
    begin(['a', 0], ['b', 1]);
    states[0] = -1;
    watch.look();
    assert.deepEqual(said, []);
    watch.look();
    watch.look();
    assert.deepEqual(said, ['a removed']);
    states[1] = -1;
    watch.look();
    watch.look();
    assert.deepEqual(said, ['a removed', 'b removed, the last']);
  });

  it('has another left where it is not known what becomes of that', () => {
    begin(['a', 0], ['b', -1]);
    states[0] = -1;
    watch.look();
    watch.look();
    assert.deepEqual(said, ['a removed']);
  });
});
