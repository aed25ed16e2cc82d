import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds, result } from '../cli/run.ts';
import { shown } from '../support/netns.ts';
import { addAddress, IMDS_ADDRESSES } from '../support/topologies.ts';
import { call, pair, probeOf, said, V4, workerOf } from './lookups.ts';
import { endSessions, howFound, LiveSession, needsRoot, newMark } from './session.ts';

const WIRE = ['--capture', 'wire'];
/** Root without what the probe needs. */
const WITHOUT_BPF = ['setpriv', '--bounding-set', '-sys_admin,-bpf,-perfmon'];

const mounted = (command: string): string[] => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `${command} && exec "$@"`,
  'sh',
];

/** What runs it where the probe is of no use, and what is said of that. */
const WITHOUT_PROBE: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['its capabilities are missing', WITHOUT_BPF, /^imds live: missing CAP_BPF/],
  [
    'the kernel has no BTF',
    mounted('mount -t tmpfs none /sys/kernel/btf'),
    /^imds live: kernel \S+ has no BTF/,
  ],
  [
    'it fails in a way that nobody foresaw',
    mounted('for probe in .cache/probe/*/imds-probe; do mount --bind /bin/false "$probe" || exit 1; done'),
    /^imds live: imds-probe: it ended with 1\./,
  ],
];

describe('imds live: --attribution', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  async function withFile(use: (file: string) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'imds-live-attribution-'));
    try {
      chmodSync(folder, 0o777);
      await use(join(folder, 'capture.pcapng'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** What was saved gives the calls that were printed. */
  async function assertReplay(file: string, session: LiveSession): Promise<void> {
    const { code, stdout, stderr } = await imds(['analyze', '--jsonl', file]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.split('\n').filter(Boolean), session.lines);
  }

  it('auto is the probe, and look-ups from the moment it dies', () =>
    pair((client) =>
      withFile(async (file) => {
        const session = await LiveSession.start(['-w', file], client);
        assert.match(session.ready, /views sockets, wire \(any\); attribution ebpf/);
        const before = await call(session, client);
        assert.deepEqual(howFound(before.event), { source: 'ebpf', match: 'cookie' });
        process.kill(probeOf(session), 'SIGKILL');
        await said(session, /^imds live: the probe ended \(SIGKILL\); .* wire, with look-ups in \/proc$/);
        const { event, pid } = await call(session, client);
        const reason = 'the probe had ended';
        assert.deepEqual(howFound(event), { source: 'procfs', match: 'procfs', reason });
        assert.equal(event.process?.pid, pid, event.attribution.reason);
        assert.ok(event.imds.ancestors?.some((ancestor) => ancestor.pid === process.pid));
        assert.equal(await session.stop(), 0);
        const summary = session.diagnostics.join(' ').replaceAll(/\s+/g, ' ');
        assert.match(summary, /After the end of the probe, the interfaces alone: times are those of receipt/);
        assert.match(
          summary,
          /Look-ups in \/proc: [1-9]\d* of \d+ found a process; a caller gone before its look-up is `none`/,
        );
        await assertReplay(file, session);
      }),
    ));

  for (const [lack, prefix, words] of WITHOUT_PROBE) {
    it(`auto is look-ups in /proc and the wire where ${lack}`, () =>
      pair(async (client) => {
        const session = await LiveSession.start([], client, prefix);
        assert.match(session.diagnostics[0] ?? '', words);
        assert.match(session.ready, /views wire \(any\); attribution procfs/);
        const { event, pid } = await call(session, client);
        assert.equal(event.process?.pid, pid, event.attribution.reason);
        assert.deepEqual(howFound(event), { source: 'procfs', match: 'procfs' });
        assert.equal(await session.stop(), 0);
      }));
  }

  it('ebpf is exit code 5 where the probe cannot be attached', () =>
    pair(async (client) => {
      const [program = '', ...words] = [
        ...WITHOUT_BPF,
        process.execPath,
        'bin/run.js',
        'live',
        '--no-log',
        '--no-state',
      ];
      const { code, stderr } = await result(client.spawn(program, [...words, '--attribution', 'ebpf']));
      assert.equal(code, 5, stderr);
      assert.match(stderr, /^imds live: missing CAP_BPF[^\n]+\n$/);
    }));

  it('procfs is look-ups alone, of the wire alone', () =>
    pair(async (client) => {
      const session = await LiveSession.start(['--attribution', 'procfs'], client);
      assert.match(session.ready, /views wire \(any\); attribution procfs/);
      const { event, pid } = await call(session, client);
      assert.equal(event.process?.pid, pid, event.attribution.reason);
      assert.equal(event.attribution.source, 'procfs');
      await session.stop();
    }));

  it('off names nobody, in the calls and in what is saved, and proves as before', () =>
    pair((client) =>
      withFile(async (file) => {
        const session = await LiveSession.start(['--attribution', 'off', '-w', file], client);
        assert.match(session.ready, /views sockets, wire \(any\); attribution off/);
        const { event } = await call(session, client);
        const reason = 'attribution was off';
        assert.deepEqual(event.attribution, { source: 'none', match: 'none', reason });
        assert.equal(event.process, undefined);
        await client.run('curl', ['-s', `${V4}/latest/meta-data/${newMark()}`]);
        assert.equal(await session.stop(), 0);
        assert.ok(session.events.every(({ attribution }) => attribution.reason === reason));
        assert.match(session.diagnostics.join(' '), /bytes that the kernel\s+counted on [\d,]+ connection/);
        const saved = readFileSync(file, 'latin1');
        assert.match(saved, /"type":"socket_closed"/);
        assert.doesNotMatch(saved, /"type":"process"|"process":|pid \d|curl -s/);
        await assertReplay(file, session);
      }),
    ));

  it('off asks nothing of the wire alone either', () =>
    pair(async (client) => {
      const session = await LiveSession.start([...WIRE, '--attribution', 'off'], client);
      assert.match(session.ready, /attribution off/);
      assert.throws(() => workerOf(session));
      const { event } = await call(session, client);
      assert.equal(event.attribution.reason, 'attribution was off');
      await session.stop();
    }));

  it('is a usage error where --capture leaves out what it needs', async () => {
    for (const [capture, attribution] of [
      ['wire', 'ebpf'],
      ['sockets', 'procfs'],
    ] as const) {
      const { code, stderr } = await imds([
        ...['live', '--no-log', '--no-state', '--capture', capture, '--attribution', attribution],
      ]);
      assert.equal(code, 2);
      assert.match(
        stderr,
        new RegExp(`^imds live: --attribution ${attribution} [^\\n]*--capture ${capture}[^\\n]*\\n$`),
      );
    }
  });
});

describe('imds live: the process for look-ups', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  it('is told of at once when it dies; calls go on without, with the reason, and it is counted', () =>
    pair(async (client) => {
      const session = await LiveSession.start(WIRE, client);
      const worker = workerOf(session);
      process.kill(worker, 'SIGSTOP');
      // Asked about, and never answered.
      const waiting = call(session, client);
      await client.run('curl', ['-s', `${V4}/latest/meta-data/`]);
      process.kill(worker, 'SIGKILL');
      await said(session, /^imds live: the process for look-ups in \/proc ended \(SIGKILL\); calls go on/);
      const lines = session.diagnostics.filter((line) => line.includes('look-ups in /proc ended'));
      assert.equal(lines.length, 1);
      const { event: later } = await call(session, client);
      const { event: first } = await waiting;
      for (const { attribution, imds: about } of [first, later]) {
        const reason = 'the look-ups had ended';
        assert.deepEqual(attribution, { source: 'none', match: 'none', reason });
        assert.equal(about.version, 'v1');
      }
      assert.equal(await session.stop(), 0);
      const summary = session.diagnostics.join(' ').replaceAll(/\s+/g, ' ');
      assert.match(summary, /\(procfs\.exits\)/);
      assert.match(summary, /\d+ look-ups without an answer \(procfs\.unanswered\)/);
    }));

  it('is told of when it dies beside the probe, which goes on', () =>
    pair(async (client) => {
      const session = await LiveSession.start([], client);
      process.kill(workerOf(session), 'SIGKILL');
      await said(session, /look-ups in \/proc ended \(SIGKILL\); the probe goes on$/);
      const { event, pid } = await call(session, client);
      assert.equal(event.process?.pid, pid, event.attribution.reason);
      process.kill(probeOf(session), 'SIGKILL');
      await said(session, /the probe ended \(SIGKILL\); calls go on from the wire, without processes$/);
      const { event: later } = await call(session, client);
      assert.equal(later.attribution.reason, 'the look-ups had ended');
      assert.equal(await session.stop(), 0);
    }));

  // How soon depends on what the worker has begun; that it is asked about at all is the client's share.
  it('finds another client while one floods; what was turned away of that is counted', () =>
    pair(async (client) => {
      const other = '172.31.5.10';
      addAddress(client, `${other}/20`, 'eth0');
      const session = await LiveSession.start(WIRE, client);
      const worker = workerOf(session);
      // Nothing is answered meanwhile, so that the flood takes whatever it can get.
      process.kill(worker, 'SIGSTOP');
      const connect = `require('net').connect({ port: 80, host: '${IMDS_ADDRESSES.v4}', localAddress: '172.31.5.9' })`;
      const flood = `
        let left = 1500;
        const next = () => left-- > 0 ? ${connect}.on('error', () => {}).on('connect', function () { this.destroy(); }).on('close', next) : undefined;
        for (let i = 0; i < 4; i++) next();
        process.on('exit', () => console.log('flooded'));`;
      const flooding = client.spawn(process.execPath, ['-e', flood], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await shown(flooding, flooding.stdout, /^flooded/);
      const onConnect = () => process.kill(worker, 'SIGCONT');
      const { event, pid } = await call(session, client, { local: other, onConnect });
      assert.equal(event.source.ip, other);
      assert.equal(event.process?.pid, pid, event.attribution.reason);
      assert.equal(await session.stop(), 0);
      assert.match(session.diagnostics.join(' '), /\d+ look-ups\s+turned\s+away\s+\(procfs\.overloaded\)/);
    }));
});
