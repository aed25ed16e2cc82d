import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { OldestFirst } from '../../../src/journal/oldest-first.ts';

describe('OldestFirst', () => {
  it('knows the oldest as a Map does, whatever is done to it', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'set', 'delete', 'move', 'oldest', 'evict', 'clear'),
      key: fc.nat(12),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ours = new OldestFirst<number, number>();
        const model = new Map<number, number>();
        const first = () => [...model.keys()][0];
        for (const [i, { what, key }] of steps.entries()) {
          if (what === 'clear' && i % 10 > 0) continue;
          if (what === 'clear') for (const map of [ours, model]) map.clear();
          if (what === 'delete' || what === 'move') assert.equal(ours.delete(key), model.delete(key));
          if (what === 'set' || what === 'move') for (const map of [ours, model]) map.set(key, i);
          if (what === 'oldest') assert.equal(ours.oldest, first());
          if (what === 'evict' && model.size > 0) {
            assert.equal(ours.oldest, first());
            for (const map of [ours, model]) map.delete(first() ?? -1);
          }
          assert.equal(ours.size, model.size);
          assert.equal(ours.get(key), model.get(key));
          assert.equal(ours.has(key), model.has(key));
        }
        assert.equal(ours.oldest, first());
      }),
    );
  });

  it('passes over each entry once', () => {
    const maps: CountingMap[] = [];
    class CountingMap extends Map<number, number> {
      passed = 0;
      constructor() {
        super();
        maps.push(this);
      }
      override *keys(): MapIterator<number> {
        for (const key of super.keys()) {
          this.passed++;
          yield key;
        }
      }
    }
    const original = globalThis.Map;
    globalThis.Map = CountingMap as unknown as MapConstructor;
    const table = new OldestFirst<number, number>();
    globalThis.Map = original;
    const entries = 10_000;
    for (let key = 0; key < entries; key++) table.set(key, key);
    for (let key = 0; key < entries; key++) {
      assert.equal(table.oldest, key);
      table.delete(key);
      table.set(entries + key, key);
    }
    assert.ok((maps[0]?.passed ?? 0) <= 2 * entries, `${maps[0]?.passed}`);
  });

  it('lets go of what was deleted, also where nobody asks for the oldest, or it stays', async () => {
    for (const stays of [false, true]) {
      const table = new OldestFirst<string, object>();
      if (stays) table.set('stays', {});
      assert.equal(table.oldest, stays ? 'stays' : undefined);
      const deleted: WeakRef<object>[] = [];
      for (let i = 0; i < 20_000; i++) {
        const value = {};
        if (i < 10_000) deleted.push(new WeakRef(value));
        table.set(`key ${i}`, value);
        if (i >= 50) table.delete(`key ${i - 50}`);
      }
      // A WeakRef holds what it refers to until the turn in which it was made is over.
      await new Promise((resolve) => setImmediate(resolve));
      setFlagsFromString('--expose-gc');
      (runInNewContext('gc') as () => void)();
      assert.equal(deleted.filter((reference) => reference.deref() !== undefined).length, 0);
      assert.equal(table.oldest, stays ? 'stays' : 'key 19950');
    }
  });

  it('knows the oldest after many are deleted in any order', () => {
    const random = randomOf(7);
    const ours = new OldestFirst<number, number>();
    const model = new Map<number, number>();
    for (let i = 0; i < 30_000; i++) {
      for (const map of [ours, model]) map.set(i, i);
      const key = i - random(300);
      assert.equal(ours.delete(key), model.delete(key));
      if (i % 1500 === 0) assert.equal(ours.oldest, model.keys().next().value);
    }
  });
});

/** Numbers below a limit, the same each time (Lehmer's generator). */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}
