import assert from 'node:assert/strict';
import { TOKEN } from '../../support/packets/index.ts';
import { exchanged, KEPT } from './http/talk.ts';

const NAME = 'X-aws-ec2-metadata-token';
const TTL = 'X-aws-ec2-metadata-token-ttl-seconds';

/** Version, operation and hint of one request, answered with this status; 0 for no answer. */
function classified(request: string, status = 200): (string | undefined)[] {
  const answer = status === 0 ? '' : KEPT.replace('200 OK', `${status} X`);
  const [call] = exchanged([[request, answer]]).calls;
  return [call?.version, call?.operation, call?.hint];
}

function get(target: string, ...fields: string[]): string {
  return `GET ${target} HTTP/1.1\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
}

function put(target: string, ...fields: string[]): string {
  return get(target, ...fields).replace('GET', 'PUT');
}

const V1 = ['v1', 'read', undefined];
const V2 = ['v2', 'read', undefined];
const TOKEN_PUT = ['v2', 'token', undefined];

describe('capture/classify', () => {
  describe('the token, a header field by its name', () => {
    for (const [name, request, expected] of [
      ['as curl sends it', get('/latest/', `${NAME}: ${TOKEN}`), V2],
      ['as Go sends it', get('/latest/', `X-Aws-Ec2-Metadata-Token: ${TOKEN}`), V2],
      ['as SDKs send it', get('/latest/', `x-aws-ec2-metadata-token:${TOKEN}`), V2],
      ['in capitals', get('/latest/', `${NAME.toUpperCase()}: x`), V2],
      ['not valid', get('/latest/', `${NAME}: INVALID`), V2],
      ['empty', get('/latest/', `${NAME}: `), V2],
      ['twice', get('/latest/', `${NAME}: a`, `${NAME}: b`), V2],
      ['last of many', get('/latest/', ...Array<string>(50).fill('X: y'), `${NAME}: a`), V2],
      ['with another method', put('/latest/meta-data/', `${NAME}: a`), V2],
      ['and the lifetime', get('/latest/', `${TTL}: 5`, `${NAME}: a`), V2],
      ['missing', get('/latest/', 'Host: x'), V1],
      ['in another field’s value', get('/latest/', `X: ${NAME}: ${TOKEN}`), V1],
      ['in the user agent', get('/latest/', `User-Agent: ${NAME}: ${TOKEN}`), V1],
      ['in the path', get(`/latest/${NAME}:${TOKEN}`), V1],
      ['in the query', get(`/latest/?${NAME}=${TOKEN}`), V1],
      ['in the path, with blanks', get(`/latest/ ${NAME}: a`), V1],
      ['as a line without a colon', get('/latest/', NAME), V1],
      ['with another name around', get('/latest/', `X-${NAME}: a`, `${NAME}s: a`, `${NAME.slice(1)}: a`), V1],
      ['with a name that ends early', get('/latest/', `${NAME.slice(0, -1)}: a`), V1],
      ['of another cloud', get('/latest/', `X-aliyun-ecs-metadata-token: a`), V1],
      ['by its lifetime alone', get('/latest/meta-data/', `${TTL}: 21600`), V1],
      ['with a NUL in its name', get('/latest/', `X-aws-ec2-metadata\0token: a`), V1],
      ['with bytes that lower-casing would change', get('/latest/', `X-aws-ec2-metadata\rtoken: a`), V1],
    ] as const) {
      it(`is ${name}`, () => assert.deepEqual(classified(request), expected));
    }

    it('is not what stands in a body, or in trailers', () => {
      const body = `${NAME}: ${TOKEN}\r\n\r\n`;
      const posted = `POST /latest/ HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      assert.deepEqual(classified(posted), V1);
      const chunked = `POST /latest/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${NAME}: a\r\n\r\n`;
      assert.deepEqual(classified(chunked), V1);
    });

    it('is that of one request, not of the next', () => {
      const { calls } = exchanged([[get('/a', `${NAME}: a`) + get('/b'), KEPT + KEPT]]);
      assert.deepEqual(
        calls.map(({ version }) => version),
        ['v2', 'v1'],
      );
    });
  });

  describe('a token is asked for', () => {
    for (const [name, request, expected] of [
      ['by PUT, path and lifetime', put('/latest/api/token', `${TTL}: 21600`), TOKEN_PUT],
      ['in other case', put('/latest/api/token', `${TTL.toLowerCase()}:1`), TOKEN_PUT],
      ['with a lifetime that is none', put('/latest/api/token', `${TTL}: never`), TOKEN_PUT],
      ['with a double slash', put('//latest/api/token', `${TTL}: 1`), TOKEN_PUT],
      ['with doubled slashes everywhere', put('//latest///api//token', `${TTL}: 1`), TOKEN_PUT],
      ['in absolute-form', put('http://169.254.169.254/latest/api/token', `${TTL}: 1`), TOKEN_PUT],
      [
        'in absolute-form with a port',
        put('HTTP://[fd00:ec2::254]:80//latest/api/token', `${TTL}: 1`),
        TOKEN_PUT,
      ],
      ['with a query', put('/latest/api/token?x=1', `${TTL}: 1`), TOKEN_PUT],
      [
        'with a path that is written in another way',
        put('/latest/./x/../api/%74oken', `${TTL}: 1`),
        TOKEN_PUT,
      ],
      ['not without a lifetime', put('/latest/api/token'), V1],
      ['not by GET', get('/latest/api/token', `${TTL}: 1`), V1],
      ['not by lower-case put', put('/latest/api/token', `${TTL}: 1`).replace('PUT', 'put'), V1],
      ['not on another path', put('/latest/api/tokens', `${TTL}: 1`), V1],
      ['not below it', put('/latest/api/token/', `${TTL}: 1`), V1],
      ['not with the path in a query', put('/latest/?/latest/api/token', `${TTL}: 1`), V1],
      ['not on a versioned path, which EC2 refuses', put('/2021-03-23/api/token', `${TTL}: 1`), V1],
    ] as const) {
      it(name, () => assert.deepEqual(classified(request, 403), expected));
    }
  });

  describe('a path of another cloud', () => {
    const PATHS = [
      '/computeMetadata/v1/instance/id',
      '/metadata/instance?api-version=2021-08-01',
      '/metadata/v1.json',
      '/metadata/v1/id',
      '/openstack/latest/meta_data.json',
      '/openstack',
      '/opc/v2/instance/',
      '/opc/v1/instance/',
      '/hetzner/v1/metadata',
      '/v1.json',
      '/v1/token',
      '/instance_identity/v1/token?version=2022-03-08',
      'http://169.254.169.254/computeMetadata/v1/',
      '//openstack/latest/',
    ];

    for (const path of PATHS) {
      it(`is foreign where it is refused: ${path}`, () => {
        for (const status of [301, 400, 401, 403, 404, 405, 500, 503]) {
          assert.deepEqual(classified(get(path), status), ['foreign', 'read', undefined], `${status}`);
        }
      });
    }

    it('is v1 where EC2 answers it, or no answer is seen', () => {
      for (const path of PATHS) {
        assert.equal(classified(get(path), 200)[0], 'v1');
        assert.equal(classified(get(path), 206)[0], 'v1');
        assert.deepEqual(classified(get(path), 0), ['v1', 'read', 'foreign-path']);
      }
    });

    it('is none that leads back to what EC2 has', () => {
      for (const path of ['/openstack/../latest/user-data', '/computeMetadata/%2e%2e/latest/meta-data/']) {
        assert.deepEqual(classified(get(path), 401), V1);
      }
    });

    it('with a token is v2', () => {
      for (const status of [0, 200, 404]) {
        assert.deepEqual(classified(get('/computeMetadata/v1/', `${NAME}: a`), status), V2);
      }
    });

    it('is not what only begins or ends like one, and not what headers say', () => {
      for (const path of [
        '/openstacks',
        '/latest/openstack',
        '/latest/meta-data/?/openstack/',
        '/opc/v20/',
        '/v1.jsonx',
        '/v1/tokens',
        '/metadata/instances',
        '/computemetadata/v1/',
        '/latest/computeMetadata/v1/',
        '/meta-data/',
      ]) {
        assert.deepEqual(classified(get(path), 404), V1, path);
      }
      const headers = ['Metadata: true', 'Metadata-Flavor: Google', 'Authorization: Bearer Oracle'];
      assert.deepEqual(classified(get('/latest/meta-data/', ...headers), 404), V1);
    });
  });
});
