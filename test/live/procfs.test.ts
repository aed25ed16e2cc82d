import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { type Namespace, Network, shown } from '../support/netns.ts';
import { connectContainer, connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { endSessions, type LiveEvent, LiveSession, needsRoot, newMark } from './session.ts';

const V4 = `http://${IMDS_ADDRESSES.v4}`;
const ADDRESSES = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);
const WIRE = ['--capture', 'wire'];

/** Connects, asks a while later, and stays until its standard input ends: it can be found. */
const CLIENT = `
const { hostname, pathname } = new URL(process.argv.at(-1));
const socket = require('net').connect(80, hostname.replace(/[\\[\\]]/g, ''));
setTimeout(() => socket.write('GET ' + pathname + ' HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'), 300);
socket.once('data', () => console.log('answered ' + process.pid)).on('error', () => {});
process.stdin.resume();
`;

function statusOf(pid: number): Map<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(/:\s*/, 2) as [string, string]));
}

/** The process of a session that looks into /proc. */
function workerOf(session: LiveSession): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((name) => {
      try {
        const isChild = statusOf(Number(name)).get('PPid') === String(session.child.pid);
        return isChild && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('procfs/worker');
      } catch {
        return false;
      }
    });
  assert.ok(found !== undefined, 'the worker runs');
  return Number(found);
}

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    try {
      if (statusOf(pid).get('State')?.startsWith('Z')) return true;
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

describe('imds live: processes from /proc', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  async function pair(use: (client: Namespace, server: Namespace) => Promise<void>): Promise<void> {
    await Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
      await use(client, server);
    });
  }

  /** Calls once from a process that stays; `prefix` is what runs it. */
  async function call(
    session: LiveSession,
    client: Namespace,
    { prefix = [], args = [], url = V4 }: { prefix?: string[]; args?: string[]; url?: string } = {},
  ): Promise<{ event: LiveEvent; pid: number }> {
    const mark = newMark();
    const words = [
      ...prefix,
      process.execPath,
      '-e',
      CLIENT,
      '--',
      ...args,
      `${url}/latest/meta-data/${mark}`,
    ];
    const child = client.spawn(words[0] as string, words.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    const pid = Number((await shown(child, child.stdout, /^answered/)).split(' ')[1]);
    const [event] = await session.eventsOf(mark, 1);
    child.stdin?.end();
    assert.ok(event !== undefined);
    return { event, pid };
  }

  it('names a client that stays, with arguments and ancestors, over IPv4 and IPv6', () =>
    pair(async (client) => {
      const session = await LiveSession.start(WIRE, client);
      assert.match(session.ready, /attribution procfs/);
      for (const url of [V4, `http://[${IMDS_ADDRESSES.v6}]`]) {
        const { event, pid } = await call(session, client, { url });
        assert.deepEqual(event.attribution, { source: 'procfs', match: 'procfs' });
        assert.equal(event.process?.pid, pid);
        assert.equal(event.process?.executable, process.execPath);
        assert.deepEqual(event.process?.args?.slice(0, 2), [process.execPath, '-e']);
        assert.ok(event.imds.ancestors?.some((ancestor) => ancestor.pid === process.pid));
        assert.equal(event.imds.ancestors?.at(-1)?.pid, 1);
      }
      assert.equal(await session.stop(), 0);
      assert.match(session.diagnostics.join('\n'), /Seen on the interfaces alone: no time stamps/);
    }));

  it('says of a caller that is gone that it is', () =>
    pair(async (client) => {
      const session = await LiveSession.start(WIRE, client);
      const worker = workerOf(session);
      process.kill(worker, 'SIGSTOP');
      const mark = newMark();
      await client.run('curl', ['-s', `${V4}/latest/meta-data/${mark}`]);
      process.kill(worker, 'SIGCONT');
      const [event] = await session.eventsOf(mark, 1);
      assert.equal(event?.attribution.match, 'none');
      assert.match(event?.attribution.reason ?? '', /^(ended before|not found by) the look-up$/);
      await session.stop();
    }));

  it('finds the process in a container behind bridge and masquerade', () =>
    Network.with(async (network) => {
      const { client, host, server } = connectContainer(network);
      await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
      const session = await LiveSession.start(WIRE, host);
      const { event, pid } = await call(session, client);
      assert.equal(event.process?.pid, pid);
      assert.equal(event.attribution.match, 'procfs');
      await session.stop();
    }));

  it('names another user, and hostile arguments as they are', () =>
    pair(async (client) => {
      const session = await LiveSession.start(WIRE, client);
      const args = ['\x1b[31m\nx', '', ') R 1 (', 'é', 'a'.repeat(9000)];
      const prefix = ['setpriv', '--reuid=65534', '--clear-groups'];
      const { event, pid } = await call(session, client, { prefix, args });
      assert.equal(event.process?.pid, pid);
      assert.equal(event.process?.user?.id, '65534');
      assert.deepEqual(event.process?.args?.slice(4, 8), args.slice(0, 4));
      await session.stop();
    }));

  it('goes on in a flood', () =>
    pair(async (client) => {
      const session = await LiveSession.start(WIRE, client);
      // 400 connections a second: more packets than the service itself answers.
      const connect = `require('net').connect(80, '${IMDS_ADDRESSES.v4}').on('error', () => {}).on('connect', function () { this.destroy(); })`;
      const flood = `let left = 40; const timer = setInterval(() => { for (let i = 0; i < 20; i++) ${connect}; if (--left === 0) clearInterval(timer); }, 50);`;
      const flooding = client.run(process.execPath, ['-e', flood]);
      const { event } = await call(session, client);
      assert.equal(event.imds.version, 'v1');
      await flooding;
      const { event: later, pid } = await call(session, client);
      assert.equal(later.process?.pid, pid);
      assert.equal(await session.stop(), 0);
    }));

  it('replays to the same calls, byte for byte', () =>
    pair(async (client) => {
      const folder = mkdtempSync(join(tmpdir(), 'imds-live-procfs-'));
      try {
        chmodSync(folder, 0o777);
        for (const form of ['pcapng', 'pcap']) {
          const file = join(folder, `capture.${form}`);
          const session = await LiveSession.start([...WIRE, '-w', file], client);
          await client.run('sh', ['-c', `for i in 1 2 3 4 5; do curl -s ${V4}/latest/meta-data/; done`]);
          await call(session, client);
          assert.equal(await session.stop(), 0);
          const { code, stdout, stderr } = await imds(['analyze', '--jsonl', file]);
          assert.equal(code, 0, stderr);
          assert.deepEqual(stdout.split('\n').filter(Boolean), session.lines);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));

  it('keeps root in the worker alone, which ends with the session, also when that is killed', () =>
    pair(async (client) => {
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const session = await LiveSession.start(WIRE, client);
        const worker = workerOf(session);
        assert.match(statusOf(worker).get('Uid') ?? '', /^0\t/);
        assert.doesNotMatch(statusOf(session.child.pid ?? 0).get('Uid') ?? '', /\b0\b/);
        await session.stop(signal);
        assert.ok(await gone(worker), `the worker ended after ${signal}`);
      }
    }));

  it('asks nothing with --attribution off, and insists on the probe with ebpf', () =>
    pair(async (client) => {
      const session = await LiveSession.start([...WIRE, '--attribution', 'off'], client);
      assert.match(session.ready, /attribution off/);
      const { event } = await call(session, client);
      assert.equal(event.attribution.reason, 'attribution was off');
      await session.stop();
      const { code, stderr } = await imds(['live', '--no-log', ...WIRE, '--attribution', 'ebpf']);
      assert.equal(code, 5);
      assert.match(stderr, /^imds live: --attribution ebpf needs the probe[^\n]+\n$/);
      const refused = await imds(['live', '--no-log', '--capture', 'sockets', '--attribution', 'procfs']);
      assert.equal(refused.code, 2);
    }));
});
