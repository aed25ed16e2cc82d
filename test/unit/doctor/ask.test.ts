import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { type Answer, ask } from '../../../src/doctor/ask.ts';

const HEAD = 'HTTP/1.1 200 OK\r\n';

/** The answer of a server that does this with each connection. */
async function answerOf(
  serve: (socket: Socket) => void,
): Promise<Answer & { elapsed: number; requests: string }> {
  let requests = '';
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      requests += bytes.toString('latin1');
    });
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const began = performance.now();
  try {
    const question = {
      method: 'GET',
      path: '/latest/meta-data/',
      headers: { 'user-agent': 'imds-doctor/1' },
    } as const;
    const answer = await ask({ address: '127.0.0.1', port, family: 4 }, question);
    return { ...answer, elapsed: performance.now() - began, requests };
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

describe('imds doctor --probe-endpoint: one question', () => {
  it('is a request of its own, with its answer', async () => {
    const { status, body, failure, requests } = await answerOf((socket) => {
      socket.once('data', () => socket.end(`${HEAD}Content-Length: 3\r\n\r\nabc`));
    });
    assert.deepEqual([status, body, failure], [200, 'abc', undefined]);
    assert.match(
      requests,
      /^GET \/latest\/meta-data\/ HTTP\/1\.1\r\nuser-agent: imds-doctor\/1\r\n[\s\S]*Connection: close\r\n\r\n$/,
    );
  });

  it('reads no more of an answer than it needs', async () => {
    const { status, body, elapsed } = await answerOf((socket) => {
      socket.once('data', () => {
        socket.write(`${HEAD}\r\n`);
        const flood = () => {
          while (socket.writable && socket.write('x'.repeat(65_536)));
        };
        socket.on('drain', flood);
        flood();
      });
    });
    assert.deepEqual([status, body.length], [200, 4096]);
    assert.ok(elapsed < 1500);
  });

  for (const [what, piece] of [
    ['a head', 'X-A: b\r\n'],
    ['a body', 'x'],
  ] as const) {
    it(`waits two seconds for ${what} that comes a little at a time, and no longer`, async () => {
      const { status, failure, elapsed } = await answerOf((socket) => {
        socket.once('data', () => {
          socket.write(what === 'a head' ? HEAD : `${HEAD}\r\n`);
          const dripping = setInterval(() => socket.write(piece), 100);
          socket.once('close', () => clearInterval(dripping));
        });
      });
      assert.deepEqual([status, failure], [undefined, 'no answer within 2 s']);
      assert.ok(elapsed < 3000, String(elapsed));
    });
  }

  it('says what is no HTTP, and what is nobody', async () => {
    const text = await answerOf((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    assert.equal(text.status, undefined);
    assert.match(text.failure ?? '', /^HPE_/);
    const closed = await answerOf((socket) => socket.destroy());
    assert.equal(closed.failure, 'the connection was reset');
    const nobody = await ask(
      { address: '127.0.0.1', port: 1, family: 4 },
      { method: 'PUT', path: '/', headers: {} },
    );
    assert.equal(nobody.failure, 'the connection is refused');
  });
});
