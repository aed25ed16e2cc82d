import assert from 'node:assert/strict';
import { openCapture } from '../../../../src/capture/open.ts';
import { type PcapngBlock, writePcapng } from '../../../support/packets/index.ts';
import { readBytes, samplePackets } from './support.ts';
import { atPath } from './temporary.ts';

const [packet] = samplePackets(1) as [ReturnType<typeof samplePackets>[0]];
/** What Wireshark takes for "not known". */
const UNKNOWN = 0xffff_ffff_ffff_ffffn;

const CASES: readonly (readonly [what: string, blocks: PcapngBlock[], drops: number | undefined])[] = [
  [
    'between packets',
    [
      { type: 'packet', packet, dropCount: 5n },
      { type: 'packet', packet: { ...packet, comment: 'a comment' } },
      { type: 'packet', packet: { ...packet, comment: 'another' }, dropCount: 7n },
    ],
    12,
  ],
  ['as none, where it was counted', [{ type: 'packet', packet, dropCount: 0n }], 0],
  [
    'in obsolete blocks',
    [
      { type: 'old-packet', packet, drops: 3 },
      { type: 'old-packet', packet, drops: 4 },
    ],
    7,
  ],
  ['by nobody, in obsolete blocks', [{ type: 'old-packet', packet, drops: 0xffff }], undefined],
  [
    'twice, by statistics too: the larger holds',
    [
      { type: 'packet', packet, dropCount: 5n },
      { type: 'statistics', ifdrop: 4n, osdrop: 2n },
      { type: 'packet', packet, dropCount: 5n },
    ],
    10,
  ],
  [
    'twice, and the statistics know of more',
    [
      { type: 'packet', packet, dropCount: 5n },
      { type: 'statistics', ifdrop: 9n },
    ],
    9,
  ],
  [
    'of each interface',
    [
      { type: 'interface' },
      { type: 'packet', packet, dropCount: 5n },
      { type: 'packet', packet: { ...packet, interfaceId: 1 }, dropCount: 6n },
      { type: 'statistics', interfaceId: 1, ifdrop: 8n },
    ],
    13,
  ],
  ['by nobody, where the statistics do not know', [{ type: 'statistics', ifdrop: UNKNOWN }], undefined],
  ['by one of two counters', [{ type: 'statistics', ifdrop: UNKNOWN, osdrop: 3n }], 3],
  ['by nobody, where the packet does not know', [{ type: 'packet', packet, dropCount: UNKNOWN }], undefined],
];

describe('capture/read pcapng, dropped packets', () => {
  for (const bigEndian of [false, true]) {
    for (const [what, blocks, drops] of CASES) {
      it(`are counted ${what}, ${bigEndian ? 'big' : 'little'}-endian`, async () => {
        const { statistics } = await readBytes(
          writePcapng([{ type: 'interface' }, ...blocks], { bigEndian }),
          50,
        );
        assert.equal(statistics.drops, drops);
        assert.deepEqual(statistics.problems, []);
      });
    }
  }

  it('are counted of packets that nobody wants', async () => {
    const file = writePcapng([{ type: 'interface' }, { type: 'packet', packet, dropCount: 5n }]);
    const drops = await atPath(file, async (path) => {
      const source = await openCapture(path);
      const handler = {
        nextStop: Number.POSITIVE_INFINITY,
        beforePacket: () => {},
        packet: () => {},
        record: () => {},
      };
      await source.read({ accepts: () => false }, handler, () => undefined);
      return source.statistics.drops;
    });
    assert.equal(drops, 5);
  });
});
