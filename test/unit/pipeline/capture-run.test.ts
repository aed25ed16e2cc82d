import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord } from '../../../src/bpf/records.ts';
import { FailureError, InputError } from '../../../src/errors.ts';
import type { CaptureInput, CapturePart } from '../../../src/inputs.ts';
import type { CaptureSummary } from '../../../src/model.ts';
import { CaptureRun, type RunOptions } from '../../../src/pipeline/capture-run.ts';
import { at, ENDPOINT, journal, sidecar } from '../../support/journal.ts';
import { type Entry, FakeSink, fakeAssembler, fakePart } from './fakes.ts';

const P7 = { pid: 7, start: '70' };
const json = (record: JournalRecord): Entry => ({ json: JSON.stringify(record) });
const codes = ({ problems }: CaptureSummary) => problems.map(({ code }) => code);

async function run(parts: readonly CapturePart[], options: Partial<RunOptions> = {}, sink = new FakeSink()) {
  const files = parts.map(({ path }) => path);
  const input: CaptureInput = { name: files[0] ?? '', files, parts };
  const summary = await new CaptureRun(
    input,
    { endpoints: [ENDPOINT], ...options },
    sink,
    fakeAssembler,
  ).run();
  return { summary, sink };
}

describe('pipeline', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-pipeline-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const written = (content: string): string => {
    const file = join(folder, 'a.correlations.jsonl');
    writeFileSync(file, content);
    return file;
  };

  it('hands calls on at once where there is no journal', async () => {
    const { summary, sink } = await run([fakePart([{ ms: 1 }, { ms: 2 }])]);
    assert.deepEqual(sink.words, ['none - (no records)', 'none - (no records)']);
    assert.deepEqual(summary, {
      name: 'fake.pcap',
      files: ['fake.pcap'],
      host: undefined,
      session: undefined,
      watch: undefined,
      packets: 2,
      bytes: 200,
      firstTime: BigInt(at(1)),
      lastTime: BigInt(at(2)),
      completeness: {
        losses: {},
        captureDrops: undefined,
        connections: 2,
        provableConnections: 0,
        capturedBytes: 0,
        kernelBytes: 0,
        views: undefined,
        scope: undefined,
        watched: undefined,
        lookups: { made: 0, found: 0 },
      },
      problems: [],
    });
  });

  it('attributes by records in the capture, and tells the assembler of ticks and closed sockets', async () => {
    const { summary, sink } = await run([
      fakePart([
        json(journal.session()),
        json(journal.process(P7)),
        json(journal.opened(1, { process: P7 })),
        { ms: 2 },
        json(journal.tick(1500)),
        json(journal.closed(1600, { sent: '90' })),
        json(journal.losses(1700, { 'packets.shed': '4' })),
        { json: '{"type":"process","pid":' },
      ]),
    ]);
    assert.deepEqual(sink.words, ['isn 7']);
    assert.equal(summary.session, 's-1');
    assert.deepEqual(summary.host, { id: 'h-1', name: 'web-7' });
    assert.deepEqual(codes(summary), ['records.invalid']);
    assert.deepEqual(summary.completeness, {
      losses: {
        'records.invalid': 1,
        'fake.ticks': 1,
        'fake.closed_isn': 1000,
        'fake.seconds': Number(BigInt(at(1500)) / 1_000_000_000n),
        'packets.shed': 4,
      },
      captureDrops: undefined,
      connections: 1,
      provableConnections: 1,
      capturedBytes: 90,
      kernelBytes: 90,
      views: ['wire'],
      scope: undefined,
      watched: ['169.254.169.254:80'],
      lookups: { made: 0, found: 0 },
    });
  });

  it('attributes the same by records beside the capture', async () => {
    const correlations = written(
      sidecar(
        [0, journal.session()],
        [1, journal.process(P7)],
        [1, journal.opened(5, { process: P7 })],
        [2, journal.closed(20)],
        [2, journal.opened(30, { cookie: '2', isn: 2000, process: { pid: 8, start: '8' } })],
      ),
    );
    const packets = [{ ms: 1, unwanted: true }, { ms: 10 }, { ms: 40, isn: 2000 }];
    const { summary, sink } = await run([fakePart(packets, { correlations })]);
    assert.deepEqual(sink.words, ['isn 7', 'isn 8 (process not recorded)']);
    assert.deepEqual(summary.problems, []);
  });

  it('uses nothing of the records of another capture', async () => {
    const correlations = written(
      sidecar([0, journal.session()], [0, journal.process(P7)], [0, journal.opened(1, { process: P7 })]),
    );
    const { summary, sink } = await run([fakePart([{ ms: 86_400_000 }], { correlations })]);
    assert.deepEqual(sink.words, ['none - (records of another capture)']);
    assert.deepEqual(codes(summary), ['correlations.other_capture']);
    assert.equal(summary.session, undefined);
  });

  it('tells of correlations that cannot be read, and goes on without', async () => {
    const { summary, sink } = await run([fakePart([{ ms: 1 }], { correlations: join(folder, 'none') })]);
    assert.deepEqual(sink.words, ['none - (no records)']);
    assert.deepEqual(codes(summary), ['correlations.missing']);
  });

  it('carries sockets and processes over from file to file, each of which repeats them', async () => {
    const head = [journal.process(P7), journal.opened(1, { process: P7 })].map(json);
    const { summary, sink } = await run([
      fakePart([json(journal.session()), ...head, { ms: 2 }], { path: '1' }),
      fakePart([json(journal.session({ part: 2 })), ...head, { ms: 3 }, { ms: 4 }], { path: '2' }),
      fakePart([{ ms: 5 }, json(journal.closed(6, { sent: '360' }))], { path: '3' }),
    ]);
    assert.deepEqual(sink.words, ['isn 7', 'isn 7', 'isn 7', 'isn 7']);
    assert.deepEqual(summary.files, ['1', '2', '3']);
    assert.equal(summary.packets, 4);
    assert.equal(summary.completeness.connections, 1);
    assert.equal(summary.completeness.capturedBytes, 360);
  });

  it('goes on after a file that cannot be opened, and not after a fault of its own', async () => {
    const failing = (error: Error) => fakePart([], { open: () => Promise.reject(error) });
    const gone = failing(new InputError('gone', { code: 'capture.missing' }));
    const { summary, sink } = await run([gone, fakePart([{ ms: 1 }])]);
    assert.equal(sink.words.length, 1);
    assert.deepEqual(codes(summary), ['capture.missing']);
    await assert.rejects(run([failing(new FailureError('fault', { code: 'fault' }))]), /fault/);
  });

  it('reports what was read when it is told to stop', async () => {
    const stop = new AbortController();
    const sink = new FakeSink();
    sink.call = (call) => {
      sink.calls.push(call);
      stop.abort();
    };
    const correlations = written(sidecar([0, journal.session()], [99, journal.end(9)]));
    const parts = [
      fakePart([{ ms: 1 }, json(journal.end(1)), { ms: 2 }], { correlations }),
      fakePart([{ ms: 3 }]),
    ];
    const { summary } = await run(parts, { signal: stop.signal, wasStopped: () => true }, sink);
    assert.equal(summary.packets, 1);
    assert.deepEqual(codes(summary), ['capture.interrupted'], 'that records stand beyond is no fault then');
  });

  it('waits for a slow sink', async () => {
    const sink = new FakeSink();
    const order: string[] = [];
    sink.call = () => order.push('call');
    sink.ready = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('ready');
    };
    await run([fakePart([{ ms: 1 }, { ms: 2 }])], {}, sink);
    assert.deepEqual(order, ['call', 'ready', 'call', 'ready', 'ready']);
  });

  it('adds the progress of the files up', async () => {
    const seen: [number, number | undefined][] = [];
    const part = (size: number | undefined) =>
      fakePart([], {
        size,
        open: (onProgress) => {
          onProgress?.(5);
          return fakePart([]).open();
        },
      });
    const onProgress = (bytes: number, total: number | undefined) => seen.push([bytes, total]);
    await run([part(10), part(20)], { onProgress });
    await run([part(undefined)], { onProgress });
    assert.deepEqual(seen, [
      [5, 30],
      [15, 30],
      [5, undefined],
    ]);
  });

  it('costs next to nothing without a journal', async () => {
    const packets = Array.from({ length: 200_000 }, (_, i) => ({ ms: i }));
    const sink = new FakeSink();
    sink.call = () => {};
    await run([fakePart(packets.slice(0, 1000))], {}, sink);
    const { Attributor } = await import('../../../src/bpf/attribution.ts');
    const attributor = new Attributor({
      capture: 'a',
      endpoints: [ENDPOINT],
      emit: (call) => sink.call(call),
    });
    const call = {
      endpoint: ENDPOINT,
      client: ENDPOINT,
      requestOffset: 0,
      connectionTime: 0n,
      time: 0n,
      packetNumber: 1,
    };
    const started = process.cpuUsage().user;
    for (let i = 0; i < 200_000; i++) attributor.call(call);
    assert.ok(process.cpuUsage().user - started < 60_000, `${process.cpuUsage().user - started} µs`);
  });
});
