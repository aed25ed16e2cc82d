import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventLineParser } from '../../../src/events/event-line.ts';
import { Line } from '../../../src/events/line.ts';
import { EventFormatter } from '../../../src/report/event.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures');

/** Events as analyze prints them, of every golden case that has some. */
function goldenEvents(): { name: string; lines: string[] }[] {
  return readdirSync(FIXTURES)
    .map((name) => ({ name, file: join(FIXTURES, name, 'expected.jsonl') }))
    .flatMap(({ name, file }) => {
      try {
        return [{ name, lines: readFileSync(file, 'utf8').split('\n').filter(Boolean) }];
      } catch {
        return [];
      }
    });
}

describe('saved events', () => {
  const cases = goldenEvents();

  it('of no version that we know are none: taken for attempts, they would be harmless', () => {
    const line = cases
      .flatMap(({ lines }) => lines)
      .find((text) => text.includes('"version":"v1","operation"'));
    assert.ok(line);
    const parser = new EventLineParser();
    const read = (version: string) =>
      parser.parse(Line.of(line.replace('"version":"v1",', version)), 'a.jsonl')?.call.version;
    assert.equal(read('"version":"v1",'), 'v1');
    for (const version of ['V1', 'v3', '', ' v1']) assert.equal(read(`"version":"${version}",`), undefined);
    for (const version of ['', '"version":1,', '"version":null,', '"version":["v1"],'])
      assert.equal(parser.parse(Line.of(line.replace('"version":"v1",', version)), 'a.jsonl'), undefined);
    assert.equal(parser.parse(Line.of(line.replace('"v1"', '"V1"')), 'a.jsonl'), undefined);
    const attempt = line
      .replace('"version":"v1",', '')
      .replace('"operation":"read"', '"operation":"attempt"');
    assert.equal(parser.parse(Line.of(attempt), 'a.jsonl')?.call.operation, 'attempt');
  });

  it('were found', () => assert.ok(cases.flatMap(({ lines }) => lines).length > 200));

  for (const { name, lines } of cases) {
    it(`are written the same again: ${name}`, () => {
      const parser = new EventLineParser();
      const formatter = new EventFormatter();
      // Again, when the processes are known; and with other white space, as another program writes them.
      // Again, when the processes are known; and with other white space, as another program writes them.
      const spaced = lines.map((line) => JSON.stringify(JSON.parse(line), null, ' '));
      for (const [i, text] of [...lines, ...lines, ...spaced].entries()) {
        const call = parser.parse(Line.of(text), 'imds-calls.jsonl');
        assert.ok(call, text);
        assert.equal(formatter.format(call), lines[i % lines.length]);
      }
    });
  }
});
