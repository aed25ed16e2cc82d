import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { EventLineParser } from '../../../src/events/event-line.ts';
import { Line } from '../../../src/events/line.ts';
import { EventFormatter } from '../../../src/report/event.ts';
import { hold, type Target } from '../target.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'schemas', 'call.schema.json'), 'utf8'));
const isValid = new Ajv2020({ strict: false }).compile(SCHEMA);
/** As many lines as make no campaign slow. */
const MAX_LINES = 200;

function demo(name: string): string[] {
  return readFileSync(join(ROOT, 'fixtures', 'demo', name), 'utf8')
    .split('\n')
    .filter(Boolean);
}

/** Lines of any bytes: what is taken for an event is written as one, and read the same again. */
export const events: Target = {
  name: 'events',
  seeds: () => {
    const lines = [...demo('expected.jsonl').slice(0, 6), ...demo('expected.log').slice(0, 6)];
    return [...lines, lines.join('\n')].map((line) => Buffer.from(line));
  },
  run(input) {
    const seen = new Set<string>();
    const parser = new EventLineParser();
    for (const line of Buffer.from(input).toString('utf8').split('\n').slice(0, MAX_LINES)) {
      const call = parser.parse(Line.of(line), 'events');
      if (call === undefined) continue;
      const text = new EventFormatter().format(call);
      hold(isValid(JSON.parse(text)), `not of the schema: ${JSON.stringify(isValid.errors)}`);
      const again = parser.parse(Line.of(text), 'events');
      hold(again !== undefined, `what was written is no event: ${text}`);
      const second = new EventFormatter().format(again);
      hold(second === text, `what was written is read as something else:\n${text}\n${second}`);
      seen.add(`${call.call.version} ${call.call.operation} ${call.attribution.match}`);
      for (const [name, value] of Object.entries(call.call)) if (value === undefined) seen.add(`no ${name}`);
      if (call.process === undefined) seen.add('no process');
      if (call.host === undefined) seen.add('no host');
    }
    return Promise.resolve([...seen]);
  },
};
