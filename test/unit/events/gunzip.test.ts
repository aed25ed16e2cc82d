import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { readChunks } from '../../../src/events/lines.ts';

/** Larger than a chunk once it is unpacked, and packed too. */
const LARGE = Array.from({ length: 160_000 }, (_, i) => `${i} ${Math.imul(i + 1, 0x9e3779b1) >>> 0}`).join(
  '\n',
);
const SMALL = LARGE.slice(0, 20_000);
const TEXTS = [SMALL, LARGE];
const [CRC_AT, LENGTH_AT] = [-8, -4];

describe('packed files of events', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-gunzip-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What comes of a file, and the message of its error. */
  async function read(...parts: readonly Uint8Array[]): Promise<{ text: string; error: string | undefined }> {
    const file = join(folder, 'packed.gz');
    writeFileSync(file, Buffer.concat(parts));
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1');
    };
    const error = await readChunks(file, take).then(
      () => undefined,
      (reason: Error) => reason.message,
    );
    return { text, error };
  }

  function flipped(packed: Buffer, at: number): Buffer {
    const copy = Buffer.from(packed);
    const index = at < 0 ? copy.length + at : at;
    copy[index] = (copy[index] ?? 0) ^ 0xff;
    return copy;
  }

  /** As zlib unpacks what breaks off. */
  function begun(packed: Buffer): string {
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
  }

  it('are read whole, with members that follow one another and zeros behind them', async () => {
    for (const text of TEXTS) {
      const packed = gzipSync(text);
      assert.deepEqual(await read(packed), { text, error: undefined });
      assert.deepEqual(await read(packed, packed), { text: text + text, error: undefined });
      assert.deepEqual(await read(packed, Buffer.alloc(1_500_000)), { text, error: undefined });
    }
  });

  it('lose nothing where their trailer is wrong', async () => {
    for (const text of TEXTS) {
      const packed = gzipSync(text);
      assert.deepEqual(await read(flipped(packed, CRC_AT)), { text, error: 'incorrect data check' });
      assert.deepEqual(await read(flipped(packed, LENGTH_AT)), { text, error: 'incorrect length check' });
    }
  });

  it('lose nothing where no member stands behind one', async () => {
    for (const text of TEXTS) {
      const packed = gzipSync(text);
      for (const garbage of ['x', 'garbage'.repeat(10), 'garbage'.repeat(100_000)]) {
        const { text: found, error } = await read(packed, Buffer.from(garbage));
        assert.equal(found, text);
        // One byte may be the first of a head.
        assert.match(error ?? '', garbage === 'x' ? /header|unexpected end/ : /^incorrect header check$/);
      }
    }
  });

  it('give what stands before the place where they break off', async () => {
    for (const text of TEXTS) {
      const packed = gzipSync(text);
      for (const length of [18, packed.length >> 1, packed.length - 9, packed.length - 1]) {
        const cut = packed.subarray(0, length);
        assert.deepEqual(await read(cut), { text: begun(cut), error: 'unexpected end of file' });
      }
    }
  });

  it('give what stands before damage', async () => {
    for (const text of TEXTS) {
      const packed = gzipSync(text);
      for (const at of [2, 10, 11, 30, packed.length >> 2, packed.length >> 1, packed.length - 20]) {
        const { text: found, error } = await read(flipped(packed, at));
        const before = at <= 10 ? '' : begun(packed.subarray(0, at));
        assert.ok(found.startsWith(before), `damage at ${at}`);
        assert.ok(error, `damage at ${at}`);
      }
    }
  });
});
