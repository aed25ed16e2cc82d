import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventHosts } from '../../../src/events/event-hosts.ts';
import { EventScanner } from '../../../src/events/event-scanner.ts';
import { parseEventTime } from '../../../src/events/event-time.ts';
import { Line } from '../../../src/events/line.ts';
import { CHUNK_BYTES, type Scanner, theScanner } from '../../../src/events/scan/scanner.ts';
import type { AttributedCall } from '../../../src/model.ts';

const DEMO = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'demo', 'expected.jsonl');
const TIME = /(?<="@timestamp":")[^"]*/;

describe('the scanner of events', () => {
  const scanner = theScanner() as Scanner;
  const [line = ''] = readFileSync(DEMO, 'utf8').split('\n');
  const events = new EventScanner(scanner, new EventHosts());
  const scan = (text: string): AttributedCall | undefined => events.scan(Line.of(text), 'file');
  const at = (time: string): string => line.replace(TIME, time);

  it('reads each day of the years that it knows', () => {
    for (const year of [1970, 1999, 2000, 2023, 2024, 2100, 2199]) {
      for (let day = 0; day < 366; day++) {
        const date = new Date(Date.UTC(year, 0, 1 + day, day % 24, (day * 7) % 60, (day * 11) % 60));
        const time = date.toISOString().replace('Z', '456789Z');
        if (date.getUTCFullYear() === year)
          assert.equal(scan(at(time))?.call.time, parseEventTime(time), time);
      }
    }
  });

  it('leaves what is no time, or may be another one, to who parses the whole line', () => {
    const others = [
      '1969-12-31T23:59:59.000000000Z',
      '2200-01-01T00:00:00.000000000Z',
      '2026-00-01T00:00:00.000000000Z',
      '2026-13-01T00:00:00.000000000Z',
      '2026-01-00T00:00:00.000000000Z',
      '2026-01-32T00:00:00.000000000Z',
      '2026-04-31T00:00:00.000000000Z',
      '2023-02-29T00:00:00.000000000Z',
      '2100-02-29T00:00:00.000000000Z',
      '2026-01-01T24:00:00.000000000Z',
      '2026-01-01T00:60:00.000000000Z',
      '2026-01-01T00:00:60.000000000Z',
      '2026-01-01T00:00:00,000000000Z',
      '2026-01-01T00:00:00.00000000:Z',
      '2026-01-01T00:00:00.00000000/Z',
      '2026-01-01 00:00:00.000000000Z',
      '2026-01-01T00:00:00.000000000z',
    ];
    for (const time of others) assert.equal(scan(at(time)), undefined, time);
  });

  it('says the same of a line wherever it lies, up to the last byte that is read', () => {
    const expected = scan(line);
    assert.ok(expected !== undefined);
    const bytes = Buffer.from(line);
    const chunk = scanner.chunk(1);
    for (const start of [0, 1, 63, CHUNK_BYTES - bytes.length]) {
      chunk.fill(0x7b).set(bytes, start);
      const inPlace = new Line(chunk, start, start + bytes.length);
      assert.deepEqual(events.scan(inPlace, 'file'), expected, `${start}`);
    }
  });

  it('takes nothing from behind the end of a line', () => {
    for (let end = 0; end < line.length; end++) {
      const bytes = Buffer.from(line);
      const whole = new Line(bytes, 0, end);
      assert.equal(events.scan(whole, 'file'), undefined, `${end} bytes`);
    }
  });

  it('leaves lines that are longer than its copy to who parses them whole', () => {
    const long = line.replace('"name":"', `"name":"${'x'.repeat(64 * 1024)}`);
    assert.ok(long.length > 64 * 1024);
    assert.equal(scan(long), undefined);
  });
});
