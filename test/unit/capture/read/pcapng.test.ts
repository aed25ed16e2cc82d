import assert from 'node:assert/strict';
import { EPOCH_NS, type PcapngBlock, packetsToPcapng, writePcapng } from '../../../support/packets/index.ts';
import { expected, messages, readBytes, samplePackets } from './support.ts';

const packets = samplePackets();
const blocks = packets.map((packet): PcapngBlock => ({ type: 'packet', packet }));

describe('capture/read pcapng', () => {
  for (const bigEndian of [false, true]) {
    const order = bigEndian ? 'big-endian' : 'little-endian';

    it(`reads packets and names, ${order}`, async () => {
      const result = await readBytes(
        packetsToPcapng(packets, { bigEndian, linkType: 113, interfaceNames: ['eth0'] }),
      );
      assert.deepEqual(result.packets, expected(packets, 113, 'eth0'));
      assert.deepEqual(messages(result), []);
      assert.equal(result.statistics.packets, 5);
      assert.equal(result.statistics.bytes, 110);
      assert.equal(result.statistics.firstSeconds, Number(EPOCH_NS / 1_000_000_000n));
      assert.equal(result.statistics.lastNanoseconds, 492_000);
    });

    it(`reads each kind of block, ${order}`, async () => {
      const [a, b, c] = packets as [(typeof packets)[0], (typeof packets)[0], (typeof packets)[0]];
      const result = await readBytes(
        writePcapng(
          [
            { type: 'interface', name: 'lo', linkType: 0, snaplen: 21 },
            { type: 'names', address: '10.0.0.1', name: 'host' },
            { type: 'journal', record: { kind: 'session' } },
            { type: 'packet', packet: { ...a, comment: 'curl (4912)' }, dropCount: 3n },
            { type: 'simple-packet', packet: b },
            { type: 'simple-packet', packet: c },
            { type: 'old-packet', packet: { ...a, comment: 'old' }, drops: 1 },
            { type: 'secrets', secrets: 'CLIENT_RANDOM' },
            { type: 'custom', pen: 32473, data: Buffer.alloc(7) },
            { type: 'raw', blockType: 0x7777, body: Buffer.alloc(9) },
            { type: 'journal', record: { kind: 'end' } },
          ],
          { bigEndian },
        ),
      );
      assert.deepEqual(
        result.packets.map((packet) => [
          packet.bytes.length / 2,
          packet.originalLength,
          packet.timeNs,
          packet.comment,
        ]),
        [
          [20, 20, a.timeNs, 'curl (4912)'],
          [21, 21, a.timeNs, undefined],
          [21, 22, a.timeNs, undefined],
          [20, 20, a.timeNs, 'old'],
        ],
      );
      assert.deepEqual(
        result.records.map(({ json, packetsBefore }) => [json, packetsBefore]),
        [
          ['{"kind":"session"}', 0],
          ['{"kind":"end"}', 4],
        ],
      );
      assert.deepEqual(result.statistics.losses, { 'capture.custom_blocks': 1, 'capture.unknown_blocks': 1 });
      assert.deepEqual(messages(result), []);
    });
  }

  it('reads sections of either byte order, each with its own interfaces', async () => {
    const result = await readBytes(
      writePcapng([
        { type: 'section', bigEndian: false, comment: 'one' },
        { type: 'interface', name: 'a', linkType: 1 },
        ...blocks.slice(0, 2),
        { type: 'section', bigEndian: true, hardware: 'two' },
        { type: 'interface', name: 'b', linkType: 101, resolution: { base: 10, exponent: 9 } },
        ...blocks.slice(2, 4),
        { type: 'section', bigEndian: false },
        { type: 'interface', name: 'c', linkType: 276 },
        ...blocks.slice(4),
      ]),
    );
    assert.deepEqual(
      result.packets.map((packet) => [packet.interfaceName, packet.linkType, packet.timeNs]),
      ['a', 'a', 'b', 'b', 'c'].map((name, i) => [name, { a: 1, b: 101, c: 276 }[name], packets[i]?.timeNs]),
    );
  });

  it('reads several interfaces and counts the one whose link type is not decoded', async () => {
    const result = await readBytes(
      writePcapng([
        { type: 'interface', name: 'usb', linkType: 220 },
        { type: 'interface', name: 'eth', linkType: 1 },
        ...packets.map(
          (packet, i): PcapngBlock => ({ type: 'packet', packet: { ...packet, interfaceId: i % 2 } }),
        ),
      ]),
    );
    assert.deepEqual(
      result.packets.map((packet) => packet.number),
      [2, 4],
    );
    assert.deepEqual(result.statistics.losses, { 'link.unsupported.LINKTYPE_220': 3 });
    assert.equal(result.statistics.problems[0]?.damage, false);
  });

  const timeNs = 1_768_471_200_123_456_789n;
  for (const [resolution, exact] of [
    [undefined, 1_768_471_200_123_456_000n],
    [{ base: 10, exponent: 0 }, 1_768_471_200_000_000_000n],
    [{ base: 10, exponent: 3 }, 1_768_471_200_123_000_000n],
    [{ base: 10, exponent: 6 }, 1_768_471_200_123_456_000n],
    [{ base: 10, exponent: 9 }, timeNs],
    [{ base: 10, exponent: 10 }, timeNs],
    [{ base: 2, exponent: 10 }, 1_768_471_200_123_046_875n],
    [{ base: 2, exponent: 30 }, 1_768_471_200_123_456_788n],
    [{ base: 2, exponent: 32 }, 1_768_471_200_123_456_788n],
  ] as const) {
    it(`keeps nanoseconds with if_tsresol ${JSON.stringify(resolution)}`, async () => {
      const packet = { timeNs, bytes: Buffer.alloc(20) };
      const result = await readBytes(
        writePcapng([
          { type: 'interface', ...(resolution && { resolution: { ...resolution } }) },
          { type: 'packet', packet },
        ]),
      );
      assert.equal(result.packets[0]?.timeNs, exact);
      const { lastSeconds, lastNanoseconds } = result.statistics;
      assert.equal(BigInt(lastSeconds) * 1_000_000_000n + BigInt(lastNanoseconds), exact);
    });
  }

  it('tells the earliest and the latest time, in whatever order packets stand', async () => {
    const packet = (seconds: number) => ({
      timeNs: EPOCH_NS + BigInt(seconds) * 1_000_000_000n,
      bytes: Buffer.alloc(20),
    });
    const { statistics } = await readBytes(
      writePcapng([
        { type: 'interface' },
        { type: 'interface' },
        ...[7, 5, 9].map((seconds) => ({ type: 'packet', packet: packet(seconds) }) as const),
        ...[8, 4, 6].map((seconds) => ({ type: 'packet', interfaceId: 1, packet: packet(seconds) }) as const),
      ]),
    );
    const begin = Number(EPOCH_NS / 1_000_000_000n);
    assert.deepEqual([statistics.firstSeconds, statistics.lastSeconds], [begin + 4, begin + 9]);
  });

  it('adds if_tsoffset', async () => {
    for (const offsetSeconds of [1_700_000_000n, -5n]) {
      const result = await readBytes(
        writePcapng([
          { type: 'interface', offsetSeconds },
          { type: 'packet', packet: { timeNs: EPOCH_NS, bytes: Buffer.alloc(20) } },
        ]),
      );
      assert.equal(result.packets[0]?.timeNs, EPOCH_NS);
    }
  });

  it('sums the last drop counters of each interface', async () => {
    const { statistics } = await readBytes(
      writePcapng([
        { type: 'interface' },
        { type: 'interface' },
        { type: 'statistics', interfaceId: 0, ifdrop: 1n, osdrop: 1n },
        { type: 'statistics', interfaceId: 1, ifdrop: 10n },
        { type: 'statistics', interfaceId: 0, ifdrop: 2n, osdrop: 5n },
        { type: 'section', bigEndian: true },
        { type: 'interface' },
        { type: 'statistics', osdrop: 100n },
      ]),
    );
    assert.equal(statistics.drops, 2 + 5 + 10 + 100);
  });

  it('knows of no drops where no interface counted any', async () => {
    const file = writePcapng([{ type: 'interface' }, { type: 'statistics', ifrecv: 5n }]);
    assert.equal((await readBytes(file)).statistics.drops, undefined);
  });

  it('takes a journal record without its padding of NUL or space', async () => {
    const body = Buffer.from('{"a":1}\0');
    const result = await readBytes(writePcapng([{ type: 'raw', blockType: 0x80494d44, body }]));
    assert.deepEqual(result.records, [{ json: '{"a":1}', offset: 28, packetsBefore: 0 }]);
  });

  it('joins several comments of a packet', async () => {
    const first = packetsToPcapng([{ ...(packets[0] as (typeof packets)[0]), comment: 'abcd' }]);
    // A second opt_comment in place of the first's text: code 1, length 0, and the first is emptied.
    const at = first.indexOf('abcd');
    first.writeUInt16LE(0, at - 2);
    first.writeUInt32LE(1, at);
    assert.equal((await readBytes(first)).packets[0]?.comment, '\n');
  });
});
