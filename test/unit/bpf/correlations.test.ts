import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { CorrelationsReader } from '../../../src/bpf/correlations.ts';
import { LineReader, MAX_UNPACKED_BYTES } from '../../../src/bpf/lines.ts';
import { type JournalRecord, MAX_RECORD_BYTES } from '../../../src/bpf/records.ts';
import { Sidecar } from '../../../src/bpf/sidecar.ts';
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

  const reading = (content: string | Buffer): CorrelationsReader => {
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

  it('come out before the packet that they stand before', () => {
    const reader = reading(
      sidecar([0, journal.session()], [0, journal.tick(1)], [3, journal.opened(2)], [3, journal.end(3)]),
    );
    assert.deepEqual(typesOf(reader, 0), ['session', 'tick']);
    assert.deepEqual(typesOf(reader, 2), []);
    assert.equal(reader.next?.afterPacket, 3);
    assert.deepEqual(typesOf(reader, 3), ['socket_opened', 'end']);
    reader.close();
    assert.deepEqual(reader.decoder.problems, []);
  });

  it('skip what is no record, count it and say where it was', () => {
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
    const reader = reading(content);
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

  it('use a last line that only lacks its newline', () => {
    const reader = reading(sidecar([0, journal.session()], [0, journal.tick(1)]).trimEnd());
    assert.deepEqual(typesOf(reader), ['session', 'tick']);
  });

  it('are unpacked where they are gzip, by content, and as far as they go where they are cut', () => {
    const lines = sidecar(
      [0, journal.session()],
      ...Array.from({ length: 999 }, (_, i) => [i, journal.tick(i)] as const).map(
        ([n, r]) => [n, r] as [number, JournalRecord],
      ),
    );
    const packed = gzipSync(lines);
    assert.equal(typesOf(reading(packed)).length, 1000);
    const cut = typesOf(reading(packed.subarray(0, packed.length - 500))).length;
    assert.ok(cut > 500 && cut < 1000, `${cut}`);
  });

  it('refuse to unpack a bomb', () => {
    writeFileSync(file, gzipSync(Buffer.alloc(MAX_UNPACKED_BYTES + 1)));
    assert.throws(() => CorrelationsReader.open(file), /unpacks to more than/);
  });

  it('say when the file is not there or not to be read', () => {
    assert.throws(
      () => CorrelationsReader.open(join(folder, 'none')),
      (error) => error instanceof InputError && /there is no such file/.test(error.message),
    );
    assert.throws(() => CorrelationsReader.open(folder), InputError);
  });

  it('split lines as String.split does, whatever their lengths', () => {
    const lengths = fc.oneof(
      fc.nat(20),
      fc.integer({ min: MAX_RECORD_BYTES - 3, max: MAX_RECORD_BYTES + 3 }),
      fc.nat(600_000),
    );
    fc.assert(
      fc.property(fc.array(lengths, { maxLength: 8 }), fc.boolean(), (all, newline) => {
        const texts = all.map((length, i) => String(i % 10).repeat(length));
        const content = texts.join('\n') + (newline ? '\n' : '');
        writeFileSync(file, content);
        const lines = LineReader.open(file);
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
    const merged = (content: string, packet: number, time: number, packets = 10) => {
      const seen: string[] = [];
      const reader = reading(content);
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

    it('are merged', () => {
      const content = sidecar([0, journal.session()], [5, journal.tick(60)], [10, journal.end(100)]);
      assert.deepEqual(merged(content, 5, 50), { seen: ['session', 'tick', 'end'], codes: [] });
    });

    it('are not used where the capture is older', () => {
      const content = sidecar([0, journal.session()], [5, journal.tick(60)]);
      assert.deepEqual(merged(content, 1, -HOUR - 1000), {
        seen: ['session', 'DISCARD'],
        codes: ['correlations.other_capture true'],
      });
    });

    it('are not used where the capture is later', () => {
      const content = sidecar([0, journal.session()], [5, journal.tick(60)]);
      assert.deepEqual(merged(content, 1, HOUR + 1000).codes, ['correlations.other_capture true']);
      const idle = sidecar([0, journal.session()], [5, journal.tick(50 * HOUR)]);
      assert.deepEqual(merged(idle, 1, 49 * HOUR).codes, [], 'nothing was to be written for two days');
    });

    it('are not used beyond the end of the capture', () => {
      const content = sidecar([0, journal.session()], [11, journal.tick(60)], [12, journal.end(61)]);
      assert.deepEqual(merged(content, 1, 50), {
        seen: ['session'],
        codes: ['correlations.beyond_capture true'],
      });
    });

    it('need a header', () => {
      assert.deepEqual(merged(sidecar([0, journal.tick(1)]), 1, 1), {
        seen: [],
        codes: ['correlations.no_session true'],
      });
      assert.deepEqual(merged('', 1, 1).codes, ['correlations.no_session true']);
    });
  });
});
