import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { openCapture } from '../../../../src/capture/open.ts';
import { packetsToPcapng, writePcap } from '../../../support/packets/index.ts';
import { readBytes, readSource, samplePackets } from './support.ts';
import { withFile } from './temporary.ts';

describe('capture/read, any chunks', () => {
  const packets = [...samplePackets(6), { timeNs: 1n, bytes: Buffer.alloc(9000, 7) }, ...samplePackets(3)];
  const files = {
    pcap: writePcap(packets),
    'pcap, damaged': damaged(writePcap(packets), 24 + 16 + 20 + 8),
    pcapng: packetsToPcapng(packets),
    'pcapng, damaged': damaged(packetsToPcapng(packets), 28 + 44 + 52 + 4),
  };

  for (const [name, file] of Object.entries(files)) {
    it(`gives the same in pieces of any one length: ${name}`, async () => {
      const whole = await withFile(file);
      assert.ok(whole.packets.length > 0);
      for (const length of [1, 2, 3, 5, 7, 16, 61, 128, 1000, 4096, file.length]) {
        assert.deepEqual(await readBytes(file, length), renamed(whole), `pieces of ${length}`);
      }
    });

    it(`gives the same in pieces of any lengths: ${name}`, async () => {
      const whole = renamed(await withFile(file));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: file.length })), async (cuts) => {
          const at = [0, ...cuts.sort((a, b) => a - b), file.length];
          const pieces = at.slice(1).map((end, i) => file.subarray(at[i], end));
          const stdin = Readable.from(pieces.filter((piece) => piece.length > 0));
          assert.deepEqual(await readSource(await openCapture('-', { stdin })), whole);
        }),
        { numRuns: 100 },
      );
    });
  }

  it('gives the same from a file of many chunks as from a pipe, with packets across each border', async () => {
    const many = Array.from({ length: 60 }, (_, i) => ({
      timeNs: BigInt(i),
      bytes: Buffer.alloc(200_000 + i * 97, i),
    }));
    for (const file of [writePcap(many), packetsToPcapng(many)]) {
      const whole = await withFile(file);
      assert.equal(whole.packets.length, 60);
      assert.deepEqual(await readBytes(file, 65_536), whole);
    }
  });
});

function damaged(file: Buffer, at: number): Buffer {
  file.writeUInt32LE(0xffffffff, at);
  return file;
}

/** As {@link readBytes} names its input. */
function renamed<T extends { statistics: { problems: { message: string }[] } }>(result: T): T {
  for (const problem of result.statistics.problems)
    problem.message = problem.message.replace(/^[^:]*:/, 'stdin:');
  return result;
}
