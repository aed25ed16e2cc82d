import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventProcesses } from '../../../src/events/event-processes.ts';
import { parseEvent } from '../../../src/events/parse-event.ts';
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

  it('were found', () => assert.ok(cases.flatMap(({ lines }) => lines).length > 200));

  for (const { name, lines } of cases) {
    it(`are written the same again: ${name}`, () => {
      const processes = new EventProcesses();
      const formatter = new EventFormatter();
      for (const line of lines) {
        const call = parseEvent(JSON.parse(line), processes, 'imds-calls.jsonl');
        assert.ok(call, line);
        assert.equal(formatter.format(call), line);
      }
    });
  }
});
