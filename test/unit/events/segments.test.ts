import assert from 'node:assert/strict';
import { CHUNK_BYTES, PART, type Scanner, theScanner } from '../../../src/events/scan/scanner.ts';
import { Segments } from '../../../src/events/segments.ts';

const PART_OF_ONE_PIECE = PART.origin;

describe('segments of lines', () => {
  const scanner = theScanner() as Scanner;
  const chunk = scanner.chunk(0);

  beforeEach(() => scanner.ownedBy({}));

  /** Puts a text there, and looks it up. */
  function get<T>(segments: Segments<T>, text: Buffer | string, offset = 0): T | undefined {
    const bytes = Buffer.from(text);
    bytes.copy(chunk, offset);
    const from = chunk.byteOffset + offset;
    return segments.get(from, from + bytes.length);
  }

  /** Reads what it is given, and how often it was asked. */
  function reading(): { segments: Segments<{ text: string }>; count: () => number } {
    let count = 0;
    const segments = new Segments(scanner, PART_OF_ONE_PIECE, ([text = '']) => {
      count++;
      return { text };
    });
    return { segments, count: () => count };
  }

  it('are read until they came twice, and then are the same object wherever they stand', () => {
    const { segments, count } = reading();
    const first = get(segments, 'abcé', 2);
    const second = get(segments, 'abcé');
    assert.deepEqual(first, { text: 'abcé' });
    assert.notEqual(second, first);
    for (const offset of [0, 1, 7, 16, 4096]) assert.equal(get(segments, 'abcé', offset), second);
    assert.equal(count(), 2);
  });

  it('are told apart by each byte, whatever their length', () => {
    const { segments } = reading();
    for (let length = 1; length <= 80; length++) {
      const texts = Array.from({ length }, (_, i) => `${'x'.repeat(i)}y${'x'.repeat(length - 1 - i)}`);
      for (let round = 0; round < 3; round++)
        for (const text of texts) assert.deepEqual(get(segments, text), { text });
    }
  });

  it('are remembered where nothing was made of them', () => {
    let count = 0;
    const segments = new Segments(scanner, PART_OF_ONE_PIECE, () => {
      count++;
      return undefined;
    });
    for (let round = 0; round < 5; round++) assert.equal(get(segments, 'abc'), undefined);
    assert.equal(count, 2);
  });

  it('are right when more came than there is room for', () => {
    const { segments, count } = reading();
    const texts = Array.from({ length: 40 }, (_, i) => String(i).padStart(CHUNK_BYTES / 4, '0'));
    for (let round = 0; round < 4; round++)
      for (const text of texts) {
        assert.deepEqual(get(segments, text), { text });
        assert.deepEqual(get(segments, text), { text });
      }
    assert.ok(count() > texts.length, `${count()} times`);
  });
});
