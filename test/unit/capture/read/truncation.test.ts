import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type PcapngBlock, packetsToPcapng, writePcap, writePcapng } from '../../../support/packets/index.ts';
import { messages, readBytes, samplePackets } from './support.ts';
import { withFile } from './temporary.ts';

const packets = samplePackets(4);
const FILES: Record<string, Buffer> = {
  'pcap, little-endian': writePcap(packets),
  'pcap, big-endian': writePcap(packets, { bigEndian: true, nanoseconds: false }),
  'pcap, modified': writePcap(packets, { modified: true }),
  'pcapng, little-endian': packetsToPcapng(packets.map((packet) => ({ ...packet, comment: 'a comment' }))),
  'pcapng, big-endian': packetsToPcapng(packets, { bigEndian: true }),
  'pcapng, all blocks': writePcapng([
    { type: 'interface' },
    { type: 'journal', record: { kind: 'tick' } },
    ...packets.flatMap((packet): PcapngBlock[] => [
      { type: 'simple-packet', packet },
      { type: 'old-packet', packet },
      { type: 'statistics', ifdrop: 1n },
    ]),
  ]),
};

/** Lengths at which a file ends between records, and so is whole. */
function wholeLengths(file: Buffer): Set<number> {
  const lengths = new Set([file.length]);
  const little = file[0] === 0xd4 || file[0] === 0x4d || file[0] === 0x34 || file[8] === 0x4d;
  const u32 = (at: number) => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const magic = file.toString('hex', 0, 4);
  const pcapng = magic === '0a0d0d0a';
  const header = magic === '34cdb2a1' || magic === 'a1b2cd34' ? 24 : 16;
  for (let at = pcapng ? u32(4) : 24; at <= file.length; ) {
    lengths.add(at);
    if (at === file.length) break;
    at += pcapng ? u32(at + 4) : header + u32(at + 8);
  }
  return lengths;
}

describe('capture/read, files cut short', function () {
  this.timeout(60_000);

  for (const [name, file] of Object.entries(FILES)) {
    it(`hands on a prefix of the packets and tells one problem: ${name}`, async () => {
      const all = await readBytes(file);
      const whole = wholeLengths(file);
      let atWholeLength = 0;
      for (let length = 4; length < file.length; length++) {
        const cut = await readBytes(file.subarray(0, length));
        const where = `cut at ${length}`;
        assert.deepEqual(cut.packets, all.packets.slice(0, cut.packets.length), where);
        assert.deepEqual(cut.records, all.records.slice(0, cut.records.length), where);
        assert.equal(cut.statistics.packets, cut.packets.length, where);
        if (whole.has(length)) {
          assert.deepEqual(messages(cut), [], where);
          atWholeLength++;
        } else {
          assert.equal(cut.statistics.problems.length, 1, where);
          assert.equal(cut.statistics.problems[0]?.code, 'capture.truncated', where);
          assert.equal(cut.statistics.problems[0]?.damage, true, where);
          assert.match(messages(cut)[0] as string, /^stdin: the file ends within .* at offset \d+/, where);
        }
      }
      assert.equal(atWholeLength, whole.size - 1);
    });
  }

  it('hands on all that a cut gzip file holds, from a pipe and from a file', async () => {
    const file = writePcap(samplePackets(200));
    const zipped = gzipSync(file);
    for (let length = 30; length < zipped.length; length += 7) {
      const cut = zipped.subarray(0, length);
      const readable = await readBytes(gunzipSync(cut, { finishFlush: 2 }));
      const fromPipe = await readBytes(cut);
      assert.deepEqual(fromPipe.packets, readable.packets, `cut at ${length}`);
      assert.deepEqual(
        fromPipe.statistics.problems.map((problem) => problem.code),
        ['capture.compression'],
      );
      const fromFile = await withFile(cut);
      assert.deepEqual(fromFile.packets, readable.packets, `cut at ${length}`);
    }
  });
});
