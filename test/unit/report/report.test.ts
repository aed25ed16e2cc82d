import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { AttributedCall, ImdsCall, Process } from '../../../src/model.ts';
import type { ReportOptions } from '../../../src/report/types.ts';
import { attributed, CURL, capture, PYTHON, render, TOKEN } from './samples.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
const schema = (name: string) =>
  ajv.compile(
    JSON.parse(readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), 'utf8')),
  );
const isCall = schema('call');
const isReport = schema('report');

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const unicode = fc.string({ unit: 'binary' });
const identity = {
  pid: fc.nat(),
  start: fc.nat().map(String),
  name: maybe(unicode),
  executable: maybe(unicode),
  args: maybe(fc.array(unicode, { maxLength: 4 })),
};
const anyProcess: fc.Arbitrary<Process> = fc.record({
  ...identity,
  userId: maybe(unicode),
  userName: maybe(unicode),
  containerId: maybe(unicode),
  unit: maybe(unicode),
  startTime: maybe(fc.bigInt(0n, 2n ** 63n)),
  ancestors: fc.array(fc.record(identity), { maxLength: 3 }),
});
const anyCall: fc.Arbitrary<ImdsCall> = fc.record({
  endpoint: fc.constantFrom(
    { address: '169.254.169.254', port: 80, family: 4 as const },
    { address: 'fd00:ec2::254', port: 80, family: 6 as const },
  ),
  client: fc.record({ address: fc.ipV4(), port: fc.nat(65_535) }),
  clientIsn: maybe(fc.nat()),
  requestOffset: fc.nat(),
  connectionTime: fc.bigInt(0n, 2n ** 63n),
  time: fc.bigInt(0n, 2n ** 63n),
  requestEnd: maybe(fc.bigInt(0n, 2n ** 63n)),
  responseTime: maybe(fc.bigInt(0n, 2n ** 63n)),
  packetNumber: fc.nat(),
  version: maybe(fc.constantFrom('v1' as const, 'v2' as const, 'foreign' as const, 'unknown' as const)),
  operation: maybe(fc.constantFrom('token' as const, 'read' as const, 'attempt' as const)),
  unknownReason: maybe(fc.constantFrom('gap' as const, 'evicted' as const)),
  hint: maybe(latin1),
  method: maybe(latin1),
  target: maybe(latin1),
  httpVersion: maybe(fc.constantFrom('1.0', '1.1')),
  pathClass: maybe(fc.constantFrom('credentials' as const, 'other' as const)),
  userAgent: maybe(latin1),
  forwardedFor: maybe(latin1),
  responseTtl: maybe(fc.nat(255)),
  status: maybe(fc.integer({ min: 100, max: 999 })),
});
const anyAttributed: fc.Arbitrary<AttributedCall> = fc.record({
  call: anyCall,
  process: maybe(anyProcess),
  attribution: fc.record({
    source: fc.constantFrom('ebpf' as const, 'none' as const),
    match: fc.constantFrom('cookie' as const, 'none' as const),
    reason: maybe(unicode),
  }),
  host: maybe(fc.record({ id: maybe(unicode), name: maybe(unicode), bootId: maybe(unicode) })),
  session: fc.constantFrom('a', 's1'),
  capture: fc.constant('a'),
});

const ALL: readonly Partial<ReportOptions>[] = [
  { format: 'text' },
  { format: 'text', calls: true },
  { format: 'text', columns: 1000 },
  { format: 'text', columns: 1000, calls: true },
  { format: 'csv' },
  { format: 'csv', calls: true },
  { format: 'json' },
  { format: 'jsonl' },
  { format: 'log', ancestors: 9 },
];

describe('report', () => {
  it('prints calls that fit their schema', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAttributed, { maxLength: 5 }), async (calls) => {
        const { text } = await render(calls, { format: 'jsonl' });
        const lines = text.split('\n');
        strictEqual(lines.pop(), '');
        strictEqual(lines.length, calls.length);
        for (const line of lines) ok(isCall(JSON.parse(line)), JSON.stringify(isCall.errors));
      }),
      { numRuns: 400 },
    );
  });

  it('prints reports that fit their schema', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAttributed, { maxLength: 20 }), async (calls) => {
        const captures = [
          capture(
            { host: { name: 'h' }, problems: [{ code: 'c', message: 'm', damage: true }] },
            { views: ['sockets'] },
          ),
        ];
        const { text } = await render(calls, { format: 'json' }, captures);
        ok(isReport(JSON.parse(text)), JSON.stringify(isReport.errors));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps what is hostile raw in no format', async () => {
    const hostile = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
    await fc.assert(
      fc.asyncProperty(fc.array(anyAttributed, { maxLength: 4 }), async (calls) => {
        for (const options of ALL) {
          const { text } = await render(calls, options);
          ok(!hostile.test(text.replace(/\r?\n/g, '')), JSON.stringify([options, text]));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('prints a call in the shape that is documented', async () => {
    const call = attributed(
      { target: '/latest/user-data?x=1&y=2', forwardedFor: '10.2.3.4', responseTtl: 64 },
      CURL,
      {
        session: 's1',
        host: { id: 'h1', name: 'web-1', bootId: 'b1' },
      },
    );
    const { text } = await render([call], { format: 'jsonl' });
    const event = JSON.parse(text);
    deepStrictEqual(event.url, {
      original: '/latest/user-data?x=*****&y=*****',
      path: '/latest/user-data',
      query: 'x&y',
    });
    deepStrictEqual(Object.keys(event), [
      '@timestamp',
      'ecs',
      'event',
      'imds',
      'http',
      'url',
      'user_agent',
      'network',
      'source',
      'destination',
      'process',
      'host',
      'attribution',
    ]);
    strictEqual(event.imds.session, 's1');
    strictEqual(event.imds.response_ttl, 64);
    strictEqual(event.event.duration, 5_535_000);
    strictEqual(event.process.parent.name, 'makeCalls.sh');
    strictEqual(event.imds.ancestors.length, 4);
    deepStrictEqual(event.imds.ancestors[3], { pid: 1 });
    deepStrictEqual(event.host, { id: 'h1', name: 'web-1', boot: { id: 'b1' } });
  });

  it('gives the same call the same id, and another one another', async () => {
    const idOf = async (call: AttributedCall) =>
      JSON.parse((await render([call], { format: 'jsonl' })).text).event.id;
    const id = await idOf(attributed());
    strictEqual(await idOf(attributed({ client: { address: '172.17.0.2', port: 1 } }, CURL)), id);
    ok((await idOf(attributed({ requestOffset: 1 }))) !== id);
    ok((await idOf(attributed({ clientIsn: 1001 }))) !== id);
    ok((await idOf(attributed({ clientIsn: undefined }))) !== id);
    ok((await idOf(attributed({}, undefined, { session: 'b' }))) !== id);
  });

  const places: readonly (readonly [string, (secret: string) => AttributedCall])[] = [
    ['query', (secret) => attributed({ target: `/latest?a=${secret}&b=1` })],
    ['path, by its shape', () => attributed({ target: `/latest/${TOKEN}` })],
    ['absolute form', (secret) => attributed({ target: `http://u:${secret}@h/x` })],
    ['user agent', (secret) => attributed({ userAgent: `x token=${secret}` })],
    ['user agent, by its shape', () => attributed({ userAgent: TOKEN })],
    ['forwarded-for', (secret) => attributed({ forwardedFor: `for=x;secret=${secret}` })],
    ['method, by its shape', () => attributed({ method: TOKEN })],
    ['hint, by its shape', () => attributed({ hint: TOKEN })],
    [
      'reason',
      () => attributed({}, undefined, { attribution: { source: 'none', match: 'none', reason: TOKEN } }),
    ],
    ...['args', 'name', 'executable', 'unit', 'containerId', 'userName'].map(
      (field) =>
        [
          `process ${field}, by its shape`,
          () => attributed({}, { ...PYTHON, [field]: field === 'args' ? ['python3', `/x/${TOKEN}`] : TOKEN }),
        ] as const,
    ),
    ...argvs().map(
      ([name, args]) =>
        [`argv ${name}`, (secret: string) => attributed({}, { ...CURL, args: args(secret) })] as const,
    ),
    ...argvs().map(
      ([name, args]) =>
        [
          `argv ${name} of an ancestor`,
          (secret: string) =>
            attributed({}, { ...CURL, ancestors: [{ pid: 9, start: '9', name: 'x', args: args(secret) }] }),
        ] as const,
    ),
  ];

  function argvs(): readonly (readonly [string, (secret: string) => string[]])[] {
    return [
      ['option', (secret) => ['python3', '--token', secret, 'x.py']],
      ['option=', (secret) => ['app', `--access-key=${secret}`]],
      ['assignment', (secret) => ['env', `AWS_SECRET_ACCESS_KEY=${secret}`, 'app']],
      ['header', (secret) => ['curl', '-H', `X-aws-ec2-metadata-token: ${secret}`]],
      ['header without blank', (secret) => ['curl', '-H', `X-aws-ec2-metadata-token:${secret}`]],
      ['user', (secret) => ['curl', '-u', `me:${secret}`]],
      ['url', (secret) => ['curl', `http://me:${secret}@h/?x=1`]],
      ['query', (secret) => ['curl', `http://h/?x=${secret}`]],
      ['shell', (secret) => ['sh', '-c', `curl -H "X-aws-ec2-metadata-token: ${secret}" http://h/`]],
      ['shell assignment', (secret) => ['bash', '-c', `TOKEN=${secret} ./x`]],
    ];
  }

  for (const [name, make] of places) {
    it(`shows a secret in no format: ${name}`, async () => {
      const secret = fc
        .stringMatching(/^[A-Za-z0-9+/_]{12,40}$/)
        .map((text) => `zQ${text.replaceAll('/', '_')}`);
      await fc.assert(
        fc.asyncProperty(secret, async (value) => {
          for (const options of ALL) {
            const { text } = await render([make(value)], options);
            ok(!text.includes(value), `${JSON.stringify(options)} ${text}`);
            ok(!text.includes(TOKEN.slice(4, 40)), `${JSON.stringify(options)} ${text}`);
          }
        }),
        { numRuns: 8 },
      );
    });
  }
});

describe('findings', () => {
  const proven = () =>
    capture({}, { provableConnections: 2, capturedBytes: 10, kernelBytes: 10, views: ['sockets'] });
  const v2 = attributed({ version: 'v2' }, PYTHON);

  it('is ready only where nothing is v1, unknown or unproven', async () => {
    const { findings } = await render([v2], { verdict: { observed: 0n } }, [proven()]);
    deepStrictEqual(findings, { v1: 0, unknown: 0, incomplete: false, ready: true });
    const withV1 = await render([v2, attributed()], { format: 'log' }, [proven()]);
    deepStrictEqual(withV1.findings, { v1: 1, unknown: 0, incomplete: false, ready: false });
    const withUnknown = await render([attributed({ version: 'unknown' })], { format: 'csv' }, [proven()]);
    deepStrictEqual(withUnknown.findings, { v1: 0, unknown: 1, incomplete: false, ready: false });
  });

  const complete = { provableConnections: 2, capturedBytes: 10, kernelBytes: 10 };
  const incomplete: readonly (readonly [string, ReturnType<typeof capture>])[] = [
    ['nobody counted', capture()],
    ['a loss', capture({}, { ...complete, losses: { 'tcp.missing_bytes': 1 } })],
    ['drops', capture({}, { ...complete, captureDrops: 3 })],
    ['missing bytes', capture({}, { ...complete, capturedBytes: 9 })],
    ['a connection not provable', capture({}, { ...complete, provableConnections: 1 })],
    ['damage', capture({ problems: [{ code: 'x', message: 'x', damage: true }] }, complete)],
    ['no connection and no session', capture({}, { connections: 0 })],
  ];
  for (const [name, summary] of incomplete) {
    it(`is incomplete: ${name}`, async () => {
      strictEqual((await render([], { format: 'log' }, [summary])).findings.incomplete, true);
    });
  }

  it('is complete where skipped blocks are no packets, look-ups ended, and where a session saw no connection', async () => {
    const skipped = capture(
      {},
      {
        ...complete,
        losses: { 'capture.custom_blocks': 3, 'procfs.exits': 1, 'tcp.missing_bytes': 0 },
      },
    );
    strictEqual((await render([], {}, [skipped])).findings.incomplete, false);
    const idle = capture({}, { connections: 0, views: ['sockets'] });
    strictEqual((await render([], {}, [idle])).findings.incomplete, false);
  });

  it('is incomplete without a capture', async () => {
    strictEqual((await render([], {}, [])).findings.ready, false);
  });
});
