import assert from 'node:assert/strict';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { at, journal, START_NS } from '../support/journal.ts';
import { EPOCH_NS } from '../support/packets/index.ts';
import { clientOf, type FloodSegment, pcapOf } from '../unit/capture/flood.ts';
import { FLOODS } from '../unit/capture/floods.ts';
import { imdsWithPeak } from './peak.ts';

const MAX_RESIDENT_MB = 200;

const LENGTHS: Record<string, number> = {
  'half-open connections': 100_000,
  'half-open connections with one ISN': 100_000,
  'half-open connections of as many addresses': 100_000,
  'connections with a hole each': 20_000,
  'connections, opened and closed': 20_000,
  'requests that nobody answers': 20_000,
  'requests with long texts that nobody answers': 60_000,
  'lines without an end': 60_000,
  'a header without an end': 20_000,
  'segments of a byte, in reverse': 50_000,
  'segments of a byte, every other one': 50_000,
};

/** Many connections that stay open, each with the same beginning of a request and then something of its own. */
function* unfinished(count: number, rest: (client: number) => string): Generator<FloodSegment> {
  for (let client = 0; client < count; client++) {
    const isn = client * 7919;
    const payload = `GET /latest/meta-data/ HTTP/1.1\r\nUser-Agent: ${rest(client)}`;
    yield { client, host: client, sequence: isn, flags: ['syn'] };
    yield {
      client,
      host: client,
      answer: true,
      sequence: 77,
      acknowledgment: isn + 1,
      flags: ['syn', 'ack'],
    };
    yield { client, host: client, sequence: isn + 1, acknowledgment: 78, payload };
  }
}

const PACKETS_OF_EACH = 4;
/** From one connection to the next. */
const STEP_MS = 5;
/** The packets' clock begins then, by that of the records. */
const PACKETS_BEGIN_MS = Number((EPOCH_NS - START_NS) / 1_000_000n);

function* inTime(segments: Iterable<FloodSegment>): Generator<FloodSegment> {
  for (const segment of segments) yield { ...segment, milliseconds: segment.client * STEP_MS };
}

/** Connections, opened and closed one after the other, of as many programs. */
function* records(count: number): Generator<string> {
  const line = (record: object, after: number) => `${JSON.stringify({ ...record, after_packet: after })}\n`;
  yield line(journal.session({ time: at(PACKETS_BEGIN_MS) }), 0);
  for (let client = 0; client < count; client++) {
    const process = { pid: 10 + client, start: String(client) };
    const args = [`/bin/job-${client}`, ...Array.from({ length: 11 }, (_, i) => `arg${i}`)];
    const after = client * PACKETS_OF_EACH;
    const time = PACKETS_BEGIN_MS + client * STEP_MS;
    const name = `job-${client}`;
    const local = clientOf({ client });
    yield line(journal.process(process, { name, executable: `/bin/${name}`, args }), after);
    const socket = { cookie: String(client + 1), local, isn: (client * 7919) >>> 0, process };
    yield line(journal.opened(time, socket), after);
    yield line(journal.closed(time, { cookie: socket.cookie }), after + PACKETS_OF_EACH);
  }
}

describe('memory', function () {
  this.timeout(180_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-memory-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, length] of Object.entries(LENGTHS)) {
    describe(`of ${length} ${name}`, () => {
      const file = () => join(folder, 'flood.pcap');
      const output = () => join(folder, 'output');
      before(() => pipeline(Readable.from(pcapOf(FLOODS[name]?.(length) ?? [])), createWriteStream(file())));
      afterEach(() => rmSync(output(), { force: true }));

      for (const args of [
        ['--format', 'text'],
        ['--format', 'csv'],
        ['--format', 'jsonl'],
      ]) {
        it(`is at most ${MAX_RESIDENT_MB} MB for analyze ${args.join(' ')}`, async () => {
          const { megabytes } = await imdsWithPeak(['analyze', file(), ...args, '-o', output()]);
          assert.ok(megabytes <= MAX_RESIDENT_MB, `${Math.round(megabytes)} MB`);
        });
      }

      for (const args of [[], ['--strict']]) {
        it(`is at most ${MAX_RESIDENT_MB} MB for scrub ${args.join(' ')}`, async () => {
          const { megabytes } = await imdsWithPeak(['scrub', file(), output(), ...args]);
          assert.ok(megabytes <= MAX_RESIDENT_MB, `${Math.round(megabytes)} MB`);
        });
      }
    });
  }

  const shapes: Record<string, { packets: () => Iterable<FloodSegment>; records?: () => Iterable<string> }> =
    {
      '100,000 connections with half a request line': {
        packets: () => unfinished(100_000, String),
      },
      '100,000 connections with a long header': {
        packets: () => unfinished(100_000, (client) => `u${client}`.repeat(150)),
      },
      '20,000 connections of as many programs': {
        packets: () => inTime(FLOODS['connections, opened and closed']?.(20_000) ?? []),
        records: () => records(20_000),
      },
    };
  for (const [name, { packets, records: lines }] of Object.entries(shapes)) {
    describe(`of ${name}`, () => {
      const file = () => join(folder, 'shape.pcap');
      before(async () => {
        await pipeline(Readable.from(pcapOf(packets())), createWriteStream(file()));
        if (lines === undefined) return;
        await pipeline(Readable.from(lines()), createWriteStream(`${file()}.correlations.jsonl`));
      });
      for (const format of ['json', 'html']) {
        it(`is at most ${MAX_RESIDENT_MB} MB for analyze --format ${format}`, async () => {
          const output = join(folder, 'output');
          const { megabytes } = await imdsWithPeak(['analyze', file(), '--format', format, '-o', output]);
          rmSync(output);
          assert.ok(megabytes <= MAX_RESIDENT_MB, `${Math.round(megabytes)} MB`);
        });
      }
    });
  }
});
