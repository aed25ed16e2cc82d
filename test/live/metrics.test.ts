import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { imds } from '../cli/run.ts';
import { scrape, seriesOf } from '../unit/metrics/scraped.ts';
import { callerProgram } from './caller.ts';
import { succeed, V4 } from './probe/world.ts';
import { proofOf } from './proof.ts';
import { askBy, type Scene, V4_ENDPOINT, withScene } from './scene.ts';
import { endSessions, type LiveSession, needsRoot } from './session.ts';

const CALLS = 2000;
/** For a machine that is busy. */
const PATIENCE_MS = 60_000;
/** src/metrics/server.ts: connections at once, and how long one may take. */
const CONNECTIONS = 16;
const DEADLINE_MS = 10_000;

const METRICS = { args: ['--capture', 'sockets', '--metrics', '0'] };

function urlOf({ ready }: LiveSession): URL {
  return new URL(/; metrics (http:\S+)$/.exec(ready)?.[1] ?? '');
}

async function seriesFrom(session: LiveSession): Promise<Map<string, number>> {
  const { status, body } = await scrape(urlOf(session).href);
  assert.equal(status, 200);
  return seriesOf(body);
}

/** A scraper that does as it likes. */
async function open(session: LiveSession): Promise<Socket> {
  const { hostname, port } = urlOf(session);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** 2,000 processes, each with a call of its own, which all have to be told, with nothing lost. */
async function callOn({ client, session, mark, path }: Scene): Promise<void> {
  const flood = ['flood', V4_ENDPOINT, path, String(CALLS), '32'];
  await succeed(client.run(callerProgram(), flood));
  await session.eventsOf(mark, CALLS, PATIENCE_MS);
}

async function assertNothingLost({ session, mark }: Scene): Promise<void> {
  assert.equal(await session.stop(), 0);
  assert.equal((await session.eventsOf(mark, CALLS)).length, CALLS);
  const { captured, counted, connections, losses } = proofOf(session);
  assert.deepEqual([captured, connections, losses], [counted, CALLS, {}]);
}

/** Closed by the other side: what that has not read by then makes it a reset, which is no failure. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

describe('imds live: metrics', function () {
  this.timeout(180_000);
  before(needsRoot);
  afterEach(endSessions);

  it('say who called, on loopback alone, of a process that is not root', () =>
    withScene(async ({ client, session, mark, path }) => {
      const url = urlOf(session);
      assert.equal(url.hostname, '127.0.0.1');
      await askBy(client, ['request', V4], path);
      await askBy(client, ['request', V4], path, 'a-token');
      await session.eventsOf(mark, 2);
      const series = await seriesFrom(session);
      assert.equal(series.get('imds_calls_total{version="v1",operation="read"}'), 1);
      assert.equal(series.get('imds_calls_total{version="v2",operation="read"}'), 1);
      assert.equal(series.get('imds_probe_up'), 1);
      const callers = [...series.keys()].filter((name) => name.startsWith('imds_caller_calls_total{'));
      assert.equal(callers.length, 2);
      for (const caller of callers) assert.match(caller, /caller="python3 \S+\/clients\.py"/);
      // Of a process that has given up root, too.
      for (const name of ['process_open_fds', 'process_resident_memory_bytes', 'process_max_fds'])
        assert.ok((series.get(name) ?? 0) > 0, name);
      assert.equal((await scrape(new URL('/healthz', url).href)).body, 'ready\n');
    }, METRICS));

  it('lose nothing for scrapers that read nothing, and have room when these are closed', () =>
    withScene(async (scene) => {
      const { session } = scene;
      const scrapers = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(session)));
      for (const socket of scrapers) socket.pause().write('GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
      await callOn(scene);
      await sleep(DEADLINE_MS);
      const series = await seriesFrom(session);
      assert.equal(series.get('imds_calls_total{version="v1",operation="read"}'), CALLS);
      assert.equal(series.get('imds_metrics_requests_total{code="200"}'), CONNECTIONS);
      for (const socket of scrapers) socket.destroy();
      await assertNothingLost(scene);
    }, METRICS));

  it('lose nothing for scrapers that send a header without end', () =>
    withScene(async (scene) => {
      const { session } = scene;
      const socket = await open(session);
      socket.resume().write('GET /metrics HTTP/1.1\r\n');
      const slow = await open(session);
      slow.write('GET /metrics HTTP/1.1\r\nx: ');
      const writing = setInterval(() => {
        socket.write(`x: ${'y'.repeat(500)}\r\n`);
        slow.write('z');
      }, 5);
      try {
        await callOn(scene);
        await Promise.all([closing(socket), closing(slow)]);
      } finally {
        clearInterval(writing);
      }
      const series = await seriesFrom(session);
      assert.equal(series.get('imds_metrics_connections_refused_total{reason="header"}'), 1);
      assert.equal(series.get('imds_metrics_connections_refused_total{reason="deadline"}'), 1);
      await assertNothingLost(scene);
    }, METRICS));

  it('take so many connections at once and no more, and hold no memory for the others', () =>
    withScene(async (scene) => {
      const { session } = scene;
      const before = await seriesFrom(session);
      await sleep(1000);
      const scrapers = await Promise.all(Array.from({ length: 50 }, () => open(session)));
      for (const socket of scrapers) socket.resume();
      // Node takes one connection each time around: those beyond the maximum are closed before the calls begin.
      const kept = () => scrapers.filter(({ closed }) => !closed).length;
      for (let i = 0; i < 100 && kept() > CONNECTIONS; i++) await sleep(50);
      assert.equal(kept(), CONNECTIONS);
      await callOn(scene);
      for (const socket of scrapers) socket.destroy();
      await sleep(500);
      const after = await seriesFrom(session);
      const refused = after.get('imds_metrics_connections_refused_total{reason="connections"}') ?? 0;
      assert.equal(refused, scrapers.length - CONNECTIONS);
      const descriptors = (after.get('process_open_fds') ?? 0) - (before.get('process_open_fds') ?? 0);
      assert.equal(descriptors, 0);
      await assertNothingLost(scene);
    }, METRICS));

  it('are one line and exit code 5 where the port is in use, before anything is attached', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const address = other.address();
      assert.ok(address !== null && typeof address === 'object');
      const words = ['live', '--no-log', '--no-state', '--metrics', String(address.port)];
      const { code, stdout, stderr } = await imds(words);
      assert.deepEqual([code, stdout], [5, '']);
      assert.equal(
        stderr,
        `imds live: --metrics 127.0.0.1:${address.port}: the port is in use. Choose another with --metrics [ADDRESS:]PORT, or end what listens there.\n`,
      );
    } finally {
      other.close();
    }
  });
});
