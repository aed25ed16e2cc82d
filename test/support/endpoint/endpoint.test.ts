import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type EndpointOptions, ROLE, StandInEndpoint } from './index.ts';

/** Sends bytes, and gives all that comes back until the endpoint closes, or says nothing for `patience` ms. */
function talk(port: number, bytes: string, patience = 1000): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setTimeout(patience, () => socket.destroy());
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text;
    });
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

async function withEndpoint(
  options: EndpointOptions,
  use: (
    endpoint: StandInEndpoint,
    send: (bytes: string, patience?: number) => Promise<string>,
  ) => Promise<void>,
): Promise<void> {
  const endpoint = new StandInEndpoint(options);
  await endpoint.start();
  try {
    await use(endpoint, (bytes, patience) => talk(endpoint.port, bytes, patience));
  } finally {
    await endpoint.stop();
  }
}

const TTL = 'X-aws-ec2-metadata-token-ttl-seconds';
const put = (ttl: string, path = '/latest/api/token', more = '') =>
  `PUT ${path} HTTP/1.1\r\nHost: x\r\n${TTL}: ${ttl}\r\n${more}\r\n`;
const get = (path: string, more = '', method = 'GET') =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const statusOf = (answer: string) => Number(answer.split(' ')[1]);
const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4);

describe('stand-in endpoint', () => {
  it('hands out tokens for 1 to 21600 seconds, and nothing else', () =>
    withEndpoint({}, async (_, send) => {
      for (const ttl of ['1', '21600']) assert.equal(statusOf(await send(put(ttl))), 200);
      for (const ttl of ['0', '21601', '-1', 'x', '']) assert.equal(statusOf(await send(put(ttl))), 400, ttl);
      assert.equal(statusOf(await send(put('60', '/2021-03-23/api/token'))), 403);
      const forwarded = await send(put('60', '/latest/api/token', 'X-Forwarded-For: 10.0.0.7\r\n'));
      assert.match(forwarded, /^HTTP\/1\.1 403 .*<h1>403 - Forbidden<\/h1>/s);
      assert.match(await send(get('/latest/api/token')), /^HTTP\/1\.1 405 .*Allow: OPTIONS, PUT\r\n/s);
    }));

  it('takes a token until it expires', async () => {
    let now = 1_768_471_200_000;
    await withEndpoint({ tokens: 'required', now: () => now }, async (_, send) => {
      const token = bodyOf(await send(put('60')));
      const withToken = (value: string) =>
        send(get('/latest/meta-data/ami-id', `X-AWS-EC2-Metadata-Token:${value}\r\n`));
      assert.match(
        await withToken(token),
        /^HTTP\/1\.1 200 .*x-aws-ec2-metadata-token-ttl-seconds: 60\r\n.*ami-/s,
      );
      now += 60_000;
      assert.equal(statusOf(await withToken(token)), 401);
      assert.equal(statusOf(await withToken('INVALID')), 401);
      assert.equal(statusOf(await send(get('/latest/meta-data/ami-id'))), 401);
    });
  });

  it('has what clients read', () =>
    withEndpoint({}, async (_, send) => {
      const roles = `/latest/meta-data/iam/security-credentials/`;
      assert.equal(bodyOf(await send(get(roles))), ROLE);
      const document = JSON.parse(bodyOf(await send(get(`${roles}${ROLE}`))));
      assert.equal(document.AccessKeyId, 'ASIAIOSFODNN7EXAMPLE');
      const identity = JSON.parse(bodyOf(await send(get('//latest/dynamic/instance-identity/document'))));
      assert.equal(identity.region, 'us-east-1');
      assert.equal(statusOf(await send(get('/latest/meta-data/spot/instance-action'))), 404);
      assert.match(
        await send(get('/latest/user-data', '', 'HEAD')),
        /^HTTP\/1\.1 200 .*Content-Length: 5\d\r\n.*\r\n\r\n$/s,
      );
    }));

  it('reads what real clients send', () =>
    withEndpoint({}, async (endpoint, send) => {
      const page =
        'X-aws-ec2-metadata-token: <?xml version="1.0"?>\n<!DOCTYPE html>\n\t"http://x"\n</html>\r\n';
      assert.equal(statusOf(await send(get('/latest/meta-data/', page))), 401);
      assert.equal(endpoint.requests[0]?.tokenHeader, true);
      const body = 'Content-Length: 4\r\n\r\n{"a"';
      await send(`PUT /latest/api/token HTTP/1.1\r\n${TTL}: 60\r\n${body}`);
      assert.equal(endpoint.requests[1]?.ttlHeader, true);
      assert.equal(statusOf(await send('\r\n\r\n \r\n\r\n')), 400);
    }));

  it('keeps connections, and the order of answers', () =>
    withEndpoint({ keepAlive: true }, async (endpoint, send) => {
      const two = await send(
        get('/latest/meta-data/mac') + get('/latest/meta-data/x', 'Connection: close\r\n'),
      );
      assert.match(two, /^HTTP\/1\.1 200 .*Connection: keep-alive.*HTTP\/1\.1 404 .*Connection: close/s);
      assert.deepEqual(
        endpoint.connections.map(({ requests }) => requests),
        [2],
      );
    }));

  it('fails as it is told to', async () => {
    await withEndpoint({ put: 'silence' }, async (endpoint, send) => {
      assert.equal(await send(put('60'), 50), '');
      assert.equal(endpoint.requests[0]?.status, undefined);
      assert.equal(statusOf(await send(get('/latest/meta-data/mac'))), 200);
    });
    await withEndpoint({ put: 'close', get: { status: 503 } }, async (_, send) => {
      assert.equal(await send(put('60')), '');
      assert.equal(statusOf(await send(get('/latest/meta-data/mac'))), 503);
    });
    await withEndpoint({ put: { delayMs: 30 }, httpVersion: '1.0' }, async (_, send) => {
      assert.match(await send(put('60')), /^HTTP\/1\.0 200 /);
    });
  });
});
