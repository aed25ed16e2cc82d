import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import type { JournalRecord } from '../../../../src/bpf/records.ts';
import { openCapture } from '../../../../src/capture/open.ts';
import { UsageError } from '../../../../src/errors.ts';
import { at, journal } from '../../../support/journal.ts';
import { IMDS_V6, TcpConversation } from '../../../support/packets/index.ts';
import { callsOf, capinfos, conversations, feed, Place, saved, sourceOf, tshark } from './scenario.ts';

/** Records of a sidecar, or of a file of ours whose blocks are found by their type. */
function sidecarOf(file: string): (JournalRecord & { after_packet: number })[] {
  return readFileSync(`${file}.correlations.jsonl`, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const [first] = conversations(0).filter((entry) => 'packet' in entry);
assert.ok(first !== undefined && 'packet' in first);
const { packet } = first;

describe('saved captures', function () {
  this.timeout(60_000);
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => {
    place[Symbol.dispose]();
  });

  for (const name of ['a.pcapng', 'a.pcap']) {
    it(`give the same calls as what they were made of: ${name}`, async () => {
      const entries = conversations(30);
      const writer = await place.open(name);
      await feed(writer, entries);
      await writer.close();
      assert.deepEqual(writer.losses, {});
      assert.deepEqual(place.troubles, []);
      const expected = await callsOf(place.write('source.pcapng', sourceOf(entries)));
      assert.equal(expected.split('\n').length, 61);
      assert.match(expected, /"match":"cookie"/);
      assert.equal(await callsOf(place.path(name)), expected);
    });

    it(`are opened by tshark and capinfos without complaint: ${name}`, async () => {
      const entries = conversations(5);
      const writer = await place.open(name);
      await feed(writer, entries);
      await writer.close();
      const times = await tshark(place.path(name), 'frame.time_epoch', 'ip.src');
      const packets = entries.flatMap((entry) => ('packet' in entry ? entry.packet.timeNs : []));
      assert.deepEqual(
        times.map((line) => BigInt(line.split('\t')[0]?.replace('.', '') ?? '')),
        packets,
      );
      const info = await capinfos(place.path(name));
      assert.match(info, /nanoseconds/);
      assert.match(info, new RegExp(`Number of packets: +${packets.length}\n`));
    });

    it(`are for the owner's eyes only: ${name}`, async () => {
      const before = process.umask(0);
      try {
        await (await place.open(name)).close();
      } finally {
        process.umask(before);
      }
      const modes = readdirSync(place.folder).map((file) => statSync(place.path(file)).mode & 0o777);
      assert.deepEqual(modes, name === 'a.pcap' ? [0o600, 0o600] : [0o600]);
    });

    it(`are told that a folder is no name of a file: ${name}`, async () => {
      mkdirSync(place.path(name));
      await assert.rejects(place.open(name), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, /^-w .*a\.pcap(ng)?: is a folder$/);
        assert.doesNotMatch(error.remedy ?? '', /move/);
        return true;
      });
    });

    it(`never replace a file, nor follow a link: ${name}`, async () => {
      place.write(name, 'mine');
      symlinkSync(place.path('elsewhere'), place.path(`link-${name}`));
      await assert.rejects(place.open(name), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(
          error.message,
          /^-w .*a\.pcap(ng)?: exists already, and a capture is never overwritten$/,
        );
        assert.match(error.remedy ?? '', /another name/);
        return true;
      });
      await assert.rejects(place.open(`link-${name}`), UsageError);
      assert.equal(readFileSync(place.path(name), 'utf8'), 'mine');
      assert.deepEqual(readdirSync(place.folder).sort(), [name, `link-${name}`].sort());
      assert.ok(lstatSync(place.path(`link-${name}`)).isSymbolicLink());
    });
  }

  it('leave nothing behind where the sidecar is somebody else’s', async () => {
    place.write('a.pcap.correlations.jsonl', 'theirs');
    await assert.rejects(place.open('a.pcap'), UsageError);
    assert.deepEqual(readdirSync(place.folder), ['a.pcap.correlations.jsonl']);
  });

  it('say which folder is missing', async () => {
    await assert.rejects(place.open('no/such/a.pcapng'), {
      message: /its folder does not exist/,
      code: 'usage.capture_file',
    });
  });

  it('show comments, interfaces and the program in Wireshark', async () => {
    const writer = await place.open('a.pcapng');
    const comment = 'pid 7 curl “http://…”';
    writer.packet(saved(packet, { interfaceName: 'eth0', comment }));
    writer.packet(saved(packet, { interfaceName: 'veth1' }));
    writer.packet(saved(packet, { interfaceName: 'eth0', comment: 'ü'.repeat(9000) }));
    await writer.close();
    const lines = await tshark(place.path('a.pcapng'), 'frame.interface_name', 'frame.comment');
    assert.equal(lines[0], `eth0\t${comment}`);
    assert.equal(lines[1], 'veth1\t');
    assert.match(lines[2] ?? '', /^eth0\tü{1998}…$/);
    const info = await capinfos(place.path('a.pcapng'));
    assert.match(info, /Capture application: +imds 0\.1\.0/);
    assert.match(info, /Capture oper-sys: +Linux 6\.12\.0/);
    assert.match(info, /Number of interfaces in file: 2/);
  });

  it('place each record of a sidecar by the packets before it', async () => {
    const writer = await place.open('a.pcap');
    writer.record(journal.tick(1));
    writer.packet(saved(packet));
    writer.packet(saved(packet));
    writer.record(journal.tick(2), ' {"type":"tick",\n "time":"5", "later":true } ');
    await writer.close();
    assert.deepEqual(
      sidecarOf(place.path('a.pcap')).map(({ type, after_packet }) => [type, after_packet]),
      [
        ['session', 0],
        ['tick', 0],
        ['tick', 2],
      ],
    );
  });

  it('count what they have no room for', async () => {
    const writer = await place.open('a.pcap');
    writer.packet(saved(packet, { linkType: 1 }));
    writer.packet(saved(packet, { bytes: Buffer.alloc(300_000, 0x45), originalLength: 300_000 }));
    writer.record(journal.process({ pid: 1, start: '1' }, { args: ['x'.repeat(262_144)] }));
    await writer.close();
    writer.packet(saved(packet));
    assert.deepEqual(writer.losses, {
      'save.packets_link_type': 1,
      'save.packets_cut': 1,
      'save.records_too_long': 1,
      'save.packets_after_close': 1,
    });
    assert.equal(statSync(place.path('a.pcap')).size, 24 + 16 + 262_144);
    const last = sidecarOf(place.path('a.pcap')).at(-1);
    assert.equal(last?.type, 'losses');
  });

  it('begin a section where there are too many interfaces for one', async () => {
    const writer = await place.open('a.pcapng');
    for (let i = 0; i < 1100; i++) writer.packet(saved(packet, { interfaceName: `veth${i}` }));
    writer.packet(saved(packet, { interfaceName: 'veth7' }));
    writer.packet(saved(packet, { linkType: 228, interfaceName: 'veth8' }));
    await writer.close();
    // Wireshark shows the first section's names for all others (seen with 4.0), so its word does not count here.
    const names: unknown[] = [];
    const source = await openCapture(place.path('a.pcapng'));
    await source.read(
      { accepts: () => true },
      {
        packet: ({ interfaceName, linkType }) => names.push(`${interfaceName} ${linkType}`),
        record: () => {},
        nextStop: Number.POSITIVE_INFINITY,
        beforePacket: () => {},
      },
      () => undefined,
    );
    assert.deepEqual(source.statistics.problems, []);
    assert.deepEqual(names, [
      ...Array.from({ length: 1100 }, (_, i) => `veth${i} 101`),
      'veth7 101',
      'veth8 228',
    ]);
  });

  it('tell the network namespace of a packet by its interface, as Wireshark shows it', async () => {
    const writer = await place.open('a.pcapng');
    const on = { interfaceName: 'sockets' };
    for (const netns of [4_026_532_001, undefined, 4_026_532_002, 4_026_532_001]) {
      writer.packet(saved(packet, { ...on, netns }));
    }
    await writer.close();
    const seen: (number | undefined)[] = [];
    const source = await openCapture(place.path('a.pcapng'));
    await source.read(
      { accepts: () => true },
      {
        packet: ({ netns }) => seen.push(netns),
        record: () => {},
        nextStop: Number.POSITIVE_INFINITY,
        beforePacket: () => {},
      },
      () => undefined,
    );
    assert.deepEqual(seen, [4_026_532_001, undefined, 4_026_532_002, 4_026_532_001]);
    assert.deepEqual(await tshark(place.path('a.pcapng'), 'frame.interface_description'), [
      'network namespace 4026532001',
      '',
      'network namespace 4026532002',
      'network namespace 4026532001',
    ]);
  });

  it('hold IPv6 as well', async () => {
    const talk = new TcpConversation({ server: IMDS_V6 }).syn().packets({ link: 'raw' });
    for (const name of ['a.pcapng', 'a.pcap']) {
      const writer = await place.open(name);
      for (const syn of talk) writer.packet(saved(syn));
      await writer.close();
      assert.deepEqual(await tshark(place.path(name), 'ipv6.dst'), ['fd00:ec2::254']);
    }
  });

  it('turn away what exceeds the queue, and mend the gap', async () => {
    const entries = conversations(60);
    const writer = await place.open('a.pcapng', { limits: { queuedBytes: 20_000 } });
    // Nobody waits: the disk gets no turn until all is handed over.
    for (const entry of entries) {
      if ('record' in entry) writer.record(entry.record);
      else writer.packet(saved(entry.packet));
    }
    assert.ok((writer.losses['save.packets_queue_full'] ?? 0) > 0);
    assert.ok((writer.losses['save.records_queue_full'] ?? 0) > 0);
    while (writer.ready() !== undefined) await writer.ready();
    const agent = { pid: 20, start: '200' };
    const ends = { cookie: '999', isn: 5, local: { address: '10.0.0.5', port: 9 } };
    writer.record(journal.opened(7000, { ...ends, process: agent }));
    writer.packet(saved({ ...packet, timeNs: BigInt(at(7001)) }));
    await writer.close();
    const text = readFileSync(place.path('a.pcapng'), 'latin1');
    const gap = text.lastIndexOf('save.packets_queue_full');
    // The record of the process was lost or not: after the gap it stands again, before who refers to it.
    const process = text.lastIndexOf('"type":"process","pid":20');
    assert.ok(gap > 0 && process > text.indexOf('"type":"process","pid":20'));
    assert.ok(process < text.lastIndexOf('"cookie":"999"'));
    await tshark(place.path('a.pcapng'));
  });
});
