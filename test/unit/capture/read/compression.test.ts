import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { openCapture, peekCapture } from '../../../../src/capture/open.ts';
import { writePcap } from '../../../support/packets/index.ts';
import { expected, messages, readBytes, readSource, samplePackets } from './support.ts';
import { atPath, withFile } from './temporary.ts';

const packets = samplePackets(100);
const file = writePcap(packets);
const zipped = zlib.gzipSync(file);

describe('capture/read, compressed', () => {
  it('reads gzip by content, from a file and from a pipe', async () => {
    for (const result of [await withFile(zipped), await readBytes(zipped, 11)]) {
      assert.deepEqual(result.packets, expected(packets));
      assert.deepEqual(messages(result), []);
    }
  });

  it('reads gzip members that follow one another, wherever the pipe splits them', async () => {
    const members = Buffer.concat([
      zlib.gzipSync(file.subarray(0, 1001)),
      zlib.gzipSync(file.subarray(1001, 1001)),
      zlib.gzipSync(file.subarray(1001)),
    ]);
    for (const length of [1, 2, 13, zlib.gzipSync(file.subarray(0, 1001)).length, members.length]) {
      const result = await readBytes(members, length);
      assert.deepEqual(result.packets, expected(packets), `pieces of ${length}`);
      assert.deepEqual(messages(result), []);
    }
  });

  it('hands on what stands before damage in a gzip file, to the last byte', async () => {
    const stored = zlib.gzipSync(file, { level: 0 });
    // The first stored block begins after 10 bytes of header and 5 of its own; its content is the file.
    const cases: [string, Buffer][] = [
      ['checksum', change(zipped, zipped.length - 8)],
      ['length', change(zipped, zipped.length - 1)],
      ['trailing garbage', Buffer.concat([zipped, Buffer.from('garbage')])],
      ['a member that is none', Buffer.concat([stored, Buffer.from([0x1f, 0x8b, 0xff, 0xff])])],
    ];
    for (const [name, damaged] of cases) {
      const result = await withFile(damaged);
      assert.deepEqual(result.packets, expected(packets), name);
      assert.equal(result.statistics.problems.length, 1, name);
      assert.equal(result.statistics.problems[0]?.code, 'capture.compression', name);
      assert.match(
        messages(result)[0] as string,
        /: expected intact gzip data, found ".*", after \d+ decompressed bytes$/,
      );
    }
  });

  it('hands on what stands before damage in the middle of a gzip file', async () => {
    const random = Array.from({ length: 400 }, (_, i) => ({
      timeNs: BigInt(i),
      bytes: Buffer.from(Array.from({ length: 300 }, (__, j) => (i * j * 31) & 0xff)),
    }));
    const half = zlib.gzipSync(writePcap(random.slice(0, 200)), { finishFlush: zlib.constants.Z_FULL_FLUSH });
    // Block type 3 is reserved (RFC 1951 §3.2.3).
    const result = await withFile(Buffer.concat([half, Buffer.from([0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0])]));
    assert.equal(result.packets.length, 200);
    assert.deepEqual(
      result.statistics.problems.map((problem) => problem.code),
      ['capture.compression'],
    );
  });

  it('keeps memory flat under a gzip bomb', async () => {
    const zeros = zlib.gzipSync(Buffer.alloc(32 * 1024 * 1024));
    function* bomb() {
      yield zlib.gzipSync(writePcap([]));
      for (let i = 0; i < 8; i++) yield zeros;
    }
    let most = 0;
    const source = await openCapture('-', { stdin: Readable.from(bomb()) });
    const before = process.memoryUsage().rss;
    await source.read(
      { accepts: () => false },
      { nextStop: Number.POSITIVE_INFINITY, packet: () => {}, record: () => {}, beforePacket: () => {} },
      () => {
        most = Math.max(most, process.memoryUsage().rss);
        return undefined;
      },
    );
    // All of it was read: zeros are no packets.
    assert.equal(source.statistics.packets, 0);
    assert.match(
      source.statistics.problems[0]?.message ?? '',
      new RegExp(`found ${8 * 32 * 1024 * 1024} zero bytes up to the end, at offset 24,`),
    );
    assert.ok(most - before < 100 * 1024 * 1024, `${most - before} bytes more`);
  });

  it('names what is compressed twice', async () => {
    assert.deepEqual(messages(await withFile(zlib.gzipSync(zipped))).map(withoutPath), [
      'expected the magic number of pcap or pcapng, found gzip-compressed data in gzip-compressed data, at offset 0',
    ]);
  });

  it('tells of an empty gzip member', async () => {
    assert.deepEqual(messages(await withFile(zlib.gzipSync(''))).map(withoutPath), [
      'expected a pcap or pcapng capture, found an empty file',
    ]);
  });

  it('looks into compressed heads', async () => {
    const head = await atPath(zipped, peekCapture);
    assert.equal(head?.format, 'pcap');
    assert.equal(head?.compression, 'gzip');
    assert.equal(head?.firstTime, packets[0]?.timeNs);
  });

  it('stops at an abort', async () => {
    const stop = new AbortController();
    const stdin = new Readable({ read() {} });
    stdin.push(zipped.subarray(0, 40));
    const reading = readSource(await openCapture('-', { stdin }), stop.signal);
    setImmediate(() => stop.abort());
    assert.deepEqual(messages(await reading), []);
    assert.ok(stdin.destroyed);
  });
});

function change(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] as number) ^ 0xff;
  return changed;
}

function withoutPath(message: string): string {
  return message.replace(/^[^:]*: /, '');
}
