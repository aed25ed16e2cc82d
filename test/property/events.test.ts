import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { EventHosts } from '../../src/events/event-hosts.ts';
import { EventLineParser } from '../../src/events/event-line.ts';
import { EventScanner } from '../../src/events/event-scanner.ts';
import { parseJson } from '../../src/events/json-object.ts';
import { Line } from '../../src/events/line.ts';
import { parseEvent } from '../../src/events/parse-event.ts';
import { theScanner } from '../../src/events/scan/scanner.ts';
import type { AttributedCall, ImdsCall, Process, ProcessIdentity } from '../../src/model.ts';
import { EventFormatter } from '../../src/report/event.ts';
import { type ProcessView, ProcessViews } from '../../src/report/process-view.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures');

/** As the line would be read without the scanner. */
function parseWhole(line: string): AttributedCall | undefined {
  return parseEvent(parseJson(line), new EventHosts(), 'file');
}

/** Texts that look like what the scanner goes by. */
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '"', '\\', ',"network":{', '"port":', '}}', '{"pid":7', 'ü', '€', '😀', '\ud800', '0'),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const latin1 = text.map((value) => Buffer.from(value).toString('latin1'));
const address = fc.constantFrom('172.31.5.9', '10.0.0.7', 'fd00::7', '169.254.169.254');

const identity: fc.Arbitrary<ProcessIdentity> = fc.record({
  pid: fc.constantFrom(1, 7, 803, 31_400, 4_194_304, 4_194_305),
  start: fc.constant(''),
  name: maybe(text),
  executable: maybe(text),
  args: maybe(fc.array(text, { maxLength: 3 })),
});
const hexadecimal = fc
  .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 32, maxLength: 32 })
  .map((digits) => digits.join(''));
const nanoseconds = fc.bigInt(0n, 2n ** 62n);

const process: fc.Arbitrary<Process> = fc
  .record({
    own: identity,
    entityId: maybe(hexadecimal),
    startTime: maybe(nanoseconds),
    userId: maybe(text),
    userName: maybe(text),
    containerId: maybe(text),
    unit: maybe(text),
    ancestors: fc.array(identity, { maxLength: 4 }),
  })
  .map(({ own, ...others }) => ({ ...own, ...others }));

const call: fc.Arbitrary<ImdsCall> = fc
  .record({
    endpoint: fc.constantFrom<ImdsCall['endpoint'][]>(
      { address: '169.254.169.254', port: 80, family: 4 },
      { address: 'fd00:ec2::254', port: 8080, family: 6 },
    ),
    client: fc.oneof(fc.record({ address, port: fc.nat(65_535) }), fc.constant({ address: '', port: 0 })),
    time: nanoseconds,
    duration: maybe(fc.bigInt(0n, 2n ** 60n)),
    version: fc.constantFrom('v1', 'v2', 'foreign', 'unknown', undefined),
    operation: fc.constantFrom('token', 'read', 'attempt', undefined),
    unknownReason: maybe(fc.constantFrom('gap', 'not HTTP/1')),
    hint: maybe(latin1),
    method: maybe(latin1),
    target: maybe(latin1),
    httpVersion: maybe(latin1),
    pathClass: maybe(fc.constantFrom('credentials', 'metadata')),
    userAgent: maybe(latin1),
    forwardedFor: maybe(latin1),
    tokenTtl: maybe(fc.nat()),
    responseTtl: maybe(fc.nat(255)),
    status: maybe(fc.nat(999)),
  })
  .map(({ duration, ...fields }): ImdsCall => {
    const end =
      duration === undefined ? {} : { requestEnd: fields.time, responseTime: fields.time + duration };
    // Only an attempt has no version.
    const operation = fields.version === undefined ? 'attempt' : fields.operation;
    return { ...fields, ...end, operation, requestOffset: 0, connectionTime: fields.time, packetNumber: 0 };
  });

/** Few processes and hosts make many calls, as on a host. */
const lines = fc
  .record({
    processes: fc.array(maybe(process), { minLength: 1, maxLength: 3 }),
    hosts: fc.array(maybe(fc.record({ id: maybe(text), name: maybe(text), bootId: maybe(text) })), {
      minLength: 1,
      maxLength: 2,
    }),
    calls: fc.array(
      fc.record({
        call,
        eventId: hexadecimal,
        reason: maybe(latin1),
        session: text,
        pick: fc.nat(),
        pid: fc.nat(9),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ processes, hosts, calls }) => {
    const formatter = new EventFormatter();
    return calls.map(({ call: one, eventId, reason, session, pick, pid }) => {
      const own = processes[pick % processes.length];
      return formatter.format({
        call: one,
        eventId,
        // Again and again, with other pids.
        process: own && pid > 5 ? { ...own, pid: own.pid + pid } : own,
        host: hosts[pick % hosts.length],
        attribution: { source: 'ebpf', match: 'cookie', reason },
        session,
        capture: pick % 3 === 0 ? session : 'other',
      });
    });
  });

/** What is put into a line somewhere: members a second time or in the wrong place, and half ones. */
const FRAGMENTS = [
  ...['', ' ', ',', '}', '{', '"', '\\', '0', '-', '.5', 'e3', 'null', '\t', '\\u0041', 'ü', '[', ']', ':'],
  ...[
    '"id":"0123456789abcdef0123456789abcdef",',
    ',"duration":5',
    ',"module":"other"',
    ',"imds":{',
    ',"imds":{}',
  ],
  ...[',"ancestors":[', ',"ancestors":[]', '"ancestors":null,', ',"version":"v1"', ',"__proto__":{"pid":3}'],
  ...[
    ',"source":{"ip":"1.2.3.4","port":',
    ',"source":{}',
    ',"port":7',
    ',"port":7},"x":{"port":8',
    ',"http":{"port":1}',
  ],
  ...[',"process":{"pid":5}', ',"pid":6', ',"start":"2000-01-01T00:00:00.000000000Z"', ',"parent":{"pid":9}'],
  ...[
    ',"entity_id":"00000000000000000000000000000000"',
    ',"event":{"id":"',
    ',"event":{}',
    ',"host":{"name":"x"}',
  ],
  ...[
    ',"":1',
    ',"destination":{"ip":"::1","port":1}',
    ',"@timestamp":"2000-01-01T00:00:00.000000000Z"',
    '{"pid":1},',
  ],
];

interface Change {
  /** Of the line, in thousandths. */
  at: number;
  drop: number;
  put: string;
  /** Where a member or a value begins or ends, and not anywhere. */
  atMark: boolean;
}
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(999),
  drop: fc.constantFrom(0, 0, 1, 2, 30),
  put: fc.constantFrom(...FRAGMENTS),
  atMark: fc.boolean(),
});

function changed(line: string, { at, drop, put, atMark }: Change): string {
  let index = Math.floor((line.length * at) / 1000);
  while (atMark && index < line.length && !',}]{['.includes(line[index] ?? '')) index++;
  // Half of a surrogate pair is no text in a file.
  return Buffer.from(line.slice(0, index) + put + line.slice(index + drop)).toString();
}

describe('lines of events', function () {
  this.timeout(120_000);

  it('say the same to the scanner as to JSON.parse, changed or not, the first time and again', () => {
    const parser = new EventLineParser();
    let calls = 0;
    fc.assert(
      fc.property(lines, fc.array(change, { maxLength: 3 }), (originals, changes) => {
        const all = originals.map((line) => changes.reduce(changed, line));
        for (const line of [...originals, ...all, ...originals, ...all]) {
          const expected = line.startsWith('[') ? undefined : parseWhole(line);
          const actual = line.startsWith('[') ? undefined : parser.parse(Line.of(line), 'file');
          assert.deepEqual(withoutAlike(actual), expected, line);
          if (expected !== undefined) calls++;
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(calls > 4000, `${calls} of them are events`);
  });

  it('as we write them are not left to JSON.parse', () => {
    const there = theScanner();
    assert.ok(there !== undefined);
    const scanner = new EventScanner(there, new EventHosts());
    const names = readdirSync(FIXTURES).map((name) => join(FIXTURES, name, 'expected.jsonl'));
    const saved = names
      .filter(existsSync)
      .flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean));
    assert.ok(saved.length > 200);
    for (const line of saved) {
      const call = scanner.scan(Line.of(line), 'file');
      assert.deepEqual(withoutAlike(call), parseWhole(line), `left to JSON.parse: ${line}`);
    }
  });

  it('have processes that are alike, whose views are as if they were not', () => {
    const parser = new EventLineParser();
    const views = new ProcessViews();
    let others = 0;
    fc.assert(
      fc.property(process, call, fc.array(hexadecimal, { minLength: 6, maxLength: 6 }), (base, one, ids) => {
        const known = new Set<object>();
        const formatter = new EventFormatter();
        for (const [index, id] of ids.entries()) {
          const line = formatter.format({
            call: { ...one, client: { address: '10.0.0.7', port: index }, responseTime: undefined },
            eventId: id,
            process: again(base, index, id),
            attribution: { source: 'ebpf', match: 'cookie' },
            session: 'a',
            capture: 'b',
          });
          const read = parser.parse(Line.of(line), 'file')?.process;
          if (read?.alike === undefined) continue;
          if (known.has(read.alike)) others++;
          known.add(read.alike);
          const apart = new ProcessViews().view({ ...read, alike: undefined });
          assert.deepEqual(told(views.view(read)), told(apart), line);
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(others > 500, `${others} are like one before`);
  });
});

/** The same command, of parents that are the same but for their pids. */
function again(base: Process, index: number, entityId: string): Process {
  const startTime = 1_768_471_200_000_000_000n + BigInt(index);
  const ancestors = base.ancestors.map((ancestor) => ({ ...ancestor, pid: (ancestor.pid % 9000) + index }));
  return { ...base, pid: (base.pid % 9000) + index, entityId, startTime, ancestors };
}

/** What is the same for processes that are alike is no part of what an event says. */
function withoutAlike(call: AttributedCall | undefined): AttributedCall | undefined {
  if (call?.process === undefined) return call;
  const { alike: _, ...process } = call.process;
  return { ...call, process };
}

function told({ process, program, startedBy, run, tokenArgument, isNamedBySystem }: ProcessView): object {
  const { alike: _, ...shown } = process;
  return { shown, program, startedBy, run, tokenArgument, isNamedBySystem };
}
