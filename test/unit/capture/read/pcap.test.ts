import assert from 'node:assert/strict';
import { EPOCH_NS, writePcap } from '../../../support/packets/index.ts';
import { expected, messages, readBytes, samplePackets } from './support.ts';

describe('capture/read pcap', () => {
  const packets = samplePackets();

  for (const bigEndian of [false, true]) {
    for (const variant of [{ nanoseconds: true }, { nanoseconds: false }, { modified: true }]) {
      it(`reads ${JSON.stringify({ ...variant, bigEndian })}`, async () => {
        const result = await readBytes(writePcap(packets, { ...variant, bigEndian }));
        assert.deepEqual(result.packets, expected(packets));
        assert.deepEqual(messages(result), []);
        assert.deepEqual(
          { ...result.statistics },
          {
            packets: 5,
            bytes: 20 + 21 + 22 + 23 + 24,
            firstSeconds: Number(EPOCH_NS / 1_000_000_000n),
            firstNanoseconds: 0,
            lastSeconds: Number(EPOCH_NS / 1_000_000_000n) + 4,
            lastNanoseconds: 492_000,
            drops: undefined,
            losses: {},
            problems: [],
          },
        );
      });
    }
  }

  it('masks the frame check sequence out of the link type', async () => {
    const file = writePcap(packets);
    file.writeUInt32LE(0x54000001, 20);
    assert.equal((await readBytes(file)).packets[0]?.linkType, 1);
  });

  it('takes the original length where the snap length cut', async () => {
    const [packet] = samplePackets(1);
    const file = writePcap([{ ...(packet as (typeof packets)[0]), originalLength: 1500 }]);
    assert.equal((await readBytes(file)).packets[0]?.originalLength, 1500);
  });

  it('carries a fraction over a second into the seconds', async () => {
    const file = writePcap(samplePackets(1), { nanoseconds: false });
    file.writeUInt32LE(2_500_000, 28);
    const result = await readBytes(file);
    assert.equal(result.packets[0]?.timeNs, EPOCH_NS + 2_500_000_000n);
    assert.equal(result.statistics.lastNanoseconds, 500_000_000);
  });

  it('tells the earliest time, not that of the first packet', async () => {
    const [first, second] = samplePackets(2) as [(typeof packets)[0], (typeof packets)[0]];
    const { statistics } = await readBytes(writePcap([second, first]));
    assert.equal(statistics.firstSeconds, Number(first.timeNs / 1_000_000_000n));
    assert.equal(statistics.lastSeconds, Number(second.timeNs / 1_000_000_000n));
  });

  it('tells the latest time, not that of the last packet', async () => {
    const [first, second, third] = samplePackets(3) as [
      (typeof packets)[0],
      (typeof packets)[0],
      (typeof packets)[0],
    ];
    const { statistics } = await readBytes(writePcap([first, third, second]));
    assert.equal(statistics.lastSeconds, Number(third.timeNs / 1_000_000_000n));
  });

  it('counts the packets of a link type that is not decoded', async () => {
    const result = await readBytes(writePcap(packets, { linkType: 147 }));
    assert.deepEqual(result.packets, []);
    assert.equal(result.statistics.packets, 5);
    assert.deepEqual(result.statistics.losses, { 'link.unsupported.LINKTYPE_147': 5 });
    assert.deepEqual(messages(result), [
      'stdin: 5 packets of LINKTYPE_147, which imds does not decode, were skipped',
    ]);
    assert.equal(result.statistics.problems[0]?.damage, true);
  });

  it('reads a file without packets', async () => {
    const result = await readBytes(writePcap([]));
    assert.deepEqual(messages(result), []);
    assert.ok(Number.isNaN(result.statistics.firstSeconds));
  });
});
