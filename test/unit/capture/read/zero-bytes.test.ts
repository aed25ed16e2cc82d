import assert from 'node:assert/strict';
import { writePcap } from '../../../support/packets/index.ts';
import { messages, readBytes, samplePackets } from './support.ts';
import { withFile } from './temporary.ts';

const HEADER = 24;
const packets = samplePackets(5);
const VARIANTS = [{}, { bigEndian: true }, { modified: true }, { modified: true, bigEndian: true }] as const;

/** A capture with zero bytes in front of one of its packets, or behind the last. */
function withZeros(count: number, before: number, options: Parameters<typeof writePcap>[1] = {}) {
  const file = writePcap(packets, options);
  const at = writePcap(packets.slice(0, before), options).length;
  return { at, file: Buffer.concat([file.subarray(0, at), Buffer.alloc(count), file.subarray(at)]) };
}

describe('capture/read pcap, zero bytes in place of packets', () => {
  for (const options of VARIANTS) {
    const variant = JSON.stringify(options);

    it(`at the end are told in one line, and are no packets: ${variant}`, async () => {
      for (const count of [24, 4090, 4096, 300_000]) {
        const { at, file } = withZeros(count, 5, options);
        for (const result of [await readBytes(file, 1000), await withFile(file)]) {
          assert.equal(result.packets.length, 5);
          assert.equal(result.statistics.packets, 5);
          assert.equal(result.statistics.firstSeconds, Number((packets[0]?.timeNs ?? 0n) / 1_000_000_000n));
          assert.equal(result.statistics.lastSeconds, Number((packets[4]?.timeNs ?? 0n) / 1_000_000_000n));
          const [message] = messages(result).map((one) => one.replace(/^[^:]*: /, ''));
          const where = `at offset ${at}, packet 6`;
          assert.equal(message, `expected a packet, found ${count} zero bytes up to the end, ${where}`);
          assert.equal(result.statistics.problems.length, 1);
          assert.ok(result.statistics.problems[0]?.damage);
        }
      }
    });

    it(`in the middle are stepped over where a chain of packets follows: ${variant}`, async () => {
      for (const count of [24, 61, 4096, 300_000]) {
        for (const before of [0, 2]) {
          const { at, file } = withZeros(count, before, options);
          const result = await readBytes(file, 1000);
          assert.deepEqual(
            result.packets.map(({ bytes }) => bytes),
            packets.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
          );
          const place = `at offset ${at}, packet ${before + 1}`;
          assert.deepEqual(messages(result), [
            `stdin: expected a packet, found ${count} zero bytes, ${place}; reading went on at offset ${at + count}`,
          ]);
          assert.equal(result.statistics.losses['capture.skipped_bytes'], count);
        }
      }
    });
  }

  it('end the reading where something else follows', async () => {
    const file = Buffer.concat([withZeros(40, 5).file, Buffer.alloc(100, 0xab)]);
    const result = await readBytes(file);
    assert.equal(result.packets.length, 5);
    assert.match(
      messages(result)[0] as string,
      /expected a packet, found 40 zero bytes, at .* reading stopped/,
    );
  });

  it('are all there is where nothing was written yet', async () => {
    const result = await readBytes(Buffer.concat([writePcap([]), Buffer.alloc(1000)]));
    assert.deepEqual(messages(result), [
      `stdin: expected a packet, found 1000 zero bytes up to the end, at offset ${HEADER}, packet 1`,
    ]);
    assert.ok(Number.isNaN(result.statistics.firstSeconds));
  });

  it('of a header alone are not: a packet of which nothing was captured, by a clock that was not set', async () => {
    const bare = { timeNs: 0n, bytes: new Uint8Array(), originalLength: 60 };
    const early = { timeNs: 1_000n, bytes: new Uint8Array(), originalLength: 60 };
    const result = await readBytes(writePcap([bare, early, { ...bare, bytes: Buffer.alloc(60) }]));
    assert.deepEqual(messages(result), []);
    assert.equal(result.packets.length, 3);
    assert.equal(result.statistics.lastSeconds, 0);
  });
});
