import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type PcapngBlock, packetsToPcapng, writePcap, writePcapng } from '../../../support/packets/index.ts';
import { readBytes, samplePackets } from './support.ts';

const packets = samplePackets(8);
const SEEDS: Record<string, Buffer> = {
  pcap: writePcap(packets),
  'pcap, big-endian': writePcap(packets, { bigEndian: true, nanoseconds: false }),
  'pcap, modified': writePcap(packets, { modified: true }),
  pcapng: packetsToPcapng(packets.map((packet) => ({ ...packet, comment: 'a comment' }))),
  'pcapng, big-endian': packetsToPcapng(packets, { bigEndian: true }),
  'pcapng, other blocks': writePcapng([
    { type: 'interface' },
    { type: 'statistics', ifdrop: 1n },
    { type: 'journal', record: { kind: 'tick' } },
    ...packets.map((packet): PcapngBlock => ({ type: 'old-packet', packet })),
    ...packets.map((packet): PcapngBlock => ({ type: 'simple-packet', packet })),
  ]),
  gzip: gzipSync(writePcap(packets)),
};
/** Words on which readers break: nothing, everything, the sign, lengths just right and just wrong. */
const WORDS = [0, 1, 12, 16, 0x10000, 0x7fffffff, 0xffffffff, 0x0a0d0d0a];

const change = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.oneof(
    fc.record({ byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ word: fc.constantFrom(...WORDS) }),
  ),
);

describe('capture/read, random damage', () => {
  for (const [name, seed] of Object.entries(SEEDS)) {
    it(`is read to an end, in pieces as in one: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(change, { minLength: 1, maxLength: 4 }),
          fc.integer({ min: 1, max: 50 }),
          async (changes, pieceLength) => {
            const file = Buffer.from(seed);
            for (const [where, what] of changes) {
              const at = Math.floor(where * (file.length - 4));
              if ('byte' in what) file[at] = what.byte;
              else file.writeUInt32LE(what.word, at);
            }
            const whole = await readBytes(file);
            const statistics = whole.statistics;
            assert.ok(whole.packets.length <= statistics.packets);
            for (const problem of statistics.problems) assert.match(problem.message, /^stdin: \S/);
            // zlib loses up to a piece before damage, where the input cannot be read again.
            if (name !== 'gzip') assert.deepEqual(await readBytes(file, pieceLength), whole);
          },
        ),
        { numRuns: 150 },
      );
    });
  }
});
