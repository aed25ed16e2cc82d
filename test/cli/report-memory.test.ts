import assert from 'node:assert/strict';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { imdsWithPeak } from './peak.ts';

const MAX_RESIDENT_MB = 170;
const MAX_GROWTH_MB = 40;
const SMALL = 20_000;
const LARGE = 240_000;
const FILES = 4;
const BATCH = 500;
const DEMO = join(import.meta.dirname, '..', '..', 'fixtures', 'demo', 'expected.jsonl');

/** Each call is another one, by a process that nobody saw before; a tenth of a file is in the next one too. */
function* batches(file: number, lines: number): Generator<string> {
  const [event = ''] = readFileSync(DEMO, 'utf8').split('\n', 1);
  const parts = event.split(
    /(?<="event":\{"id":")[0-9a-f]{32}|(?<="entity_id":")[0-9a-f]{32}|(?<="pid":)31402\b/,
  );
  assert.equal(parts.length, 4, 'id, pid and entity id were found');
  const first = firstOf(file, lines);
  for (let at = 0; at < lines; at += BATCH) {
    let batch = '';
    for (let number = first + at; number < first + at + BATCH; number++) {
      const id = Math.imul(number + 1, 0x9e3779b1) >>> 0;
      const text = id.toString(16).padStart(8, '0').repeat(4);
      batch += `${parts[0]}${text}${parts[1]}${1 + (number % 4_000_000)}${parts[2]}${text}${parts[3]}\n`;
    }
    yield batch;
  }
}

/** Number of a file's first call. */
function firstOf(file: number, lines: number): number {
  return Math.floor(file * lines * 0.9);
}

describe('imds report, memory', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-report-memory-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function megabytesFor(calls: number): Promise<number> {
    const below = join(folder, String(calls));
    mkdirSync(below);
    const lines = calls / FILES;
    for (let file = 0; file < FILES; file++) {
      const isPacked = file % 2 === 1;
      const to = createWriteStream(join(below, `imds-calls.jsonl${file === 0 ? '' : `.${file}`}`));
      const from = Readable.from(batches(file, lines));
      await (isPacked ? pipeline(from, createGzip({ level: 1 }), to) : pipeline(from, to));
    }
    const { stdout, megabytes } = await imdsWithPeak(['report', '--json', below]);
    rmSync(below, { recursive: true });
    assert.equal(JSON.parse(stdout).totals.calls, firstOf(FILES - 1, lines) + lines, 'each call once');
    return megabytes;
  }

  it('is that of the command, and not of who starts it', async () => {
    const own = Buffer.alloc(MAX_RESIDENT_MB * 2 ** 20, 1);
    const { megabytes } = await imdsWithPeak(['explain', 'no-token']);
    assert.ok(megabytes < own.length / 2 ** 20 / 2, `${Math.round(megabytes)} MB`);
  });

  it(`is at most ${MAX_RESIDENT_MB} MB, and does not grow with the calls`, async () => {
    const [small, large] = [await megabytesFor(SMALL), await megabytesFor(LARGE)];
    assert.ok(large <= MAX_RESIDENT_MB, `${Math.round(large)} MB`);
    assert.ok(large - small <= MAX_GROWTH_MB, `${Math.round(small)} MB, then ${Math.round(large)} MB`);
  });
});
