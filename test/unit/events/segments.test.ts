import assert from 'node:assert/strict';
import { Line } from '../../../src/events/line.ts';
import { Segments } from '../../../src/events/segments.ts';

/** Reads what it is given, and how often it was asked. */
function reading(): { segments: Segments<{ text: string }>; count: () => number } {
  let count = 0;
  const segments = new Segments((line, [from, to]) => {
    count++;
    return { text: line.utf8(from, to) };
  });
  return { segments, count: () => count };
}

describe('segments of lines', () => {
  it('are read until they came twice, and then are the same object wherever they stand', () => {
    const { segments, count } = reading();
    const first = segments.get(Line.of('--abc--'), [2, 5]);
    const second = segments.get(Line.of('abc'), [0, 3]);
    assert.deepEqual(first, { text: 'abc' });
    assert.notEqual(second, first);
    assert.equal(segments.get(Line.of('-abc'), [1, 4]), second);
    assert.equal(segments.get(Line.of('éabcé'), [2, 5]), second, 'bounds are bytes');
    assert.equal(count(), 2);
  });

  it('are told apart by each byte', () => {
    const { segments } = reading();
    const texts = Array.from({ length: 40 }, (_, i) => `${'x'.repeat(i)}y${'x'.repeat(39 - i)}`);
    for (let round = 0; round < 3; round++)
      for (const text of texts) assert.deepEqual(segments.get(Line.of(text), [0, 40]), { text });
  });

  it('are compared without what stands between their pieces', () => {
    const { segments, count } = reading();
    const bounds = [0, 2, 4, 6];
    for (const text of ['ab12cd', 'ab34cd', 'ab56cd', 'ab78cd']) segments.get(Line.of(text), bounds);
    assert.equal(count(), 2);
    segments.get(Line.of('ab12ce'), bounds);
    segments.get(Line.of('abcd'), [0, 4]);
    assert.equal(count(), 4);
  });

  it('are not kept where they are too long in all', () => {
    const { segments, count } = reading();
    const long = Buffer.alloc(3 * 1024 * 1024, 'x');
    const other = Buffer.alloc(3 * 1024 * 1024, 'y');
    for (let round = 0; round < 4; round++)
      for (const bytes of [long, other]) segments.get(Line.of(bytes), [0, bytes.length]);
    assert.ok(count() > 4, `${count()} times`);
  });
});
