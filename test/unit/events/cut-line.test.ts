import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCut, timeAtHead } from '../../../src/events/cut-line.ts';
import { Line } from '../../../src/events/line.ts';
import { sessionLine } from '../../../src/report/session-line.ts';

const DEMO = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'demo');
const linesOf = (file: string) => readFileSync(join(DEMO, file), 'utf8').split('\n').filter(Boolean);
const SESSION = sessionLine({
  session: 's1',
  host: { id: 'a1', name: 'web "1"\\' },
  from: 1_000_000_000_123_456_789n,
  to: 1_000_000_000_123_456_789n,
  ended: true,
  calls: { v1: 0, v2: 9, unknown: 0, foreign: 0, attempt: 0 },
  unwritten: 0,
  completeness: {
    losses: { 'tcp.missing_bytes': 1 },
    connections: 4,
    provableConnections: 4,
    capturedBytes: 900,
    kernelBytes: 900,
    views: ['sockets', 'wire'],
    lookups: { made: 0, found: 0 },
  },
});
const EVENT = linesOf('expected.jsonl')[0] ?? '';
const [LOG = ''] = linesOf('expected.log');

describe('a line that its writer did not finish', () => {
  it('is known wherever it ends', () => {
    const escapes = EVENT.replace('"curl/7.88.1"', '"a\\u202e\\\\\\"\\n","x":[true,null,-1.5e3,{}]');
    assert.notEqual(escapes, EVENT);
    for (const line of [EVENT, escapes, SESSION]) {
      const bytes = Buffer.from(line);
      for (let end = 1; end < bytes.length; end++) {
        const cut = bytes.subarray(0, end);
        assert.ok(isCut(Line.of(cut)), cut.toString());
      }
    }
    for (let end = 1; end < LOG.length; end++) {
      // What ends with a process is a line by itself.
      if (!LOG.slice(0, end).endsWith(')')) assert.ok(isCut(Line.of(LOG.slice(0, end))), LOG.slice(0, end));
    }
  });

  it('is none where it is whole, or what is missing stands before its end', () => {
    const others = [
      EVENT,
      SESSION,
      LOG,
      '[]',
      'null',
      '\0',
      '{}',
      '{"a":1',
      '{"event":{"module":"imds"}}',
      '{"@timestamp":"2026-01-15T10:00:01.020540000Z"}{',
      '{"@timestamp":"2026-01-15T10:00:01.020540000Z","ecs":xnull',
      '[2022-12-20T11:03:58] [INFO] hello',
      '[2022-12-20 11:03:58,123] [WARNING] imdsv1(!) (pid:1016:sh argv:sh -c',
      '[2022-12-20T11:03:58] [WARNING] imdsv1(!) (pid:1016:sh argv:sh -c',
    ];
    for (const text of others) assert.ok(!isCut(Line.of(text)), text);
    // A mark that is gone before its last text: the end of the line is there.
    for (let at = 0; at < EVENT.lastIndexOf('"'); at++) {
      if (!'"{}[],:'.includes(EVENT[at] ?? '')) continue;
      const damaged = `${EVENT.slice(0, at)}#${EVENT.slice(at + 1)}`;
      assert.ok(!isCut(Line.of(damaged)), damaged);
    }
  });

  it('says when it was, once that is there', () => {
    const time = timeAtHead(Line.of(EVENT));
    assert.equal(time, BigInt(Date.parse('2026-01-15T10:00:01Z')) * 1_000_000n + 20_540_000n);
    const head = '{"@timestamp":"2026-01-15T10:00:01.020540000Z';
    assert.equal(timeAtHead(Line.of(head)), time);
    assert.equal(timeAtHead(Line.of(head.slice(0, -1))), undefined);
    assert.equal(
      timeAtHead(Line.of('[2022-12-20T11:03:58] [WARN')),
      BigInt(new Date(2022, 11, 20, 11, 3, 58).getTime()) * 1_000_000n,
    );
  });

  it('takes no longer to look at than others, whatever is in it', () => {
    const head = '{"@timestamp":"';
    for (const piece of ['{"a":', '[', '"\\', '\\u', 'x","y":[{', 'nul']) {
      const line = Line.of(head + piece.repeat(200_000));
      const began = performance.now();
      isCut(line);
      assert.ok(performance.now() - began < 2000, piece);
    }
  });
});
