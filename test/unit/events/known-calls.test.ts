import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { KnownCalls } from '../../../src/events/known-calls.ts';

const idOf = (number: number) => createHash('sha256').update(String(number)).digest('hex').slice(0, 32);

describe('calls that were counted', () => {
  it('are known, and others are not', () => {
    const known = new KnownCalls();
    for (let i = 0; i < 100_000; i++) assert.equal(known.add(idOf(i)), true, String(i));
    for (let i = 0; i < 100_000; i++) assert.equal(known.add(idOf(i)), false, String(i));
    assert.equal(known.add(idOf(100_000)), true);
  });

  it('are told apart where another writer counts its ids up', () => {
    const known = new KnownCalls();
    const isNew = Array.from({ length: 10_000 }, (_, i) => known.add(i.toString(16).padStart(32, '0')));
    assert.ok(isNew.every(Boolean));
  });

  it('are told apart where an id is one word four times', () => {
    const known = new KnownCalls();
    const word = (i: number) => (Math.imul(i + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
    for (let i = 0; i < 200_000; i++) assert.equal(known.add(word(i).repeat(4)), true, word(i));
  });

  it('are told apart where their ids are much alike, and where they are all zeros', () => {
    const known = new KnownCalls();
    const ids = [
      '0'.repeat(32),
      `${'0'.repeat(14)}20${'0'.repeat(16)}`,
      `1${'0'.repeat(31)}`,
      'f'.repeat(32),
    ];
    assert.deepEqual(
      ids.map((id) => known.add(id)),
      [true, true, true, true],
    );
    assert.deepEqual(
      ids.map((id) => known.add(id)),
      [false, false, false, false],
    );
  });

  it('are all known while three fifths of the table are in use', () => {
    const slots = 2 ** 16;
    const known = new KnownCalls(slots);
    const count = Math.floor(slots * 0.6);
    for (let i = 0; i < count; i++) assert.equal(known.add(idOf(i)), true);
    for (let i = 0; i < count; i++) assert.equal(known.add(idOf(i)), false, String(i));
  });

  it('beyond that, take the places of others, and the memory stays what it was', () => {
    const known = new KnownCalls(2 ** 14);
    for (let i = 0; i < 200_000; i++) known.add(idOf(i));
    const latest = Array.from({ length: 1000 }, (_, i) => known.add(idOf(199_999 - i)));
    assert.ok(latest.filter((isNew) => !isNew).length > 800, 'most of the latest are still known');
  });
});
