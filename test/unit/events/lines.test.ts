import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readLines } from '../../../src/events/lines.ts';

const MIB = 1024 * 1024;

describe('lines of a file of events', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-lines-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function linesOf(bytes: Uint8Array): Promise<[string | undefined, number, boolean][]> {
    const file = join(folder, 'lines');
    writeFileSync(file, bytes);
    const lines: [string | undefined, number, boolean][] = [];
    await readLines(file, { line: (line, number, isLast) => lines.push([line?.utf8(), number, isLast]) });
    return lines;
  }

  it('are read to the last one, which may have no end; empty ones only count', async () => {
    assert.deepEqual(await linesOf(Buffer.from('')), []);
    assert.deepEqual(await linesOf(Buffer.from('\n\na\n\n\nb\n')), [
      ['a', 3, false],
      ['b', 6, false],
    ]);
    const empty = '\n'.repeat(MIB);
    assert.deepEqual(await linesOf(Buffer.from(`a${empty}b${empty}`)), [
      ['a', 1, false],
      ['b', MIB + 1, false],
    ]);
    assert.deepEqual(await linesOf(Buffer.from('a\nb')), [
      ['a', 1, false],
      ['b', 2, true],
    ]);
  });

  it('are the same whatever chunks they come in, packed or not', async () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `${i} é ${'x'.repeat((i * 37) % 3000)}`);
    const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
    assert.ok(bytes.length > 3 * MIB, 'some chunks');
    for (const each of [bytes, gzipSync(bytes)]) {
      assert.deepEqual(
        (await linesOf(each)).map(([text]) => text),
        texts,
      );
    }
  });

  it('are passed over where they are too long', async () => {
    const long = Buffer.alloc(9 * MIB, 'x');
    const lines = await linesOf(Buffer.concat([Buffer.from('a\n'), long, Buffer.from('\nb\n'), long]));
    assert.deepEqual(lines, [
      ['a', 1, false],
      [undefined, 2, false],
      ['b', 3, false],
      [undefined, 4, true],
    ]);
  });

  it('end with an error where a packed file is cut, and what was before is read', async () => {
    const packed = gzipSync(Buffer.from('a\n'.repeat(100_000)));
    const file = join(folder, 'cut.gz');
    writeFileSync(file, packed.subarray(0, packed.length - 20));
    let lines = 0;
    await assert.rejects(readLines(file, { line: () => lines++ }), /unexpected end of file/);
    assert.ok(lines > 0);
  });
});
