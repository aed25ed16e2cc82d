import assert from 'node:assert/strict';
import { EPOCH_NS, packetsToPcapng, type TestPacket, writePcap } from '../../../support/packets/index.ts';
import { messages, type ReadResult, readBytes } from './support.ts';

const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
/** The last second of 32 bits. */
const WILD = 0xffff_ffffn * SECOND;

const WRITERS: Record<string, (packets: readonly TestPacket[]) => Buffer> = {
  pcap: (packets) => writePcap(packets),
  'pcap of microseconds': (packets) => writePcap(packets, { nanoseconds: false }),
  pcapng: (packets) => packetsToPcapng(packets),
};

function at(...times: bigint[]): TestPacket[] {
  return times.map((timeNs, i) => ({ timeNs, bytes: Buffer.alloc(20 + i, i) }));
}

function span({ statistics }: ReadResult): [bigint, bigint] {
  const { firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds } = statistics;
  return [
    BigInt(firstSeconds) * SECOND + BigInt(firstNanoseconds),
    BigInt(lastSeconds) * SECOND + BigInt(lastNanoseconds),
  ];
}

/** Times after the first, one of which is damaged. */
const good = (index: number) => EPOCH_NS + BigInt(index) * 3n * SECOND;

describe('capture/read, time of a capture', () => {
  for (const [name, write] of Object.entries(WRITERS)) {
    for (const wild of [0n, WILD, EPOCH_NS + 4000n * DAY, EPOCH_NS - 4000n * DAY]) {
      for (const stray of [0, 1, 3, 5]) {
        it(`is not that of one stamp that is damaged: ${name}, packet ${stray + 1} at ${wild / SECOND}`, async () => {
          const times = [0, 1, 2, 3, 4, 5].map((i) => (i === stray ? wild : good(i)));
          const result = await readBytes(write(at(...times)), 17);
          assert.deepEqual(span(result), [good(stray === 0 ? 1 : 0), good(stray === 5 ? 4 : 5)]);
          assert.equal(result.packets[stray]?.timeNs, wild);
          assert.equal(messages(result).length, 1);
          assert.match(
            messages(result)[0] as string,
            new RegExp(
              `^stdin: expected a time near those .* days away, at offset \\d+, packet ${stray + 1};`,
            ),
          );
          assert.deepEqual(result.statistics.losses, { 'capture.stray_times': 1 });
          assert.ok(result.statistics.problems[0]?.damage);
        });
      }
    }

    for (const [what, times] of [
      ['of a machine whose clock was set', [0n, SECOND, EPOCH_NS, good(1)]],
      ['of a machine without a clock', [0n, 1n, SECOND, 2n * SECOND]],
      ['with a packet every other day', [0n, 2n, 4n, 6n].map((days) => EPOCH_NS + days * DAY)],
      ['with one packet after a year', [EPOCH_NS, good(1), EPOCH_NS + 366n * DAY]],
      ['with one packet a year before the others', [EPOCH_NS, EPOCH_NS + 366n * DAY, good(1) + 366n * DAY]],
      ['joined of two, the later first', [EPOCH_NS + 9n * DAY, good(1) + 9n * DAY, EPOCH_NS, good(1)]],
      ['of one packet', [WILD]],
    ] as const) {
      it(`is taken from all stamps of a capture ${what}: ${name}`, async () => {
        const result = await readBytes(write(at(...times)));
        const sorted = times.map((time) => time - (time % 1000n)).sort((a, b) => (a < b ? -1 : 1));
        const exact = span(result).map((time) => time - (time % 1000n));
        assert.deepEqual(exact, [sorted[0], sorted.at(-1)]);
        assert.deepEqual(messages(result), []);
      });
    }
  }

  it('counts strays, and tells five of them', async () => {
    const times = Array.from({ length: 41 }, (_, i) => (i % 2 === 1 ? WILD : good(i)));
    const result = await readBytes(writePcap(at(...times)));
    assert.equal(result.statistics.losses['capture.stray_times'], 20);
    assert.equal(result.statistics.problems.length, 6);
    assert.deepEqual(span(result), [good(0), good(40)]);
  });
});
