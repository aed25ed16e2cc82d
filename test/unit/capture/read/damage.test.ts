import assert from 'node:assert/strict';
import { type PcapngBlock, packetsToPcapng, writePcap, writePcapng } from '../../../support/packets/index.ts';
import { messages, readBytes, samplePackets } from './support.ts';
import { withFile } from './temporary.ts';

const packets = samplePackets(5);
const PCAP_RECORD = (i: number) =>
  24 + packets.slice(0, i).reduce((sum, one) => sum + 16 + one.bytes.length, 0);
const SECTION = 28;
const INTERFACE = 40;
const padded = (length: number) => (length + 3) & ~3;
const EPB = (i: number) =>
  SECTION + INTERFACE + packets.slice(0, i).reduce((sum, one) => sum + 32 + padded(one.bytes.length), 0);

function pcap(change: (file: Buffer) => void, options = {}): Buffer {
  const file = writePcap(packets, options);
  change(file);
  return file;
}

function pcapng(change: (file: Buffer) => void): Buffer {
  const file = packetsToPcapng(packets);
  change(file);
  return file;
}

interface Case {
  name: string;
  file: Buffer;
  /** Numbers of the sample packets that are read. */
  read: number[];
  message: string;
}

const MAXIMUM = 262_144;

const CASES: Case[] = [
  {
    name: 'an empty file',
    file: Buffer.alloc(0),
    read: [],
    message: 'expected a pcap or pcapng capture, found an empty file',
  },
  {
    name: 'a text file',
    file: Buffer.from('hello\n\u001b[31m'),
    read: [],
    message: 'expected the magic number of pcap or pcapng, found data that begins like text, at offset 0',
  },
  {
    name: 'a text file',
    file: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n'),
    read: [],
    message: 'expected the magic number of pcap or pcapng, found text (HTTP), at offset 0',
  },
  {
    name: 'pcap: a captured length of 0xFFFFFFFF in the middle',
    file: pcap((file) => file.writeUInt32LE(0xffffffff, PCAP_RECORD(2) + 8)),
    read: [1, 2, 4, 5],
    message: `expected a captured length of at most ${MAXIMUM}, found 4294967295, at offset ${PCAP_RECORD(2)}, packet 3; reading went on at offset ${PCAP_RECORD(3)}`,
  },
  {
    name: 'pcap, big-endian: a captured length above the maximum in the middle',
    file: pcap((file) => file.writeUInt32BE(MAXIMUM + 1, PCAP_RECORD(2) + 8), { bigEndian: true }),
    read: [1, 2, 4, 5],
    message: `expected a captured length of at most ${MAXIMUM}, found ${MAXIMUM + 1}, at offset ${PCAP_RECORD(2)}, packet 3; reading went on at offset ${PCAP_RECORD(3)}`,
  },
  {
    name: 'pcap: a captured length far above the snap length, in the last packet',
    file: pcap((file) => file.writeUInt32LE(70_000, PCAP_RECORD(4) + 8), { snaplen: 96 }),
    read: [1, 2, 3, 4],
    message: `expected a captured length of at most ${96 + 65_536}, found 70000, at offset ${PCAP_RECORD(4)}, packet 5; reading stopped there`,
  },
  {
    name: 'pcap: a captured length that is larger than the file, as the original is',
    file: pcap((file) => {
      file.writeUInt32LE(100_000, PCAP_RECORD(1) + 8);
      file.writeUInt32LE(100_000, PCAP_RECORD(1) + 12);
    }),
    read: [1],
    message: `the file ends within a packet: expected 100000 bytes, found ${PCAP_RECORD(5) - PCAP_RECORD(1) - 16}, at offset ${PCAP_RECORD(1) + 16}, packet 2`,
  },
  {
    name: 'pcap: a captured length that is larger than the file, and than the original',
    file: pcap((file) => file.writeUInt32LE(100_000, PCAP_RECORD(1) + 8)),
    read: [1, 3, 4, 5],
    message: `expected a captured length near the original of 21, found 100000, at offset ${PCAP_RECORD(1)}, packet 2; reading went on at offset ${PCAP_RECORD(2)}`,
  },
  {
    name: 'pcap: a captured length that is larger than the file and the original, in the last packet',
    file: pcap((file) => file.writeUInt32LE(100_000, PCAP_RECORD(4) + 8)),
    read: [1, 2, 3, 4],
    message: `the file ends within a packet: expected 100000 bytes, found 24, at offset ${PCAP_RECORD(4) + 16}, packet 5`,
  },
  {
    name: 'pcap: a captured length that is larger than the original by no more than writers do, cut',
    file: pcap((file) => file.writeUInt32LE(22 + 1024, PCAP_RECORD(2) + 8)),
    read: [1, 2],
    message: `the file ends within a packet: expected 1046 bytes, found ${PCAP_RECORD(5) - PCAP_RECORD(2) - 16}, at offset ${PCAP_RECORD(2) + 16}, packet 3`,
  },
  {
    name: 'pcap: damage in the first packet, so that the times behind it have only each other',
    file: pcap((file) => file.writeUInt32LE(0x80000000, PCAP_RECORD(0) + 8)),
    read: [2, 3, 4, 5],
    message: `expected a captured length of at most ${MAXIMUM}, found 2147483648, at offset 24, packet 1; reading went on at offset ${PCAP_RECORD(1)}`,
  },
  {
    name: 'pcap: damage in the first packet, and times behind it that are years apart',
    file: pcap((file) => {
      file.writeUInt32LE(0x80000000, PCAP_RECORD(0) + 8);
      for (const i of [2, 4]) file.writeUInt32LE(100_000, PCAP_RECORD(i));
    }),
    read: [5],
    message: `expected a captured length of at most ${MAXIMUM}, found 2147483648, at offset 24, packet 1; reading went on at offset ${PCAP_RECORD(4)}`,
  },
  ...[0, 13, 0xfffffffc, 0xffffffff, 0x7ffffff0].map((length): Case => {
    const expected =
      length > 1024 * 1024 && length % 4 === 0
        ? 'a block length of at most 1048576'
        : 'a block length that is a multiple of 4 and at least 12';
    return {
      name: `pcapng: a block length of ${length} in the middle`,
      file: pcapng((file) => file.writeUInt32LE(length, EPB(2) + 4)),
      read: [1, 2, 4, 5],
      message: `expected ${expected}, found ${length}, at offset ${EPB(2)}, packet 3; reading went on at offset ${EPB(3)}`,
    };
  }),
  {
    name: 'pcapng: a block length that is larger than the file, and not what its captured length says',
    file: pcapng((file) => file.writeUInt32LE(100_000, EPB(2) + 4)),
    read: [1, 2, 4, 5],
    message: `expected a block that ends within the file, found a length of 100000, at offset ${EPB(2)}, packet 3; reading went on at offset ${EPB(3)}`,
  },
  {
    name: 'pcapng: a trailing length that does not agree',
    file: pcapng((file) => file.writeUInt32LE(48, EPB(3) - 4)),
    read: [1, 2, 4, 5],
    message: `expected a trailing block length of ${EPB(3) - EPB(2)}, found 48, at offset ${EPB(2)}, packet 3; reading went on at offset ${EPB(3)}`,
  },
  {
    name: 'pcapng: a trailing length that does not agree, in the last block',
    file: pcapng((file) => file.writeUInt32LE(0, file.length - 4)),
    read: [1, 2, 3, 4],
    message: `expected a trailing block length of ${EPB(5) - EPB(4)}, found 0, at offset ${EPB(4)}, packet 5; reading stopped there`,
  },
  {
    name: 'pcapng: a captured length that does not fit its block',
    file: pcapng((file) => file.writeUInt32LE(5000, EPB(2) + 20)),
    read: [1, 2, 4, 5],
    message: `expected a captured length of at most ${EPB(3) - EPB(2) - 32}, found 5000, at offset ${EPB(2)}, packet 3; it was skipped`,
  },
  {
    name: 'pcapng: an interface id out of range',
    file: pcapng((file) => file.writeUInt32LE(7, EPB(2) + 8)),
    read: [1, 2, 4, 5],
    message: `expected an interface id below 1, found interface id 7, at offset ${EPB(2)}, packet 3; it was skipped`,
  },
  {
    name: 'pcapng: no interface description',
    file: writePcapng([{ type: 'packet', packet: packets[0] as (typeof packets)[0] }]),
    read: [],
    message: `expected an Interface Description Block before, found interface id 0, at offset ${SECTION}, packet 1; it was skipped`,
  },
  {
    name: 'pcapng: a packet block that is too short',
    file: writePcapng([
      { type: 'interface' },
      { type: 'raw', blockType: 6, body: Buffer.alloc(8) },
      ...epbs(),
    ]),
    read: [1, 2, 3, 4, 5],
    message: `expected a block of type 6 with at least 32 bytes, found 20, at offset ${SECTION + 20}, packet 1; it was skipped`,
  },
  {
    name: 'pcapng: a section header without byte order',
    file: pcapng((file) => file.writeUInt32LE(0x12345678, 8)),
    read: [],
    message:
      'expected the byte-order magic 1a2b3c4d, found 78563412, at offset 0, packet 1; reading stopped there',
  },
  {
    name: 'pcapng: a journal record above the maximum',
    file: writePcapng([
      { type: 'interface' },
      { type: 'raw', blockType: 0x80494d44, body: Buffer.alloc(300_000, 'x') },
      ...epbs(),
    ]),
    read: [1, 2, 3, 4, 5],
    message: `expected a journal record of at most 262144 bytes, found 300000, at offset ${SECTION + 20}, packet 1; it was skipped`,
  },
];

function epbs(): PcapngBlock[] {
  return packets.map((packet): PcapngBlock => ({ type: 'packet', packet }));
}

describe('capture/read, damage', () => {
  for (const { name, file, read, message } of CASES) {
    it(name, async () => {
      const result = await readBytes(file, 10);
      assert.deepEqual(messages(result), [`stdin: ${message}`]);
      assert.deepEqual(
        result.packets.map((packet) => packet.bytes),
        read.map((i) => Buffer.from(packets[i - 1]?.bytes as Uint8Array).toString('hex')),
      );
      assert.ok(result.statistics.problems[0]?.damage);
      assert.ok(result.statistics.problems[0]?.remedy);
      const fromFile = await withFile(file);
      assert.deepEqual(fromFile.packets, result.packets);
      assert.deepEqual(
        messages(fromFile).map((one) => one.replace(/^[^:]*/, 'stdin')),
        messages(result),
      );
    });
  }

  it('counts what was skipped', async () => {
    const { statistics } = await readBytes(pcapng((file) => file.writeUInt32LE(0, EPB(2) + 4)));
    assert.deepEqual(statistics.losses, {
      'capture.damaged_records': 1,
      'capture.skipped_bytes': EPB(3) - EPB(2),
    });
  });

  it('steps over a long block that is not read, and goes on behind it', async () => {
    const file = writePcapng([
      { type: 'interface' },
      { type: 'custom', pen: 1, data: Buffer.alloc(5_000_000) },
      ...epbs(),
    ]);
    for (const result of [await withFile(file), await readBytes(file, 4099)]) {
      assert.deepEqual(messages(result), []);
      assert.equal(result.packets.length, 5);
    }
  });

  it('finds the block behind a long one whose trailing length does not agree', async () => {
    const custom: PcapngBlock = {
      type: 'raw',
      blockType: 0xbad,
      body: Buffer.alloc(2_000_000),
      trailingLength: 4,
    };
    const result = await withFile(writePcapng([{ type: 'interface' }, custom, ...epbs()]));
    assert.equal(result.packets.length, 5);
    assert.match(
      messages(result)[0] as string,
      /expected a trailing block length of 2000012, found 4, at offset 48/,
    );
  });

  it('does not wait for 4 GiB that a block in a file claims', async () => {
    const long: PcapngBlock = {
      type: 'raw',
      blockType: 0xbad,
      body: Buffer.alloc(8),
      totalLength: 0xfffffffc,
    };
    const result = await withFile(writePcapng([{ type: 'interface' }, long, ...epbs()]));
    assert.equal(result.packets.length, 5);
    assert.match(
      messages(result)[0] as string,
      /expected a block length of at most the \d+ bytes that follow, found 4294967292/,
    );
  });

  it('tells of a block that a pipe does not bring to its end', async () => {
    const long: PcapngBlock = {
      type: 'raw',
      blockType: 0xbad,
      body: Buffer.alloc(8),
      totalLength: 0xfffffffc,
    };
    const file = writePcapng([{ type: 'interface' }, long]);
    assert.deepEqual(messages(await readBytes(file)), [
      `stdin: the file ends within a block: expected 4294967292 bytes, found ${file.length - SECTION - 20}, at offset ${SECTION + 20}`,
    ]);
  });

  it('gives interfaces after damage no number, for one may be missing', async () => {
    const file = writePcapng([
      { type: 'interface', name: 'a' },
      { type: 'raw', blockType: 1, body: Buffer.alloc(8), totalLength: 16 },
      { type: 'interface', name: 'c' },
      { type: 'packet', packet: { timeNs: 0n, bytes: Buffer.alloc(20) } },
      { type: 'packet', packet: { timeNs: 0n, bytes: Buffer.alloc(20), interfaceId: 1 } },
    ]);
    const result = await readBytes(file);
    assert.deepEqual(
      result.packets.map((packet) => packet.interfaceName),
      ['a'],
    );
    assert.equal(result.statistics.losses['capture.interfaces_not_numbered'], 1);
  });

  it('does not take a capture that was itself captured for the records of this one', async () => {
    const inner = packetsToPcapng(samplePackets(40));
    const carrier = (): PcapngBlock => ({
      type: 'packet',
      packet: { timeNs: 0n, bytes: Buffer.concat([Buffer.alloc(54), inner.subarray(0, 1400)]) },
    });
    const blocks: PcapngBlock[] = Array.from({ length: 400 }, carrier);
    const file = writePcapng([{ type: 'interface' }, ...blocks]);
    const at = SECTION + 20;
    file.writeUInt32LE(0, at + 4);
    const result = await readBytes(file, 1000);
    assert.equal(result.packets.length, 399);
    assert.ok(result.packets.every((packet) => packet.bytes.length === 2 * 1454));
  });

  it('lists five problems of a kind and counts the others', async () => {
    const file = writePcapng(Array.from({ length: 20 }, () => epbs()[0] as PcapngBlock));
    const result = await readBytes(file);
    assert.equal(result.statistics.problems.length, 6);
    assert.equal(
      messages(result)[5],
      'stdin: 15 more problems of this kind (capture.damaged_record) are not listed',
    );
    assert.equal(result.statistics.losses['capture.damaged_records'], 20);
  });

  it('comes to an end on anything', async function () {
    // In linear time, this takes a second; in quadratic time, it would never end.
    this.timeout(120_000);
    for (const fill of [0, 0x0a, 0x06, 0xff]) {
      const file = Buffer.concat([writePcapng([{ type: 'interface' }]), Buffer.alloc(8_000_000, fill)]);
      await withFile(file);
      const classic = Buffer.concat([writePcap(packets), Buffer.alloc(4_000_000, fill)]);
      await withFile(classic);
    }
    // Blocks of 12 bytes that chain, but never long enough to be certain.
    const short = Buffer.alloc(12);
    short.writeUInt32LE(0x0bad, 0);
    short.writeUInt32LE(12, 4);
    short.writeUInt32LE(12, 8);
    const chain = Buffer.concat([...Array.from({ length: 21_000 }, () => short), Buffer.alloc(4)]);
    const many = Buffer.concat([
      writePcapng([{ type: 'interface' }]),
      Buffer.alloc(4),
      ...Array(10).fill(chain),
    ]);
    const { statistics } = await withFile(many);
    assert.ok(statistics.problems.length > 0);
  });
});
