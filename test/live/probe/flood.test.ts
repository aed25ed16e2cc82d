import assert from 'node:assert/strict';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { type Namespace, shown } from '../../support/netns.ts';
import { UNPRIVILEGED } from '../../support/unprivileged.ts';
import { payload, payloadBytes } from './capture.ts';
import { needsProbe, Probe } from './probe.ts';
import { CLIENTS, client, PYTHON, succeed, V4, withWorld } from './world.ts';

const COUNT = 2000;
const LARGE = 15;
/** Another address of the server: the endpoint answers before it has read all. */
const SINK = '172.31.0.1';
const ENDPOINTS = ['--endpoint', V4, '--endpoint', SINK];

async function startSink(server: Namespace): Promise<void> {
  const sink = server.spawn(PYTHON, [CLIENTS, 'sink', SINK], { stdio: ['ignore', 'pipe', 'inherit'] });
  await shown(sink, sink.stdout, /listening/);
}

describe('imds-probe: floods', function () {
  this.timeout(120_000);
  before(function () {
    needsProbe(this);
  });

  for (const atOnce of [8, 64]) {
    it(`has ${COUNT} clients, ${atOnce} at once: every byte, each with its own pid`, () =>
      withWorld(async ({ client: where }) => {
        const capture = await Probe.watch(async (probe) => {
          await client(where, ['flood', V4, String(COUNT), String(atOnce)], { timeoutMs: 120_000 });
          await probe.until((seen) => seen.hasEnded(where, COUNT));
        });
        const sockets = capture.sockets(where);
        assert.equal(sockets.length, COUNT);
        const pids = new Set<number>();
        for (const socket of sockets) {
          const pid = /\?pid=(\d+) /.exec(payload(socket, true))?.[1];
          assert.equal(socket.reference?.pid, Number(pid));
          assert.equal(payloadBytes(socket, true), Number(socket.closed?.sent));
          assert.equal(payloadBytes(socket, false), Number(socket.closed?.received));
          const { args, executable } = capture.process(socket.reference);
          assert.equal(args?.[2], 'flood');
          assert.equal(executable, realpathSync(PYTHON), 'also of one that has ended');
          pids.add(Number(pid));
        }
        assert.equal(pids.size, COUNT);
        assert.deepEqual(
          Object.entries(capture.losses).filter(([, count]) => count > 0),
          [],
        );
      }));
  }

  it('sheds who floods, and not who calls', () =>
    withWorld(async ({ client: where, server }) => {
      // Too slow to read anything, as a probe on a host without a free CPU: the buffers have to do.
      await startSink(server);
      const capture = await Probe.watch(async (probe) => {
        await probe.suspended(async () => {
          for (let i = 0; i < 4; i++) {
            await succeed(where.run('setpriv', [...UNPRIVILEGED, PYTHON, CLIENTS, 'large', SINK, '4000000']));
          }
          await succeed(where.run('curl', ['-s', '-o', '/dev/null', `http://${V4}/latest/meta-data/`]));
        });
        await probe.until((seen) => seen.hasEnded(where, 5));
      }, ENDPOINTS);
      assert.ok((capture.losses['packets.shed'] ?? 0) > 0, JSON.stringify(capture.losses));
      const [first, , , fourth, last] = capture.sockets(where);
      assert.ok(first && fourth && last);
      assert.ok(payloadBytes(fourth, true) < Number(fourth.closed?.sent), 'the flood was shed');
      assert.equal(payloadBytes(last, true), Number(last.closed?.sent));
      assert.equal(payloadBytes(last, false), Number(last.closed?.received));
      assert.equal(capture.process(last.reference).args?.[0], 'curl');
      assert.equal(capture.process(first.reference).user_id, 65534);
    }));

  it('goes on when nobody reads, and counts what it could not write', () =>
    withWorld(async ({ client: where, server }) => {
      await startSink(server);
      const probe = await Probe.start(ENDPOINTS);
      probe.child.stdout?.pause();
      // More than the part of the queue that packets may take.
      for (let i = 0; i < LARGE; i++) await client(where, ['large', SINK, '4000000']);
      await succeed(where.run('curl', ['-s', '-o', '/dev/null', `http://${V4}/latest/meta-data/`]));
      probe.child.stdout?.resume();
      await probe.until((seen) => (seen.losses['packets.output_full'] ?? 0) > 0);
      await probe.until((seen) => seen.hasEnded(where, LARGE + 1));
      const capture = await probe.stop();
      // Records have a part of the queue that packets do not take.
      assert.equal(capture.losses['events.output_full'], 0);
      assert.equal(capture.process(capture.sockets(where)[LARGE]?.reference).args?.[0], 'curl');
    }));

  it('gives a reader who is behind, and reads on, what waits for it at the end', () =>
    withWorld(async ({ client: where, server }) => {
      await startSink(server);
      const probe = await Probe.start(ENDPOINTS);
      probe.child.stdout?.pause();
      await client(where, ['large', SINK, '4000000']);
      const begun = performance.now();
      // A piece at a time: longer than one is waited for who takes nothing.
      probe.child.stdout?.on('data', () => {
        probe.child.stdout?.pause();
        setTimeout(() => probe.child.stdout?.resume(), 60);
      });
      probe.child.kill('SIGTERM');
      probe.child.stdout?.resume();
      const capture = await probe.stop();
      assert.ok(performance.now() - begun > 2500, 'the reader was slow');
      assert.equal(capture.records.at(-1)?.type, 'end');
      assert.ok(capture.hasEnded(where, 1));
    }));

  it('says at the end what nobody took', () =>
    withWorld(async ({ client: where, server }) => {
      await startSink(server);
      const { child } = await Probe.start(ENDPOINTS);
      child.stdout?.pause();
      await client(where, ['large', SINK, '4000000']);
      let said = '';
      child.stderr?.on('data', (text) => {
        said += text;
      });
      const allSaid = new Promise((resolve) => child.stderr?.once('end', resolve));
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      assert.equal(code, 1);
      await allSaid;
      assert.match(said, /^imds-probe: \d+ bytes of what was seen were not taken before the end$/m);
    }));

  it('ends, with what it has, while connections come', () =>
    withWorld(async ({ client: where }) => {
      const probe = await Probe.start();
      const flood = where.spawn(PYTHON, [CLIENTS, 'flood', V4, '500', '16'], { stdio: 'ignore' });
      const ended = once(flood, 'close');
      await probe.until((seen) => seen.sockets(where).length > 50);
      probe.child.kill('SIGTERM');
      const capture = await probe.stop();
      assert.equal(capture.records.at(-1)?.type, 'end');
      assert.ok(capture.sockets(where).length > 50);
      await ended;
    }));
});
