import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { openCapture, peekCapture } from '../../../../src/capture/open.ts';
import { InputError } from '../../../../src/errors.ts';
import type { JournalHandler } from '../../../../src/ports.ts';
import { EPOCH_NS, packetsToPcapng, writePcap, writePcapng } from '../../../support/packets/index.ts';
import { messages, readBytes, readSource, samplePackets } from './support.ts';
import { atPath, withFile } from './temporary.ts';

const packets = samplePackets(5);

function handlerOf(numbers: number[]): JournalHandler {
  return {
    nextStop: Number.POSITIVE_INFINITY,
    beforePacket: () => {},
    record: () => {},
    packet: (packet) => numbers.push(packet.number),
  };
}

describe('capture/open', () => {
  it('tells a missing file, a folder and a path through a file apart', async () => {
    for (const open of [openCapture, peekCapture]) {
      await assert.rejects(open('/no/such/file.pcap'), (error: InputError) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.code, 'capture.missing');
        assert.equal(error.message, '/no/such/file.pcap: there is no such file');
        assert.equal(error.exitCode, 4);
        assert.ok(error.remedy);
        return true;
      });
      const folder = await mkdtemp(`${tmpdir()}/imds-test-`);
      await assert.rejects(open(folder), { code: 'capture.folder' });
      await rm(folder, { recursive: true });
      await atPath(Buffer.from('x'), async (path) => {
        await assert.rejects(open(`${path}/y`), { code: 'capture.missing' });
      });
    }
  });

  it('tells of a file that is gone once it is read', async () => {
    const source = await atPath(writePcap(packets), openCapture);
    const result = await readSource(source);
    assert.equal(result.statistics.problems[0]?.code, 'capture.read_failed');
    assert.match(messages(result)[0] as string, /: reading failed at offset 0: ENOENT/);
  });

  it('tells once that reading fails at the very beginning', async () => {
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error('EIO: i/o error, read'), { errno: -5, code: 'EIO' }));
      },
    });
    const result = await readSource(await openCapture('-', { stdin: failing }));
    assert.equal(result.statistics.problems.length, 1);
    assert.match(messages(result)[0] as string, /: reading failed at offset 0: EIO/);
  });

  it('hands packets on as they come through a slow pipe', async () => {
    for (const file of [writePcap(packets), packetsToPcapng(packets)]) {
      const stdin = new PassThrough();
      const numbers: number[] = [];
      const source = await openCapture('-', { stdin });
      const reading = source.read({ accepts: () => true }, handlerOf(numbers), () => undefined);
      for (const [upTo, arrived] of lengthsOfPackets(file)) {
        stdin.write(file.subarray(upTo[0], upTo[1]));
        await new Promise(setImmediate);
        await new Promise(setImmediate);
        assert.equal(numbers.length, arrived);
      }
      stdin.end();
      await reading;
      assert.deepEqual(source.statistics.problems, []);
    }
  });

  it('waits for the output between chunks', async () => {
    const stdin = new PassThrough();
    const numbers: number[] = [];
    let release = () => {};
    const source = await openCapture('-', { stdin });
    let pauses = 0;
    const reading = source.read({ accepts: () => true }, handlerOf(numbers), () => {
      if (++pauses !== 1) return undefined;
      return new Promise((resolve) => {
        release = resolve;
      });
    });
    const file = writePcap(packets);
    stdin.write(file.subarray(0, 60));
    stdin.end(file.subarray(60));
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    assert.deepEqual(numbers, [1]);
    release();
    await reading;
    assert.deepEqual(numbers, [1, 2, 3, 4, 5]);
  });

  it('passes on what the output throws', async () => {
    const source = await openCapture('-', { stdin: Readable.from([writePcap(packets)]) });
    const broken = Object.assign(new Error('broken pipe'), { code: 'EPIPE', errno: -32 });
    const pause = () => Promise.reject(broken);
    await assert.rejects(source.read({ accepts: () => true }, handlerOf([]), pause), broken);
  });

  it('ends a waiting read when it is aborted, without a problem', async () => {
    for (const head of [
      Buffer.alloc(0),
      writePcap(packets).subarray(0, 50),
      Buffer.from('1f8b0800', 'hex'),
    ]) {
      const stop = new AbortController();
      const stdin = new PassThrough();
      stdin.write(head);
      const reading = readSource(await openCapture('-', { stdin }), stop.signal);
      setTimeout(() => stop.abort(), 5);
      assert.deepEqual(messages(await reading), []);
      assert.ok(stdin.destroyed);
    }
  });

  it('calls beforePacket when the packet it waits for is next, wanted or not', async () => {
    for (const file of [
      writePcap(packets),
      packetsToPcapng(packets),
      writePcapng([
        { type: 'interface' },
        ...packets.map((packet) => ({ type: 'old-packet' as const, packet })),
      ]),
    ]) {
      const seen: string[] = [];
      const stops = [1, 3, 3, 6];
      const source = await openCapture('-', { stdin: Readable.from([file]) });
      let stop = 0;
      await source.read(
        { accepts: () => true },
        {
          get nextStop() {
            return stops[stop] ?? Number.POSITIVE_INFINITY;
          },
          beforePacket: (number) => {
            while ((stops[stop] ?? Number.POSITIVE_INFINITY) <= number) stop++;
            seen.push(`stop ${number}`);
          },
          packet: ({ number }) => seen.push(`packet ${number}`),
          record: () => {},
        },
        () => undefined,
      );
      assert.deepEqual(seen, [
        'stop 1',
        'packet 1',
        'packet 2',
        'stop 3',
        'packet 3',
        'packet 4',
        'packet 5',
      ]);
    }
  });

  it('asks the filter once per packet and hands on what it accepts', async () => {
    for (const file of [writePcap(packets), packetsToPcapng(packets)]) {
      const lengths: number[] = [];
      const numbers: number[] = [];
      const source = await openCapture('-', { stdin: Readable.from([file]) });
      const accepts = (
        bytes: Uint8Array,
        view: DataView,
        offset: number,
        length: number,
        linkType: number,
      ) => {
        assert.equal(bytes[offset], view.getUint8(offset));
        assert.equal(linkType, 1);
        lengths.push(length);
        return length % 2 === 0;
      };
      await source.read({ accepts }, handlerOf(numbers), () => undefined);
      assert.deepEqual(lengths, [20, 21, 22, 23, 24]);
      assert.deepEqual(numbers, [1, 3, 5]);
      assert.equal(source.statistics.packets, 5);
    }
  });

  it('reads on where a file grows, whatever was read ahead', async () => {
    const many = Array.from({ length: 40 }, (_, i) => ({
      timeNs: BigInt(i),
      bytes: Buffer.alloc(150_000, i),
    }));
    const file = writePcap(many);
    const half = 24 + 20 * 150_016 + 77;
    await atPath(file.subarray(0, half), async (path) => {
      const numbers: number[] = [];
      const source = await openCapture(path);
      let grown = half;
      await source.read({ accepts: () => true }, handlerOf(numbers), () => {
        appendFileSync(path, file.subarray(grown, grown + 1_000_000));
        grown += 1_000_000;
        return undefined;
      });
      assert.deepEqual(
        numbers,
        many.map((_, i) => i + 1),
      );
      assert.deepEqual(source.statistics.problems, []);
    });
  });

  it('tells its progress', async () => {
    const file = writePcap(packets);
    await atPath(file, async (path) => {
      const seen: [number, number | undefined][] = [];
      await readSource(await openCapture(path, { onProgress: (...progress) => seen.push(progress) }));
      assert.deepEqual(seen.at(-1), [file.length, file.length]);
    });
  });
});

describe('capture/open, heads', () => {
  it('tells format, first time and first record', async () => {
    const file = writePcapng([
      { type: 'interface' },
      { type: 'journal', record: { kind: 'session' } },
      { type: 'journal', record: { kind: 'later' } },
      { type: 'packet', packet: { timeNs: EPOCH_NS, bytes: Buffer.alloc(20) } },
      { type: 'journal', record: { kind: 'after' } },
    ]);
    const head = await atPath(file, peekCapture);
    assert.equal(head?.format, 'pcapng');
    assert.equal(head?.compression, undefined);
    assert.equal(head?.firstTime, EPOCH_NS);
    assert.equal(Buffer.from(head?.firstRecord as Uint8Array).toString(), '{"kind":"session"}');
  });

  it('knows no first record where it stands behind a packet', async () => {
    const file = writePcapng([
      { type: 'interface' },
      { type: 'packet', packet: { timeNs: EPOCH_NS, bytes: Buffer.alloc(20) } },
      { type: 'journal', record: {} },
    ]);
    assert.equal((await atPath(file, peekCapture))?.firstRecord, undefined);
  });

  it('tells a capture without packets from what is no capture', async () => {
    assert.deepEqual(await atPath(writePcap([]), peekCapture), {
      format: 'pcap',
      compression: undefined,
      firstTime: undefined,
      firstRecord: undefined,
    });
    for (const other of ['', 'text', '{"json":1}\n'])
      assert.equal(await atPath(Buffer.from(other), peekCapture), undefined);
  });

  it('knows the time of the first packet of a large file', async () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ timeNs: BigInt(i), bytes: Buffer.alloc(200_000) }));
    assert.equal((await atPath(writePcap(many), peekCapture))?.firstTime, 0n);
  });
});

describe('capture/read, what is no capture', () => {
  for (const [hex, found, remedy] of [
    ['04224d1864', 'lz4-compressed data', /lz4 -dc/],
    ['28b52ffd0458', 'zstd-compressed data', /zstd -dc FILE \| imds analyze -/],
    ['fd377a585a000004', 'xz-compressed data', /xz -dc/],
    ['425a6839314159', 'bzip2-compressed data', /bzip2 -dc/],
    ['736e6f6f700000000000000200000004', 'a snoop capture', /editcap -F pcap/],
    ['474d42550002', 'a Network Monitor 2.x capture', /editcap -F pcap/],
    ['00000100000001000000000000000000', 'a Windows event trace (ETL)', /etl2pcapng/],
    ['00000000d2029649020000400000002e', 'an ERF capture', /editcap -F pcap/],
    ['504b030414', 'a ZIP archive', /unzip -p/],
    ['00010203', 'the bytes 00010203', /tcpdump -w/],
    ['0a0d', 'text', /tcpdump -w/],
    [Buffer.from('  hUnT3r: "x"').toString('hex'), 'text', /tcpdump -w/],
    [Buffer.from('{"password":').toString('hex'), 'text (JSON)', /tcpdump -w/],
    [Buffer.from('#!/bin/sh\nhUnT').toString('hex'), 'text (a script)', /tcpdump -w/],
    [Buffer.from('<!DOCTYPE html>').toString('hex'), 'text (HTML)', /tcpdump -w/],
  ] as const) {
    it(`names ${found}`, async () => {
      for (const result of [
        await readBytes(Buffer.from(hex, 'hex')),
        await withFile(Buffer.from(hex, 'hex')),
      ]) {
        assert.match(messages(result)[0] as string, /: expected the magic number of pcap or pcapng, found /);
        assert.ok(messages(result)[0]?.includes(`found ${found}, at offset 0`), messages(result)[0]);
        assert.match(result.statistics.problems[0]?.remedy as string, remedy);
      }
    });
  }
});

/** Pieces of the file, and how many packets have arrived with each; one packet is split in two. */
function lengthsOfPackets(file: Buffer): [[number, number], number][] {
  const ends: number[] = [];
  const pcapng = file.readUInt32LE(0) === 0x0a0d0d0a;
  let at = pcapng ? 28 + 40 : 24;
  const start = at;
  while (at < file.length) {
    at += pcapng ? file.readUInt32LE(at + 4) : 16 + file.readUInt32LE(at + 8);
    ends.push(at);
  }
  const pieces: [[number, number], number][] = [[[0, start], 0]];
  let from = start;
  ends.forEach((end, i) => {
    pieces.push([[from, end - 3], i], [[end - 3, end], i + 1]);
    from = end;
  });
  return pieces;
}
