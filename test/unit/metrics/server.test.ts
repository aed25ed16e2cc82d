import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ExitCode, PrerequisiteError } from '../../../src/errors.ts';
import { DEFAULT_LIMITS, MetricsServer, type Pages } from '../../../src/metrics/server.ts';
import { scrape } from './scraped.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };
const PAGES: Pages = { contentType: 'text/x-metrics', metrics: async () => 'a 1\n', isReady: () => true };

async function withServer(
  use: (server: MetricsServer, base: string) => Promise<void>,
  { pages = PAGES, ...limits }: Partial<typeof DEFAULT_LIMITS> & { pages?: Pages | null } = {},
): Promise<void> {
  const server = await MetricsServer.listen(LOCAL, { ...DEFAULT_LIMITS, ...limits });
  if (pages !== null) server.begin(pages);
  try {
    await use(server, `http://${server.address}`);
  } finally {
    server.close();
  }
}

async function open(server: MetricsServer): Promise<Socket> {
  const [host = '', port] = server.address.split(':');
  const socket = connect(Number(port), host);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything until the other side closes. */
async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  await once(socket, 'close');
  return text;
}

/** Unlike once(), an error before it is no failure. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once('close', () => resolve()));
}

describe('the server of metrics', () => {
  it('answers GET and HEAD of its pages, and closes', () =>
    withServer(async (server, base) => {
      const metrics = await scrape(`${base}/metrics?name=x`);
      assert.deepEqual([metrics.status, metrics.body], [200, 'a 1\n']);
      assert.equal(metrics.headers['content-type'], 'text/x-metrics');
      assert.equal(metrics.headers.connection, 'close');
      const head = await scrape(`${base}/metrics`, 'HEAD');
      assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '4']);
      assert.match((await scrape(`${base}/`)).body, /\/metrics/);
      assert.equal((await scrape(`${base}/other`)).status, 404);
      const post = await scrape(`${base}/metrics`, 'POST');
      assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
      assert.deepEqual(
        [...server.answered],
        [
          [200, 3],
          [404, 1],
          [405, 1],
        ],
      );
    }));

  it('answers for an address or localhost, and for no name that leads here', () =>
    withServer(async (server) => {
      const ask = async (host: string, version = '1.1') => {
        const socket = await open(server);
        socket.write(`GET /metrics HTTP/${version}\r\n${host}\r\n`);
        const answer = await answerOf(socket);
        return [answer.slice(9, 12), answer.includes('a 1\n')];
      };
      const own = ['127.0.0.1', '127.0.0.1:9469', '[::1]:9469', '[fd00::7]', 'localhost:9469', 'LOCALHOST'];
      for (const host of own) assert.deepEqual(await ask(`Host: ${host}\r\n`), ['200', true], host);
      assert.deepEqual(await ask('', '1.0'), ['200', true]);
      const others = [
        'rebound.example:9469',
        'localhost.rebound.example',
        '127.0.0.1.example',
        '',
        '[x]',
        'a:b:c',
      ];
      for (const host of others) assert.deepEqual(await ask(`Host: ${host}\r\n`), ['421', false], host);
      assert.deepEqual(
        [...server.answered],
        [
          [200, own.length + 1],
          [421, others.length],
        ],
      );
    }));

  it('says whether it is ready', async () => {
    let ready = false;
    await withServer(
      async (_, base) => {
        const before = await scrape(`${base}/healthz`);
        assert.deepEqual([before.status, before.body], [503, 'not ready\n']);
        ready = true;
        const after = await scrape(`${base}/healthz`);
        assert.deepEqual([after.status, after.body], [200, 'ready\n']);
      },
      { pages: { ...PAGES, isReady: () => ready } },
    );
  });

  it('reads nothing before it is told to', () =>
    withServer(
      async (server, base) => {
        await assert.rejects(scrape(`${base}/metrics`));
        server.begin(PAGES);
        assert.equal((await scrape(`${base}/metrics`)).status, 200);
      },
      { pages: null },
    ));

  it('says that a port is in use, and what to do', () =>
    withServer(async (server) => {
      const port = Number(server.address.split(':')[1]);
      await assert.rejects(MetricsServer.listen({ ...LOCAL, port }), (error) => {
        assert.ok(error instanceof PrerequisiteError);
        assert.equal(error.exitCode, ExitCode.prerequisite);
        assert.equal(error.message, `--metrics 127.0.0.1:${port}: the port is in use`);
        assert.match(error.remedy ?? '', /^Choose another/);
        return true;
      });
      await assert.rejects(MetricsServer.listen({ host: '192.0.2.1', port: 0 }), {
        message: '--metrics 192.0.2.1:0: this host does not have that address',
      });
    }));

  it('ends a header that does not end', () =>
    withServer(async (server) => {
      const socket = await open(server);
      const answer = answerOf(socket);
      socket.write('GET /metrics HTTP/1.1\r\n');
      const writing = setInterval(() => socket.write(`x-${Math.random()}: ${'y'.repeat(1000)}\r\n`), 1);
      try {
        assert.match(await answer, /^HTTP\/1\.1 431 /);
      } finally {
        clearInterval(writing);
      }
      assert.equal(server.refused.header, 1);
    }));

  it('ends what is no HTTP', () =>
    withServer(async (server) => {
      const socket = await open(server);
      const answer = answerOf(socket);
      socket.write('\x16\x03\x01\x02 hello\r\n\r\n');
      assert.match(await answer, /^HTTP\/1\.1 400 /);
      assert.equal(server.refused.malformed, 1);
    }));

  it('has so many connections at once, and takes others when they are gone', () =>
    withServer(
      async (server, base) => {
        const idle = await Promise.all([open(server), open(server)]);
        await assert.rejects(scrape(`${base}/metrics`));
        assert.equal(server.refused.connections, 1);
        await Promise.all(idle.map((socket) => once(socket.destroy(), 'close')));
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.equal((await scrape(`${base}/metrics`)).status, 200);
      },
      { connections: 2 },
    ));

  it('closes a connection at its deadline: idle, byte by byte, or reading nothing', () => {
    const metrics = async () => 'x'.repeat(20_000_000);
    return withServer(
      async (server) => {
        const idle = await open(server);
        const slow = await open(server);
        const deaf = await open(server);
        // What is written to a connection that was closed meanwhile is reset.
        for (const socket of [idle, slow, deaf]) socket.on('error', () => {});
        deaf.pause().write('GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
        slow.write('GET /metrics HTTP/1.1\r\nx: ');
        const dripping = setInterval(() => slow.write('x'), 20);
        const begun = performance.now();
        try {
          await Promise.all([closed(idle), closed(slow)]);
        } finally {
          clearInterval(dripping);
        }
        assert.ok(performance.now() - begun < 5000, 'in time');
        // Of one that reads nothing, the other side is gone before it notices.
        for (let i = 0; i < 100 && server.refused.deadline < 3; i++) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert.equal(server.refused.deadline, 3);
        deaf.destroy();
      },
      { deadlineMs: 300, pages: { ...PAGES, metrics } },
    );
  });
});
