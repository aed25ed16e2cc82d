import assert from 'node:assert/strict';
import { ByteText } from '../../../src/events/byte-text.ts';
import { Line } from '../../../src/events/line.ts';

function isAt(line: string, at: number, text: string, end = Buffer.byteLength(line)): boolean {
  return new ByteText(text).isAt(Line.of(line).view, at, end);
}

describe('texts among bytes', () => {
  it('stand there whole, or do not', () => {
    assert.ok(isAt('abc', 0, 'abc'));
    assert.ok(isAt('abc', 1, 'bc'));
    assert.ok(!isAt('abc', 1, 'bcd'));
    assert.ok(!isAt('abc', -1, 'a'));
    assert.ok(!isAt('abc', 2, 'cd'));
  });

  it('are compared by each byte, whatever their length', () => {
    for (let length = 1; length <= 20; length++) {
      const text = 'abcdefghijklmnopqrst'.slice(0, length);
      assert.ok(isAt(`é${text}é`, 2, text));
      for (let index = 0; index < length; index++) {
        const other = `${text.slice(0, index)}X${text.slice(index + 1)}`;
        assert.ok(!isAt(`é${other}é`, 2, text), other);
      }
    }
  });

  it('do not stand where they end behind the end', () => {
    assert.ok(isAt('abcdefgh', 2, 'cdefg', 7));
    assert.ok(!isAt('abcdefgh', 2, 'cdefg', 6));
  });
});
