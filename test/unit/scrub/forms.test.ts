import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCapture } from '../../../src/capture/open.ts';
import type { Packet } from '../../../src/ports.ts';
import { PcapScrubForm } from '../../../src/scrub/pcap-form.ts';
import { PcapngScrubForm } from '../../../src/scrub/pcapng-form.ts';
import { packetOf } from '../../support/blank.ts';

interface Read {
  seconds: number;
  nanoseconds: number;
  linkType: number;
  name: string | undefined;
  original: number;
  comment: string | undefined;
}

describe('scrub, forms', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-form-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const packet = (over: Partial<Packet> = {}): Packet => ({
    ...packetOf({ timeNs: 0n, bytes: Buffer.from('45000014', 'hex'), linkType: 101 }, 3),
    originalLength: 1500,
    ...over,
  });

  async function read(parts: readonly Buffer[]) {
    const file = join(folder, 'a');
    writeFileSync(file, Buffer.concat(parts));
    const source = await openCapture(file);
    const packets: Read[] = [];
    const records: string[] = [];
    const handler = {
      nextStop: Number.POSITIVE_INFINITY,
      beforePacket: () => {},
      packet: ({ seconds, nanoseconds, linkType, interfaceName, originalLength, comment }: Packet) =>
        void packets.push({
          seconds,
          nanoseconds,
          linkType,
          name: interfaceName,
          original: originalLength,
          comment,
        }),
      record: (json: Uint8Array) => void records.push(Buffer.from(json).toString()),
    };
    await source.read({ accepts: () => true }, handler, () => undefined);
    const { problems, drops } = source.statistics;
    return { packets, records, problems, drops };
  }

  it('have times from the year 0 to the year 9999, to the nanosecond', async () => {
    const form = new PcapngScrubForm();
    // Each twice: a reader takes a single one that is far from its neighbours for damage.
    const seconds = [0, 1, 2 ** 32, 2 ** 33 - 1, 2 ** 33, 253_402_300_799, -1, -62_167_219_200].flatMap(
      (each) => [each, each],
    );
    const parts = seconds.map((each) =>
      form.packet(packet({ seconds: each, nanoseconds: 123_456_789 }), undefined),
    );
    const { packets, problems } = await read([...parts, form.end(undefined)]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      packets.map((each) => [each.seconds, each.nanoseconds]),
      seconds.map((each) => [each, 123_456_789]),
    );
  });

  it('tell interfaces apart by name and link type, and have more than a reader numbers in a section', async () => {
    const form = new PcapngScrubForm();
    const parts = Array.from({ length: 5000 }, (_, i) =>
      form.packet(packet({ interfaceName: `veth${i.toString(16)}`, linkType: i % 2 === 0 ? 101 : 1 }), 'c'),
    );
    const { packets, problems } = await read([...parts, form.end(undefined)]);
    assert.deepEqual(problems, []);
    assert.equal(packets.length, 5000);
    assert.deepEqual(packets[7], {
      seconds: 0,
      nanoseconds: 0,
      linkType: 1,
      name: 'veth7',
      original: 1500,
      comment: 'c',
    });
    assert.equal(packets[4999]?.name, 'veth1387');
    assert.equal(packets[4999]?.linkType, 1);
  });

  it('have records, and the drops that the capture had', async () => {
    const form = new PcapngScrubForm();
    const { records, drops } = await read([form.record('{"a":"é"}'), form.end(7)]);
    assert.deepEqual({ records, drops }, { records: ['{"a":"é"}'], drops: 7 });
  });

  it('are captures when there is nothing in them', async () => {
    for (const form of [new PcapngScrubForm(), new PcapScrubForm('a')]) {
      const { packets, problems } = await read([form.end(undefined)]);
      assert.deepEqual({ packets, problems }, { packets: [], problems: [] });
    }
  });

  it('of pcap have one link type, and 32 bits for seconds', async () => {
    const form = new PcapScrubForm('out.pcap');
    const first = form.packet(packet({ seconds: 0xffff_ffff, nanoseconds: 5 }));
    const { packets } = await read([first, form.end()]);
    assert.deepEqual(packets, [
      {
        seconds: 0xffff_ffff,
        nanoseconds: 5,
        linkType: 101,
        name: undefined,
        original: 1500,
        comment: undefined,
      },
    ]);
    assert.equal(form.record('{"type":"tick"}').toString(), '{"type":"tick","after_packet":1}\n');
    assert.throws(() => form.packet(packet({ linkType: 1 })), /room for packets of one link type/);
    for (const seconds of [-1, 2 ** 32])
      assert.throws(() => form.packet(packet({ seconds })), /1970 to 2106/);
  });
});
