import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCapture } from '../../src/capture/open.ts';
import { imds } from '../cli/run.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { Network } from '../support/netns.ts';
import { connectContainer, IMDS_ADDRESSES } from '../support/topologies.ts';
import { readSource } from '../unit/capture/read/support.ts';
import { ADDRESSES, call, gone, pair, statusOf, V4, workerOf } from './lookups.ts';
import { endSessions, howFound, LiveSession, needsRoot, newMark } from './session.ts';

const WIRE = ['--capture', 'wire'];

describe('imds live: processes from /proc', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  it('names a client that stays, with arguments and ancestors, over IPv4 and IPv6', () =>
    pair(async (client) => {
      const session = await LiveSession.start(WIRE, client);
      assert.match(session.ready, /attribution procfs/);
      for (const url of [V4, `http://[${IMDS_ADDRESSES.v6}]`]) {
        const { event, pid } = await call(session, client, { url });
        assert.deepEqual(howFound(event), { source: 'procfs', match: 'procfs' });
        assert.equal(event.process?.pid, pid, event.attribution.reason);
        // As the kernel names it here: below another root it has another path.
        assert.equal(event.process?.executable, readlinkSync('/proc/self/exe'));
        assert.deepEqual(event.process?.args?.slice(0, 2), [process.execPath, '-e']);
        assert.ok(event.imds.ancestors?.some((ancestor) => ancestor.pid === process.pid));
        assert.equal(event.imds.ancestors?.at(-1)?.pid, 1);
      }
      assert.equal(await session.stop(), 0);
      assert.match(
        session.diagnostics.join('\n'),
        /Seen on the interfaces alone: times are those of receipt/,
      );
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
      assert.equal(event.process?.pid, pid, event.attribution.reason);
      assert.equal(event.attribution.match, 'procfs');
      await session.stop();
    }));

  it('names another user, and hostile arguments as they are', () =>
    pair(async (client) => {
      const session = await LiveSession.start(WIRE, client);
      const args = ['\x1b[31m\nx', '', ') R 1 (', 'é', 'a'.repeat(9000)];
      const prefix = ['setpriv', '--reuid=65534', '--clear-groups'];
      const { event, pid } = await call(session, client, { prefix, args });
      assert.equal(event.process?.pid, pid, event.attribution.reason);
      assert.equal(event.process?.user?.id, '65534');
      assert.deepEqual(event.process?.args?.slice(4, 8), args.slice(0, 4));
      assert.equal(event.attribution.args_truncated, true);
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
      assert.equal(later.process?.pid, pid, later.attribution.reason);
      assert.equal(await session.stop(), 0);
    }));

  it('replays to the same calls, byte for byte, and names the caller beside its packets', () =>
    pair(async (client) => {
      const folder = mkdtempSync(join(tmpdir(), 'imds-live-procfs-'));
      try {
        chmodSync(folder, 0o777);
        for (const form of ['pcapng', 'pcap']) {
          const file = join(folder, `capture.${form}`);
          const session = await LiveSession.start([...WIRE, '-w', file], client);
          await client.run('sh', ['-c', `for i in 1 2 3 4 5; do curl -s ${V4}/latest/meta-data/; done`]);
          const { event, pid } = await call(session, client);
          assert.equal(await session.stop(), 0);
          if (form === 'pcapng') {
            assert.equal(event.process?.pid, pid, event.attribution.reason);
            const { packets } = await readSource(await openCapture(file));
            const own = packets.filter(({ comment }) => comment?.startsWith(`pid ${pid}: `));
            // The request, its answer, and what acknowledges them; the handshake was before the look-up.
            assert.ok(own.length >= 3, `${own.length} of ${packets.length} packets`);
          }
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
});
