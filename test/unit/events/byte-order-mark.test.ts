import assert from 'node:assert/strict';
import { withoutMark } from '../../../src/events/byte-order-mark.ts';

async function* piecesOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('a byte order mark', () => {
  it('is left out at the head alone, in whatever pieces it comes', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', ''],
      ['efbbbf', ''],
      ['efbbbf7b', '7b'],
      ['efbbbfefbbbf', 'efbbbf'],
      ['7befbbbf', '7befbbbf'],
      ['ef', 'ef'],
      ['efbb', 'efbb'],
      ['efbb7b', 'efbb7b'],
      ['efefbbbf', 'efefbbbf'],
      ['fffe7b00', 'fffe7b00'],
    ];
    for (const [text, expected] of cases) {
      const bytes = Buffer.from(text, 'hex');
      for (let length = 1; length <= bytes.length + 1; length++) {
        const pieces: Buffer[] = [];
        for await (const piece of withoutMark(piecesOf(bytes, length))) pieces.push(piece);
        assert.equal(Buffer.concat(pieces).toString('hex'), expected, `${text} by ${length}`);
        assert.ok(pieces.every((piece) => piece.length > 0));
      }
    }
  });
});
