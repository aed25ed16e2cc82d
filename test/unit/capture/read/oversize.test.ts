import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCapture } from '../../../../src/capture/open.ts';
import { type PcapngBlock, writePcapng } from '../../../support/packets/index.ts';
import { messages, readBytes, readSource, samplePackets } from './support.ts';

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const JOURNAL = 0x80494d44;

describe('capture/read, pcapng blocks too long to be held', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-oversize-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const withFile = async (bytes: Buffer) => {
    const path = join(folder, 'a.pcapng');
    writeFileSync(path, bytes);
    return readSource(await openCapture(path));
  };
  const packets = samplePackets(3).map((packet) => ({ ...packet, interfaceId: 1 }));
  const epbs = packets.map((packet): PcapngBlock => ({ type: 'packet', packet }));

  for (const bigEndian of [false, true]) {
    const u16 = (value: number) => {
      const bytes = Buffer.alloc(2);
      if (bigEndian) bytes.writeUInt16BE(value);
      else bytes.writeUInt16LE(value);
      return bytes;
    };
    const option = (code: number, value: Buffer) =>
      Buffer.concat([u16(code), u16(value.length), value, Buffer.alloc(-value.length & 3)]);
    const comments = (total: number) =>
      Buffer.concat(
        Array.from({ length: Math.ceil(total / 65_003) }, () => option(1, Buffer.alloc(65_003, 1))),
      );
    const head = u16(113);
    const idb = Buffer.concat([
      ...[head, u16(0), u16(0), u16(0)],
      ...[
        comments(1_300_000),
        option(2, Buffer.from('late')),
        option(9, Buffer.from([9])),
        comments(1_300_000),
      ],
    ]);
    const magic = Buffer.from([0x1a, 0x2b, 0x3c, 0x4d]);
    const shb = Buffer.concat([
      ...[bigEndian ? magic : magic.reverse(), u16(1), u16(0), Buffer.alloc(8, 0xff), comments(1_300_000)],
    ]);
    const write = (blocks: PcapngBlock[]) => writePcapng(blocks, { bigEndian });
    const results = async (file: Buffer) => [await withFile(file), await readBytes(file, 70_001)];
    const order = bigEndian ? 'big-endian' : 'little-endian';

    it(`keep a section, its interfaces and what is behind, ${order}`, async () => {
      const usual = write([
        { type: 'interface' },
        { type: 'interface', name: 'late', linkType: 113, resolution: { base: 10, exponent: 9 } },
        ...epbs,
      ]);
      const wanted = await readBytes(usual);
      assert.equal(wanted.packets[2]?.interfaceName, 'late');
      // The writer numbers by the interfaces that it knows, so the long one takes the place of the other's bytes.
      const at = 28 + 20;
      const rest = usual.subarray(at + usual.subarray(at + 4)[bigEndian ? 'readUInt32BE' : 'readUInt32LE']());
      const long = (blockType: number, body: Buffer) =>
        write([{ type: 'raw', blockType, body }]).subarray(28);
      const file = Buffer.concat([long(SECTION, shb), usual.subarray(28, at), long(INTERFACE, idb), rest]);
      for (const result of await results(file)) {
        assert.deepEqual(messages(result), []);
        assert.deepEqual(result.packets, wanted.packets);
      }
    });

    it(`that are journal records are skipped alone, ${order}`, async () => {
      const file = write([
        { type: 'raw', blockType: JOURNAL, body: Buffer.alloc(1_100_000, 0x5b) },
        { type: 'interface' },
        { type: 'interface' },
        ...epbs,
      ]);
      for (const result of await results(file)) {
        assert.match(
          messages(result).join(),
          /^[^,]*: expected a journal record of at most 262144 bytes, found 1100000, at offset 28, packet 1; it was skipped$/,
        );
        assert.equal(result.packets.length, 3);
      }
    });
  }

  it('that are packets are skipped alone, where their ends can be seen', async () => {
    const body = Buffer.alloc(1_200_000);
    const file = writePcapng([
      { type: 'interface' },
      { type: 'raw', blockType: ENHANCED_PACKET, body },
      { type: 'interface' },
      ...epbs,
    ]);
    const result = await withFile(file);
    assert.match(
      messages(result).join(),
      /a block of type 6 of at most 1048576 bytes, found 1200012, at offset 48/,
    );
    assert.equal(result.packets.length, 3);
    // In a stream its end cannot be seen, so what follows it is searched for.
    assert.match(
      messages(await readBytes(file))[0] as string,
      /at offset 48, packet 1; reading went on at offset/,
    );
  });

  it('lose nothing where only their length is damaged', async () => {
    for (const blockType of [SECTION, INTERFACE, JOURNAL]) {
      const many = Array.from({ length: 20_000 }, () => epbs[0] as PcapngBlock);
      const body = Buffer.alloc(40);
      body.writeUInt32LE(0x1a2b3c4d, 0);
      const file = writePcapng([
        { type: 'interface' },
        { type: 'interface' },
        { type: 'raw', blockType, body, totalLength: 1_200_000 },
        ...many,
      ]);
      const result = await withFile(file);
      assert.equal(result.statistics.packets, 20_000);
      assert.match(
        messages(result)[0] as string,
        /expected a block length of at most 1048576, found 1200000/,
      );
    }
  });
});
