import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { CorrelationsReader } from '../../../src/bpf/correlations.ts';
import { firstLine, LineReader } from '../../../src/bpf/lines.ts';
import { type JournalRecord, MAX_RECORD_BYTES } from '../../../src/bpf/records.ts';
import { Sidecar } from '../../../src/bpf/sidecar.ts';
import { MAX_UNPACKED_BYTES, unpack } from '../../../src/bpf/unpack.ts';
import { InputError } from '../../../src/errors.ts';
import { at, journal, sidecar } from '../../support/journal.ts';

describe('correlations', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-correlations-'));
    file = join(folder, 'a.pcap.correlations.jsonl');
  });
  after(() => rmSync(folder, { recursive: true }));

  const reading = (content: string | Buffer): Promise<CorrelationsReader> => {
    writeFileSync(file, content);
    return CorrelationsReader.open(file);
  };
  const typesOf = (reader: CorrelationsReader, packets = Number.POSITIVE_INFINITY): string[] => {
    const types: string[] = [];
    for (let record = reader.take(packets); record !== undefined; record = reader.take(packets)) {
      types.push(record.type);
    }
    return types;
  };

  it('come out before the packet that they stand before', async () => {
    const reader = await reading(
      sidecar([0, journal.session()], [0, journal.tick(1)], [3, journal.opened(2)], [3, journal.end(3)]),
    );
    assert.deepEqual(typesOf(reader, 0), ['session', 'tick']);
    assert.deepEqual(typesOf(reader, 2), []);
    assert.equal(reader.next?.afterPacket, 3);
    assert.deepEqual(typesOf(reader, 3), ['socket_opened', 'end']);
    reader.close();
    assert.deepEqual(reader.decoder.problems, []);
  });

  it('skip what is no record, count it and say where it was', async () => {
    const content = [
      sidecar([0, journal.session()]),
      'not json\n',
      '\n',
      '{"type":"weather"}\n',
      `${JSON.stringify(journal.tick(1))}\n`,
      `{"type":"tick","x":"${'x'.repeat(MAX_RECORD_BYTES)}"}\n`,
      '{"type":"tick","time":5,"after_packet":0}\n',
      '{"type":"tick","time":5,"after_packet":0}\n',
      sidecar([0, journal.tick(2)]),
      '{"type":"tick","ti',
    ].join('');
    const reader = await reading(content);
    assert.deepEqual(typesOf(reader), ['session', 'tick']);
    reader.close();
    assert.deepEqual(reader.decoder.losses, {
      'records.invalid': 4,
      'records.unknown_type': 1,
      'records.too_long': 1,
      'records.torn': 1,
    });
    const offset = content.indexOf('not json');
    assert.deepEqual(
      reader.decoder.problems.map(({ message }) => message.replace(`${file}: `, '')),
      [
        `expected a journal record, found not JSON, at line 2, offset ${offset}; it was skipped`,
        `expected \`after_packet\` in the record, found none, at line 5, offset ${offset + 29}; it was skipped`,
        `expected a record of at most 262144 bytes, found more, at line 6, offset ${content.indexOf('{"type":"tick","x"')}; it was skipped`,
        '3 more records that cannot be used are not listed',
      ],
    );
  });

  it('use a last line that only lacks its newline', async () => {
    const reader = await reading(sidecar([0, journal.session()], [0, journal.tick(1)]).trimEnd());
    assert.deepEqual(typesOf(reader), ['session', 'tick']);
  });

  it('are unpacked where they are gzip, by content, and as far as they go where they are cut', async () => {
    const lines = sidecar(
      [0, journal.session()],
      ...Array.from({ length: 999 }, (_, i) => [i, journal.tick(i)] as const).map(
        ([n, r]) => [n, r] as [number, JournalRecord],
      ),
    );
    const packed = gzipSync(lines);
    assert.equal(typesOf(await reading(packed)).length, 1000);
    const cut = typesOf(await reading(packed.subarray(0, packed.length - 500))).length;
    assert.ok(cut > 500 && cut < 1000, `${cut}`);
  });

  it('refuse to unpack a bomb', async () => {
    writeFileSync(file, gzipSync(Buffer.alloc(MAX_UNPACKED_BYTES + 1)));
    await assert.rejects(CorrelationsReader.open(file), /unpacks to more than/);
  });

  it('say when the file is not there or not to be read', async () => {
    await assert.rejects(
      CorrelationsReader.open(join(folder, 'none')),
      (error) => error instanceof InputError && /there is no such file/.test(error.message),
    );
  });

  it('are a regular file, or it is said what was found', async () => {
    const refusal = async (path: string) => {
      const error = await CorrelationsReader.open(path).catch((reason) => reason);
      assert.ok(error instanceof InputError, `${error}`);
      assert.equal(error.code, 'correlations.no_file');
      return error.message.replace(`${path}: expected correlations in a regular file, `, '');
    };
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    assert.equal(await refusal(pipe), 'found a pipe');
    assert.equal(await refusal(folder), 'found a folder');
    assert.equal(await refusal('/dev/zero'), 'found a device');
  });

  it('hold nothing besides what comes out of them, and let go of it', async () => {
    const content = Buffer.alloc(4 * 1024 * 1024, 'x\n');
    writeFileSync(file, gzipSync(content, { level: 0 }));
    const pieces = await unpack(file, 0, Number.POSITIVE_INFINITY);
    const held = new Set(pieces.map(({ buffer }) => buffer));
    const bytes = [...held].reduce((sum, { byteLength }) => sum + byteLength, 0);
    assert.ok(bytes <= content.length + 256 * 1024, `${bytes}`);
    assert.ok(Buffer.concat(pieces).equals(content));
    const first = await unpack(file, 0, 1);
    assert.ok(first.length <= 2, 'what is not asked for is not unpacked');
  });

  it('give their first line, packed or not, without what follows', async () => {
    const [first, rest] = ['{"type":"session"}', `\n${'x'.repeat(3 * MAX_RECORD_BYTES)}`];
    const end = Buffer.concat([gzipSync(first + rest), Buffer.from('no gzip any more')]);
    for (const content of [first, first + rest, gzipSync(first), gzipSync(first + rest), end]) {
      writeFileSync(file, content);
      assert.equal(String(await firstLine(file)), first);
    }
    // What is unpacked ends with the piece in which the line does, whatever comes behind.
    writeFileSync(file, gzipSync(`${first}\n${'x'.repeat(MAX_UNPACKED_BYTES)}`));
    assert.equal(String(await firstLine(file)), first);
    writeFileSync(file, 'x'.repeat(MAX_RECORD_BYTES + 1));
    assert.equal(await firstLine(file), undefined);
    writeFileSync(file, 'x'.repeat(MAX_RECORD_BYTES));
    assert.equal((await firstLine(file))?.length, MAX_RECORD_BYTES);
  });

  it('grow with their capture', async () => {
    const reader = await reading(sidecar([0, journal.session()], [1, journal.tick(1)]));
    assert.deepEqual(typesOf(reader, 0), ['session']);
    appendFileSync(file, sidecar([2, journal.tick(2)]));
    assert.deepEqual(typesOf(reader, 2), ['tick', 'tick']);
    reader.close();
  });

  it('split lines as String.split does, whatever their lengths', async () => {
    const lengths = fc.oneof(
      fc.nat(20),
      fc.integer({ min: MAX_RECORD_BYTES - 3, max: MAX_RECORD_BYTES + 3 }),
      fc.nat(600_000),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(lengths, { maxLength: 8 }), fc.boolean(), async (all, newline) => {
        const texts = all.map((length, i) => String(i % 10).repeat(length));
        const content = texts.join('\n') + (newline ? '\n' : '');
        writeFileSync(file, content);
        const lines = await LineReader.open(file);
        const seen: [number, boolean, number][] = [];
        for (let line = lines.next(); line !== undefined; line = lines.next()) {
          seen.push([line.bytes.length, line.tooLong, line.offset]);
        }
        lines.close();
        const wanted = content.split('\n');
        if (wanted.at(-1) === '') wanted.pop();
        let offset = 0;
        const expected = wanted.map((text) => {
          const tooLong = text.length > MAX_RECORD_BYTES;
          const entry: [number, boolean, number] = [tooLong ? 0 : text.length, tooLong, offset];
          offset += text.length + 1;
          return entry;
        });
        assert.deepEqual(seen, expected);
      }),
      { numRuns: 60 },
    );
  });

  describe('beside their capture', () => {
    /** What is handed over when the first packet that matters is `packet`, at `time`. */
    const merged = async (content: string, packet: number, time: number, packets = 10) => {
      const seen: string[] = [];
      const reader = await reading(content);
      const merge = new Sidecar('a.pcap', file, reader, {
        record: (record) => seen.push(record.type),
        discard: () => seen.push('DISCARD'),
      });
      for (let number = 1; number <= packet; number++) {
        if (number >= merge.nextStop) merge.before(number);
      }
      merge.check(Number(at(time)) / 1e6);
      for (let number = packet + 1; number <= packets; number++) {
        if (number >= merge.nextStop) merge.before(number);
      }
      merge.end(packets, true);
      return { seen, codes: merge.problems.map(({ code, damage }) => `${code} ${damage}`) };
    };
    const HOUR = 3_600_000;

    it('are merged', async () => {
      const content = sidecar([0, journal.session()], [5, journal.tick(60)], [10, journal.end(100)]);
      assert.deepEqual(await merged(content, 5, 50), { seen: ['session', 'tick', 'end'], codes: [] });
    });

    it('are not used where the capture is older', async () => {
      const content = sidecar([0, journal.session()], [5, journal.tick(60)]);
      assert.deepEqual(await merged(content, 1, -HOUR - 1000), {
        seen: ['session', 'DISCARD'],
        codes: ['correlations.other_capture true'],
      });
    });

    it('are not used where the capture is later', async () => {
      const content = sidecar([0, journal.session()], [5, journal.tick(60)]);
      assert.deepEqual((await merged(content, 1, HOUR + 1000)).codes, ['correlations.other_capture true']);
      const idle = sidecar([0, journal.session()], [5, journal.tick(50 * HOUR)]);
      assert.deepEqual(
        (await merged(idle, 1, 49 * HOUR)).codes,
        [],
        'nothing was to be written for two days',
      );
    });

    it('are not used beyond the end of the capture', async () => {
      const content = sidecar([0, journal.session()], [11, journal.tick(60)], [12, journal.end(61)]);
      assert.deepEqual(await merged(content, 1, 50), {
        seen: ['session'],
        codes: ['correlations.beyond_capture true'],
      });
    });

    it('need a header', async () => {
      assert.deepEqual(await merged(sidecar([0, journal.tick(1)]), 1, 1), {
        seen: [],
        codes: ['correlations.no_session true'],
      });
      assert.deepEqual((await merged('', 1, 1)).codes, ['correlations.no_session true']);
    });
  });
});
