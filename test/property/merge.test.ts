import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import schema from '../../schemas/report.schema.json' with { type: 'json' };
import { SavedReportReader } from '../../src/events/saved-report.ts';
import type { AttributedCall, Process, ProcessFacts } from '../../src/model.ts';
import { createReportSink } from '../../src/report/index.ts';
import { DEFAULT_VERDICT } from '../../src/report/verdict-options.ts';

const SECOND = 1_000_000_000n;
const START = 1_768_471_200n * SECOND;
const DAY = 86_400n * SECOND;

const ENDPOINT = { address: '169.254.169.254', port: 80, family: 4 } as const;

/** Few programs, many runs, some that are named by who started them; as events have them, with an entity id. */
function processOf(program: number, run: number): Process {
  const name = ['curl', 'python3', 'agent', 'aws'][program] ?? 'x';
  const args =
    program === 1 ? ['python3', `/opt/${run % 3}.py`, '--token', 'abcdef'] : [name, '-s', String(run)];
  return {
    pid: 1000 + run,
    start: '',
    entityId: String(program * 1000 + run).padStart(32, '0'),
    name,
    executable: `/usr/bin/${name}`,
    args,
    ...(program === 2 ? { unit: 'agent.service', userName: 'agent' } : {}),
    ...(run % 5 === 0 ? { containerId: 'c0ffee' } : {}),
    ...(run % 2 === 0 ? { facts: factsOf(name, run) } : {}),
    ancestors: [
      { pid: 2000 + run, start: '', name: 'sh', executable: '/usr/bin/dash', args: ['sh', '-c', 'x'] },
      { pid: 7, start: '', name: `job${run % 4}`, args: [`./job${run % 4}`] },
      { pid: 1, start: '' },
    ],
  };
}

/** What events say of some processes: of one program, packages that were renewed, and pods. */
function factsOf(name: string, run: number): ProcessFacts {
  const version = run % 3 === 0 ? undefined : `1:${run % 7}.0-1`;
  return {
    ...(run % 4 === 0 ? { package: { name, version, manager: 'dpkg' } } : {}),
    ...(run % 10 === 0
      ? { container: { image: `app:${run % 3}`, podName: `app-${run % 6}`, podNamespace: 'shop' } }
      : {}),
    ...(run % 20 === 0 ? { container: { podId: `pod-${run}` } } : {}),
    ...(run % 14 === 0 ? { timer: `job${run % 4}.timer` } : {}),
  };
}

const calls = fc
  .array(
    fc.record({
      program: fc.nat(5),
      run: fc.nat(60),
      host: fc.nat(4),
      time: fc.oneof(fc.bigInt(0n, 3_600n * SECOND), fc.bigInt(0n, 400n * DAY)),
      deed: fc.constantFrom(
        'v1',
        'v1-failed',
        'token',
        'token-403',
        'token-lost',
        'v2',
        '401',
        'foreign',
        'attempt',
        'unknown',
      ),
      agent: fc.option(fc.constantFrom(...Array.from({ length: 14 }, (_, n) => `agent/${n} caf\xc3\xa9`)), {
        nil: undefined,
      }),
      client: fc.nat(12),
      forwarded: fc.option(fc.nat(9), { nil: undefined }),
      path: fc.constantFrom('credentials', 'user-data', 'metadata', 'token'),
      ttl: fc.option(fc.constantFrom(64, 63, 254, 255), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 200, size: 'max' },
  )
  .map((items) => items.map(callOf));

type Item = {
  program: number;
  run: number;
  host: number;
  time: bigint;
  deed: string;
  agent: string | undefined;
  client: number;
  forwarded: number | undefined;
  path: string;
  ttl: number | undefined;
};

function callOf(item: Item, index: number): AttributedCall {
  const { program, run, deed, agent, forwarded, ttl } = item;
  const time = START + item.time;
  const isToken = deed.startsWith('token');
  const version =
    deed === 'attempt' ? undefined : deed.startsWith('v1') ? 'v1' : isToken || deed === '401' ? 'v2' : deed;
  const status = { 'v1-failed': 404, 'token-403': 403, 'token-lost': undefined, '401': 401 }[deed];
  // The second was called otherwise in its first half-hour, and the third has had its name for long.
  const name = item.time < 1_800n * SECOND ? 'localhost' : 'web-7';
  const host = [undefined, { id: 'i', name }, { id: 'j' }, { id: 'k', name: 'web-7' }, { name: 'Web-7' }][
    item.host
  ];
  const process = program > 3 ? undefined : processOf(program, run);
  return {
    call: {
      endpoint: ENDPOINT,
      client: { address: `10.0.0.${item.client}`, port: 4000 },
      requestOffset: 0,
      connectionTime: time,
      time,
      packetNumber: 0,
      version: version as 'v1',
      operation: deed === 'attempt' ? 'attempt' : isToken ? 'token' : 'read',
      userAgent: agent,
      pathClass: item.path as 'credentials',
      forwardedFor: forwarded === undefined ? undefined : `192.0.2.${forwarded}`,
      responseTtl: ttl,
      status: deed in { 'v1-failed': 0, 'token-403': 0, 'token-lost': 0, '401': 0 } ? status : 200,
    },
    ...(process === undefined ? {} : { process }),
    attribution:
      process === undefined
        ? { source: 'none', match: 'none', reason: 'no records' }
        : { source: 'ebpf', match: 'cookie' },
    ...(host === undefined ? {} : { host }),
    session: 'saved',
    capture: 'saved',
    eventId: index.toString(16).padStart(32, '0'),
  };
}

describe('JSON reports as input', function () {
  this.timeout(120_000);
  const validate = new Ajv.Ajv2020({ strict: false }).compile(schema);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-merge-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The report of these calls and of these reports together. */
  async function reportOf(some: readonly AttributedCall[], ...reports: readonly string[]): Promise<string> {
    let text = '';
    const output = {
      write: (more: string) => {
        text += more;
        return true;
      },
      drain: () => Promise.resolve(),
    };
    const options = {
      format: 'json',
      calls: false,
      columns: 80,
      colour: false,
      ancestors: 3,
      verdict: DEFAULT_VERDICT,
    } as const;
    const sink = await createReportSink(options, output);
    assert.ok(sink.target);
    const reader = new SavedReportReader(
      { filter: {}, signal: new AbortController().signal, wasStopped: () => false, onProgress: () => {} },
      sink.target,
    );
    // An index of its own: two parts that are the same are two reports here.
    for (const [index, report] of reports.entries()) {
      const path = join(folder, `${index}.json`);
      writeFileSync(path, `${report}${' '.repeat(index)}`);
      const { problems } = await reader.read({
        path,
        location: path,
        size: 0,
        firstTime: 0n,
        kind: 'report',
      });
      assert.deepEqual(problems, []);
    }
    for (const call of some) sink.call(call);
    await sink.end([]);
    const parsed: unknown = JSON.parse(text);
    assert.ok(validate(parsed), JSON.stringify(validate.errors));
    return text;
  }

  it('add up to the report of all calls, however they are grouped', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.infiniteStream(fc.nat(2)), async (all, parts) => {
        const split: AttributedCall[][] = [[], [], []];
        for (const call of all) split[parts.next().value ?? 0]?.push(call);
        const [a = '', b = '', c = ''] = await Promise.all(split.map((some) => reportOf(some)));
        const whole = await reportOf(all);
        assert.equal(await reportOf([], a, b, c), whole);
        assert.equal(await reportOf([], c, await reportOf([], a, b)), whole);
        assert.equal(await reportOf([], await reportOf([], b, c), a), whole);
        assert.equal(await reportOf(split[1] ?? [], a, c), whole);
        assert.equal(await reportOf([], whole), whole);
      }),
      { numRuns: 15 },
    );
  });
});
