import assert from 'node:assert/strict';
import { EventLineParser } from '../../../src/events/event-line.ts';
import { Line } from '../../../src/events/line.ts';
import { TraceLogParser } from '../../../src/events/trace-log.ts';
import { EventFormatter } from '../../../src/report/event.ts';

const SECRET = 'AKIAIOSFODNN7EXAMPLE';

function event(name: string): string {
  return JSON.stringify({
    '@timestamp': '2026-01-15T10:00:00.000000000Z',
    event: { id: '0'.repeat(32), module: 'imds' },
    imds: { version: 'v1', operation: 'read', session: name, capture: name, unknown_reason: name },
    destination: { ip: '169.254.169.254', port: 80 },
    process: { pid: 7, user: { id: name, name } },
    container: { id: name },
    service: { name },
    host: { id: name, name },
    attribution: { source: 'none', match: 'none', reason: name },
  });
}

describe('names in saved events', () => {
  it('that hold a secret are masked', () => {
    for (const name of [SECRET, `password=${SECRET}`, `web-${SECRET}`]) {
      const call = new EventLineParser().parse(Line.of(event(name)), 'a.jsonl');
      const text = JSON.stringify(call, (_key, value) => (typeof value === 'bigint' ? `${value}` : value));
      assert.match(text, /\*\*\*\*\*/);
      assert.ok(!text.includes(SECRET), text);
    }
  });

  it('say nothing else when they are printed again', () => {
    const hostile = 'x","version":"v2"}}\n{"event":{"module":"imds"}} \u001b[31m\u202e';
    const call = new EventLineParser().parse(Line.of(event(hostile)), 'a.jsonl');
    assert.ok(call);
    const printed = new EventFormatter().format(call);
    assert.match(printed, /^[ -~]*$/);
    const { imds } = JSON.parse(printed);
    assert.deepEqual([imds.version, imds.unknown_reason], ['v1', hostile]);
  });

  it('are left out where they are longer than any name', () => {
    const call = new EventLineParser().parse(Line.of(event('x'.repeat(5000))), 'a.jsonl');
    assert.ok(call);
    assert.deepEqual(call.host, { id: undefined, name: undefined, bootId: undefined });
    assert.equal(call.capture, 'a.jsonl');
    assert.equal(call.session, 'a.jsonl');
    assert.equal(call.process?.userName, undefined);
  });

  it('of a log are kept no more than a maximum of lines', () => {
    const parser = new TraceLogParser();
    const line = (name: string) =>
      `[2022-12-20T11:03:58] [INFO] IMDSv2 (pid:7:${name} argv:${'x'.repeat(900)})`;
    const first = parser.parse(line('a'), 'x')?.eventId;
    assert.notEqual(parser.parse(line('a'), 'x')?.eventId, first);
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 65_536; index++) parser.parse(line(`b${index}`), 'x');
    assert.ok(process.memoryUsage().heapUsed - before < 60e6, 'digests, not lines');
    assert.equal(parser.parse(line('a'), 'x')?.eventId, first, 'taken for a copy');
  }).timeout(20_000);
});
