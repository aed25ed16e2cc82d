import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { EventHosts } from '../../src/events/event-hosts.ts';
import { EventLineParser } from '../../src/events/event-line.ts';
import { parseJson } from '../../src/events/json-object.ts';
import { Line } from '../../src/events/line.ts';
import { parseEvent } from '../../src/events/parse-event.ts';
import type { AttributedCall } from '../../src/model.ts';

const DEMO = join(import.meta.dirname, '..', '..', 'fixtures', 'demo', 'expected.jsonl');
/** As often as it takes until all of a line is known by what came before. */
const ROUNDS = 3;
const LINES = readFileSync(DEMO, 'utf8').split('\n').filter(Boolean);

/** What one line may take from another: each is found in a way of its own, and compared with what was kept. */
const PARTS = [
  /"@timestamp":"[^"]*"/,
  /"id":"[0-9a-f]{32}"/,
  /"duration":\d+/,
  /"imds":\{"version":"[^"]*"/,
  /,"ancestors":\[.*?\]\}/,
  /,"http":.*?(?=,"source")/,
  /,"source":\{[^}]*\}/,
  /"process":\{"pid":\d+/,
  /"entity_id":"[^"]*"/,
  /"start":"[^"]*"/,
  /,"parent":\{.*?\}/,
  /,"service":.*$/,
  /,"destination":.*$/,
];

const change = fc.oneof(
  fc.record({ kind: fc.constant('byte'), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('part'), part: fc.nat(PARTS.length - 1), other: fc.nat(LINES.length - 1) }),
  fc.record({ kind: fc.constant('cut'), at: fc.nat(), length: fc.integer({ min: 1, max: 40 }) }),
);

type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

function changed(line: Buffer, one: Change): Buffer {
  if ('part' in one) {
    const part = PARTS[one.part] ?? /$/;
    const taken = part.exec(LINES[one.other] ?? '')?.[0];
    const text = line.toString('latin1');
    const put = taken && Buffer.from(taken).toString('latin1');
    return put === undefined
      ? line
      : Buffer.from(
          text.replace(part, () => put),
          'latin1',
        );
  }
  const at = one.at % line.length;
  if ('length' in one) return Buffer.concat([line.subarray(0, at), line.subarray(at + one.length)]);
  const copy = Buffer.from(line);
  copy[at] = one.byte;
  return copy;
}

describe('lines that are nearly as others before', function () {
  this.timeout(120_000);

  it('say what they say, and nothing of the others', () => {
    const parser = new EventLineParser();
    let events = 0;
    fc.assert(
      fc.property(
        fc.nat(LINES.length - 1),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (pick, changes) => {
          const line = Buffer.from(LINES[pick] ?? '');
          const other = changes.reduce(changed, line);
          for (let round = 0; round < ROUNDS; round++) {
            for (const bytes of [line, other]) {
              if (isNoEvent(bytes)) continue;
              const expected = parseEvent(parseJson(bytes.toString('utf8')), new EventHosts(), 'file');
              assert.deepEqual(
                withoutAlike(parser.parse(Line.of(bytes), 'file')),
                expected,
                bytes.toString(),
              );
              if (bytes === other && expected !== undefined) events++;
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
    assert.ok(events > 3000, `${events} of them are events`);
  });

  it('are no events where a second `imds`, which is the one that counts, makes none of them', () => {
    const parser = new EventLineParser();
    const [line = ''] = LINES.filter((text) => text.includes(',"ancestors":['));
    for (const second of ['{}', '{"ancestors":[]}', '{"":0,"ancestors":[]}']) {
      for (const name of ['"imds"', String.raw`"im\u0064s"`]) {
        const other = line.replace(/(,"ancestors":\[.*?\]\})/, (whole) => `${whole},${name}:${second}`);
        assert.notEqual(other, line);
        for (let round = 0; round < ROUNDS; round++) {
          assert.ok(parser.parse(Line.of(line), 'file'));
          assert.equal(parser.parse(Line.of(other), 'file'), undefined, other);
        }
      }
    }
  });

  it('have one process for all calls of it, as long as nothing of it is another', () => {
    const parser = new EventLineParser();
    const read = (text: string) => parser.parse(Line.of(text), 'file')?.process;
    for (const line of LINES.filter((text) => text.includes('"entity_id"'))) {
      const [, second, third] = Array.from({ length: ROUNDS }, () => read(line));
      assert.equal(second, third, 'from the second time on');
      const renamed = line.replace(
        /"name":"[^"]*"(?=,"args":\[[^\]]*\],"executable":"[^"]*","start")/,
        '"name":"x"',
      );
      if (renamed !== line) assert.notEqual(read(renamed), third);
      assert.equal(read(line), third);
    }
  });
});

/** A line of a log is another thing, and is read as such. */
function isNoEvent(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes.toString('latin1', 0, 1) === '[';
}

/** What is the same for processes that are alike is no part of what an event says. */
function withoutAlike(call: AttributedCall | undefined): AttributedCall | undefined {
  if (call?.process === undefined) return call;
  const { alike: _, ...process } = call.process;
  return { ...call, process };
}
