import assert from 'node:assert/strict';
import { exchanged, KEPT } from './http/talk.ts';

function classOf(target: string): string | undefined {
  return exchanged([[`GET ${target} HTTP/1.1\r\n\r\n`, KEPT]]).calls[0]?.pathClass;
}

const CLASSES: Record<string, readonly string[]> = {
  credentials: [
    '/latest/meta-data/iam/security-credentials/app',
    '/2009-04-04/meta-data/iam/security-credentials/app',
    '//latest/meta-data//iam/security-credentials/app',
    '/latest/meta-data/iam/security-credentials/app?x#y',
    'http://169.254.169.254/latest/meta-data/iam/security-credentials/app',
    '/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance',
    '/latest/meta-data/iam/security%2Dcredentials/app',
    '/latest/%6D%65ta-data/iam/security-credentials/app',
    '/latest/./meta-data/x/../iam/security-credentials/app',
    '/latest/x/%2E%2e/meta-data/iam/security-credentials/app',
    '/../latest/meta-data/iam/security-credentials/app',
  ],
  metadata: [
    '/latest/meta-data',
    '/latest/meta-data/',
    '/latest/meta-data/iam/security-credentials/',
    '/latest/meta-data/iam/security-credentials',
    '/latest/meta-data/iam/security-credentials//',
    '/latest/meta-data/iam/info',
    '/1.0/meta-data/placement/availability-zone',
    '/latest/meta-data/public-keysx',
    '/latest/dynamic/',
    '/latest/dynamic/fws/instance-monitoring',
    '/latest/meta-data/?/latest/meta-data/iam/security-credentials/app',
    '/latest/meta-data/iam/security-credentials/app/..',
    '/latest/meta-data/iam/security-credentials/.',
    '/latest/meta-data/iam%2Fsecurity-credentials/app',
  ],
  'user-data': ['/latest/user-data', '/2016-09-02/user-data', '/latest/user-data/', '//latest//user-data'],
  identity: [
    '/latest/dynamic/instance-identity/document',
    '/latest/dynamic/instance-identity/pkcs7',
    '/2021-07-15/dynamic/instance-identity/rsa2048',
  ],
  keys: [
    '/latest/meta-data/public-keys/',
    '/latest/meta-data/public-keys/0/openssh-key',
    '/latest/meta-data/managed-ssh-keys/signer-cert',
  ],
  token: ['/latest/api/token', '//latest/api/token', 'http://x/latest/api/token?y'],
  other: [
    '/',
    '/latest',
    '/latest/',
    '*',
    '/latest/meta-datas',
    '/latest/meta-data/../..',
    '/..',
    '/latest/%75ser%2Ddat%61.',
    '/latest/...user-data',
    '.',
    '..',
    '/meta-data/iam/security-credentials/app',
    'http://x',
  ],
};

describe('capture/paths', () => {
  for (const [expected, targets] of Object.entries(CLASSES)) {
    for (const target of targets) {
      it(`${target} gives away: ${expected}`, () => assert.equal(classOf(target), expected));
    }
  }

  it('are classified the same when thousands came in between', () => {
    const between = Array.from({ length: 3000 }, (_, i) => `GET /latest/meta-data/${i} HTTP/1.1\r\n\r\n`);
    const request = 'GET /latest/user-data HTTP/1.1\r\n\r\n';
    const { calls } = exchanged([
      [request, KEPT],
      ...between.map((each) => [each, KEPT] as const),
      [request, KEPT],
    ]);
    assert.deepEqual([calls[0]?.pathClass, calls.at(-1)?.pathClass], ['user-data', 'user-data']);
    assert.equal(calls.length, 3002);
  });
});
