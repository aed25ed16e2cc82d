import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openCapture } from '../../../../src/capture/open.ts';
import { openFile } from '../../../../src/capture/read/file-handle.ts';
import { FileWindow } from '../../../../src/capture/read/window.ts';
import { writePcap } from '../../../support/packets/index.ts';
import { messages, readSource, samplePackets } from './support.ts';

describe('capture/read, windows', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-window-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('of many small files use the same memory', async () => {
    const path = join(folder, 'a');
    writeFileSync(path, 'abc');
    const buffers = new Set<ArrayBufferLike>();
    for (let i = 0; i < 50; i++) {
      const window = new FileWindow(await openFile(path), 3, 0);
      assert.ok(await window.more());
      assert.equal(window.bytes.toString('latin1', window.start, window.end), 'abc');
      buffers.add(window.bytes.buffer);
      assert.equal(await window.more(), false);
      await window.close();
      assert.equal(window.bytes.toString('latin1', window.start, window.end), 'abc', 'until it is released');
      window.release();
    }
    assert.ok(buffers.size <= 4, `${buffers.size}`);
  });

  it('read each file rightly, whatever was in their memory before', async () => {
    const files = [400, 3, 90, 0, 7].map((count, i) => {
      const packets = samplePackets(count);
      const path = join(folder, `${i}`);
      writeFileSync(path, i % 2 === 0 ? writePcap(packets) : gzipSync(writePcap(packets)));
      return { path, packets };
    });
    // Two at a time: what one uses the other must not.
    const read = async ({ path }: { path: string }) => readSource(await openCapture(path));
    for (const { path, packets } of files) {
      const [one, two] = await Promise.all([read({ path }), read({ path: files[0]?.path ?? '' })]);
      assert.deepEqual(messages(one), []);
      assert.deepEqual(
        one.packets.map(({ bytes }) => bytes),
        packets.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
      );
      assert.equal(two.packets.length, 400);
    }
  });
});
