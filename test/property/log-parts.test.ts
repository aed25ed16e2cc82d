import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { findEventFiles } from '../../src/events/event-files.ts';
import { EventReader } from '../../src/events/read-events.ts';

const line = fc.record({ second: fc.nat(4), caller: fc.nat(1), isLower: fc.boolean() });
/** Within a second, lines stand in whatever order. */
const log = fc
  .array(line, { minLength: 1, maxLength: 24 })
  .map((lines) => lines.sort((a, b) => a.second - b.second).map((one) => ({ ...one, text: textOf(one) })));

/** Seconds on both sides of an hour. */
function textOf({ second, caller, isLower }: { second: number; caller: number; isLower: boolean }): string {
  const time = second < 2 ? `10:59:5${8 + second}` : `11:00:0${second - 2}`;
  const what = isLower ? 'imdsv1(!)' : 'IMDSv1(!)';
  return `[2026-01-14T${time}] [WARNING] ${what} (pid:101${caller}:agent argv:/opt/agent)`;
}

type LogLine = { second: number; text: string };

describe('imds-trace.log in parts', function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-parts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function callsIn(files: readonly (readonly LogLine[])[]): Promise<number> {
    const paths = files.map((lines, number) => {
      const path = join(folder, `${number}.log`);
      writeFileSync(path, lines.map(({ text }) => `${text}\n`).join(''));
      return path;
    });
    const found = await findEventFiles(paths);
    const reader = new EventReader({
      filter: {},
      signal: new AbortController().signal,
      wasStopped: () => false,
      onProgress: () => {},
    });
    let calls = 0;
    for (const file of found.files) await reader.read(file, { call: () => calls++, ready: () => undefined });
    return calls;
  }

  it('tells as many calls as the whole, in whatever order, and with copies', async () => {
    await fc.assert(
      fc.asyncProperty(
        log,
        fc.array(fc.nat(24), { maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        async (lines, cuts, order) => {
          const ends = [...new Set([...cuts.map((cut) => cut % lines.length), lines.length])].filter(Boolean);
          ends.sort((a, b) => a - b);
          const parts = ends.map((end, index) => lines.slice(ends[index - 1] ?? 0, end));
          fc.pre(!mayBeCopies(parts));
          const some = parts.filter(() => (order.next().value ?? 0) % 3 === 0);
          const files = [...parts, ...some];
          const keys = new Map(files.map((file) => [file, order.next().value ?? 0]));
          files.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
          assert.equal(await callsIn(files), lines.length);
          if (isOfOneSecond(parts)) return;
          assert.equal(await callsIn([...files, lines]), lines.length, 'beside the whole');
        },
      ),
      { numRuns: 80 },
    );
  });

  it('tells as many calls in whatever order its lines are', async () => {
    const shuffled = log.chain((lines) => fc.shuffledSubarray(lines, { minLength: lines.length }));
    await fc.assert(
      fc.asyncProperty(shuffled, async (lines) => {
        assert.equal(await callsIn([lines]), lines.length);
        assert.equal(await callsIn([lines, lines]), lines.length, 'twice');
      }),
      { numRuns: 50 },
    );
  });
});

/** What nobody can tell (docs/output.md): a part of one second with which another one begins may be its copy. */
function mayBeCopies(parts: readonly (readonly LogLine[])[]): boolean {
  return parts.some((part, index) => {
    const second = part[0]?.second;
    if (part.some((one) => one.second !== second)) return false;
    return parts.some(
      (other, at) => at !== index && part.every(({ text }, place) => other[place]?.text === text),
    );
  });
}

/** Parts within the second in which the whole begins or ends may be others than those of the whole. */
function isOfOneSecond(parts: readonly (readonly LogLine[])[]): boolean {
  return parts.some((part) => part.every(({ second }) => second === part[0]?.second));
}
