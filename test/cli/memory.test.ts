import assert from 'node:assert/strict';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { pcapOf } from '../unit/capture/flood.ts';
import { FLOODS } from '../unit/capture/floods.ts';
import { imds } from './run.ts';

const MAX_RESIDENT_MB = 200;
const TELL = `--import=${pathToFileURL(join(import.meta.dirname, 'tell-memory.mjs'))}`;

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

async function residentMegabytes(args: readonly string[]): Promise<number> {
  const { code, stderr } = await imds(args, { env: { NODE_OPTIONS: TELL } });
  assert.equal(code, 0, stderr);
  return Number(/maxRSS=(\d+)/.exec(stderr)?.[1]) / 1024;
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
          const resident = await residentMegabytes(['analyze', file(), ...args, '-o', output()]);
          assert.ok(resident > 0 && resident <= MAX_RESIDENT_MB, `${Math.round(resident)} MB`);
        });
      }

      for (const args of [[], ['--strict']]) {
        it(`is at most ${MAX_RESIDENT_MB} MB for scrub ${args.join(' ')}`, async () => {
          const resident = await residentMegabytes(['scrub', file(), output(), ...args]);
          assert.ok(resident > 0 && resident <= MAX_RESIDENT_MB, `${Math.round(resident)} MB`);
        });
      }
    });
  }
});
