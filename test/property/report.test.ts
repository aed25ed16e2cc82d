import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { EventLineParser } from '../../src/events/event-line.ts';
import { Line } from '../../src/events/line.ts';
import type { AttributedCall } from '../../src/model.ts';
import { createReportSink } from '../../src/report/index.ts';
import { DEFAULT_VERDICT } from '../../src/report/verdict-options.ts';

const FORMATS = ['text', 'csv', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures');

function savedCalls(): AttributedCall[] {
  const parser = new EventLineParser();
  const names = readdirSync(FIXTURES).map((name) => join(FIXTURES, name, 'expected.jsonl'));
  return names.filter(existsSync).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .flatMap((line) => parser.parse(Line.of(line), 'events') ?? []),
  );
}

async function reportOf(calls: readonly AttributedCall[], format: Format): Promise<string> {
  let text = '';
  const output = {
    write: (more: string) => {
      text += more;
      return true;
    },
    drain: () => Promise.resolve(),
  };
  const sink = await createReportSink(
    { format, calls: false, columns: 120, colour: false, ancestors: 3, verdict: DEFAULT_VERDICT },
    output,
  );
  for (const call of calls) sink.call(call);
  await sink.end([]);
  return text;
}

describe('a report', function () {
  this.timeout(60_000);
  for (const format of FORMATS) {
    it(`does not depend on the order of the calls (${format})`, async () => {
      const calls = savedCalls();
      assert.ok(calls.length > 200);
      const expected = await reportOf(calls, format);
      await fc.assert(
        fc.asyncProperty(fc.shuffledSubarray(calls, { minLength: calls.length }), async (shuffled) => {
          assert.equal(await reportOf(shuffled, format), expected);
        }),
        { numRuns: 20 },
      );
    });
  }
});
