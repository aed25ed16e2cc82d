import assert from 'node:assert/strict';
import { writePcap } from '../../../support/packets/index.ts';
import { messages, readBytes, samplePackets } from './support.ts';
import { withFile } from './temporary.ts';

const HEADER = 24;
const packets = samplePackets(6);
const VARIANTS = [{}, { bigEndian: true }, { modified: true }, { nanoseconds: true }] as const;

describe('capture/read pcap, files that were joined by cat', () => {
  for (const options of VARIANTS) {
    it(`have all their packets, and a note: ${JSON.stringify(options)}`, async () => {
      const files = [0, 2, 4].map((from) => writePcap(packets.slice(from, from + 2), options));
      const joined = Buffer.concat(files);
      const whole = await readBytes(writePcap(packets, options), 1000);
      for (const result of [
        await readBytes(joined, 1000),
        await readBytes(joined, 7),
        await withFile(joined),
      ]) {
        assert.deepEqual(result.packets, whole.packets);
        assert.deepEqual({ ...result.statistics, problems: [] }, { ...whole.statistics, problems: [] });
        const [first] = files;
        assert.match(
          messages(result)[0] ?? '',
          new RegExp(
            `: the header of another file stands at offset ${first?.length}, packet 3: both were read`,
          ),
        );
        assert.deepEqual(
          result.statistics.problems.map(({ code, damage }) => [code, damage]),
          Array(2).fill(['capture.joined', false]),
        );
      }
    });
  }

  it('are read up to one of another link type', async () => {
    const first = writePcap(packets.slice(0, 2));
    const joined = Buffer.concat([first, writePcap(packets.slice(2), { linkType: 101 })]);
    for (const result of [
      await readBytes(joined, 1000),
      await readBytes(joined, 7),
      await withFile(joined),
    ]) {
      assert.equal(result.statistics.packets, 2);
      assert.match(
        messages(result)[0] ?? '',
        new RegExp(
          `at offset ${first.length}, packet 3: expected one of LINKTYPE_1, found LINKTYPE_101; reading`,
        ),
      );
      assert.equal(result.statistics.problems.length, 1);
      assert.ok(result.statistics.problems[0]?.damage);
    }
  });

  it('may end within the header of the last', async () => {
    const first = writePcap(packets);
    for (let length = 16; length < HEADER; length++) {
      const cut = Buffer.concat([first, first.subarray(0, length)]);
      const result = await readBytes(cut, 1000);
      assert.equal(result.statistics.packets, packets.length);
      const expected = `: the file ends within the header of another file: expected 24 bytes, found ${length}, at offset ${first.length}`;
      assert.ok(messages(result)[0]?.endsWith(expected), messages(result)[0]);
      assert.equal(result.statistics.problems.length, 1);
    }
  });
});
