import assert from 'node:assert/strict';
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
});
