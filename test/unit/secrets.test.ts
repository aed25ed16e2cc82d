import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import fc from 'fast-check';
import { MASK, maskArgs, maskTarget, maskText } from '../../src/secrets.ts';

const TOKEN = 'AQAEAL-lBwoPV1s4laoPZ7UoEZGLyTFH5NMNavj1jqbEUCEIbX_b0A==';
const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

const TEXTS: readonly (readonly [input: string, expected: string])[] = [
  ['curl/7.88.1', 'curl/7.88.1'],
  ['/latest/api/token', '/latest/api/token'],
  ['/latest/meta-data/iam/security-credentials/app', '/latest/meta-data/iam/security-credentials/app'],
  [TOKEN, MASK],
  [`x${TOKEN}y`, `x${MASK}y`],
  ['AQAEAL-lBwoPV1s4%3D%3D', MASK],
  ['key AKIAIOSFODNN7EXAMPLE here', `key ${MASK} here`],
  ['http://user:pass@169.254.169.254/latest', `http://${MASK}@169.254.169.254/latest`],
  ['curl user:pass@host/', `curl user:${MASK}@host/`],
  ['http://h/p?a=1&b=2#c', `http://h/p?a=${MASK}&b=${MASK}#c`],
  ["curl 'http://h/?a=b' -s", `curl 'http://h/?a=${MASK}' -s`],
  ['cmd --token abc --verbose', `cmd --token ${MASK} --verbose`],
  ['cmd --token=abc -v', `cmd --token=${MASK} -v`],
  ['TOKEN=abc curl -s http://h/', `TOKEN=${MASK} curl -s http://h/`],
  ['TOKEN="a b" curl', `TOKEN="${MASK}" curl`],
  [
    `curl -H "X-aws-ec2-metadata-token: secret" http://h/`,
    `curl -H "X-aws-ec2-metadata-token: ${MASK}" http://h/`,
  ],
  [`curl -H 'X-aws-ec2-metadata-token:secret' x`, `curl -H 'X-aws-ec2-metadata-token:${MASK}' x`],
  ['X-aws-ec2-metadata-token-ttl-seconds: 21600', 'X-aws-ec2-metadata-token-ttl-seconds: 21600'],
  ['Authorization: Bearer abc.def', `Authorization: ${MASK}`],
  ['{"password": "a b", "user": "c"}', `{"password": "${MASK}", "user": "c"}`],
  [`aws_secret_access_key = ${SECRET_KEY}`, `aws_secret_access_key = ${MASK}`],
  [
    `aws configure set aws_secret_access_key ${SECRET_KEY}`,
    `aws configure set aws_secret_access_key ${MASK}`,
  ],
  [`run(['curl', '--token', 'abc'])`, `run(['curl', '--token', '${MASK}'])`],
  ['curl -u me:pw http://h/', `curl -u me:${MASK} http://h/`],
  ['git log --author me', 'git log --author me'],
  ['curl --anyauth http://h/', 'curl --anyauth http://h/'],
  ['app --token-file /etc/t', 'app --token-file /etc/t'],
  ['docker run repo:tag@sha256:abc', 'docker run repo:tag@sha256:abc'],
];

const ARGS: readonly (readonly [input: readonly string[], expected: readonly string[]])[] = [
  [
    ['curl', '-s', 'http://h/'],
    ['curl', '-s', 'http://h/'],
  ],
  [
    ['app', '--token', 'a b', 'c'],
    ['app', '--token', MASK, 'c'],
  ],
  [
    ['app', '--token', '--verbose'],
    ['app', '--token', '--verbose'],
  ],
  [
    ['app', '--password=a b;c&d'],
    ['app', `--password=${MASK}`],
  ],
  [
    ['env', 'API_KEY=a "b', 'x'],
    ['env', `API_KEY=${MASK}`, 'x'],
  ],
  [
    ['curl', '-H', 'X-aws-ec2-metadata-token: INVALID', 'u'],
    ['curl', '-H', `X-aws-ec2-metadata-token: ${MASK}`, 'u'],
  ],
  [
    ['curl', '-HX-aws-ec2-metadata-token:X', 'u'],
    ['curl', `-HX-aws-ec2-metadata-token:${MASK}`, 'u'],
  ],
  [
    ['curl', '--header=Authorization: Basic YQ==', 'u'],
    ['curl', `--header=Authorization: ${MASK}`, 'u'],
  ],
  [
    ['curl', '-u', 'me:p w', 'u'],
    ['curl', '-u', `me:${MASK}`, 'u'],
  ],
  [
    ['curl', '-sku', 'me:pw'],
    ['curl', '-sku', `me:${MASK}`],
  ],
  [
    ['curl', '-ume:pw'],
    ['curl', `-ume:${MASK}`],
  ],
  [
    ['bash', '-c', 'TOKEN=abc curl http://h/'],
    ['bash', '-c', `TOKEN=${MASK} curl http://h/`],
  ],
  [
    ['aws', 'configure', 'set', 'aws_session_token', 'abc'],
    ['aws', 'configure', 'set', 'aws_session_token', MASK],
  ],
  [
    ['curl', '--anyauth', 'http://h/'],
    ['curl', '--anyauth', 'http://h/'],
  ],
  [
    ['x', '--auth', 'http://u:p@h/'],
    ['x', '--auth', `http://${MASK}@h/`],
  ],
  [
    ['psql', 'password=', 'abc'],
    ['psql', 'password=', MASK],
  ],
];

describe('secrets', () => {
  for (const [input, expected] of TEXTS) {
    it(`masks text: ${input}`, () => strictEqual(maskText(input), expected));
  }

  for (const [input, expected] of ARGS) {
    it(`masks argv: ${input.join(' ')}`, () => deepStrictEqual(maskArgs(input), expected));
  }

  it('masks every query value of a target and keeps its names', () => {
    strictEqual(maskTarget('/latest/meta-data?a=1&b=x=y&c'), `/latest/meta-data?a=${MASK}&b=${MASK}&c`);
    strictEqual(maskTarget(`/x?${'s'.repeat(40)}`), `/x?${MASK}`);
    strictEqual(maskTarget(`http://u:p@h/x?k=${TOKEN}`), `http://${MASK}@h/x?k=${MASK}`);
    strictEqual(maskTarget(`/${TOKEN}`), `/${MASK}`);
  });

  const parts = fc.constantFrom(
    ...[
      'token',
      'TOKEN',
      '--token',
      '-u',
      'password',
      'key',
      'auth',
      'Bearer',
      '://',
      '?',
      '&',
      '=',
      ':',
      '@',
    ],
    ...[
      '"',
      "'",
      '`',
      ' ',
      '\n',
      ',',
      '-',
      'AQAE',
      'abcd',
      'AKIA',
      'IOSFODNN7EXAMPLE',
      'eyJ',
      '.',
      '\\',
      MASK,
    ],
  );
  const hostile = fc
    .array(fc.oneof(parts, fc.string({ maxLength: 4 })), { maxLength: 30 })
    .map((a) => a.join(''));

  it('is idempotent on any text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const once = maskText(text);
        strictEqual(maskText(once), once);
      }),
      { numRuns: 5000 },
    );
  });

  it('never lengthens a text beyond a mask for each of its characters', () => {
    fc.assert(
      fc.property(hostile, (text) => ok(maskText(text).length <= (text.length + 1) * (MASK.length + 1))),
      { numRuns: 500 },
    );
  });

  it('finds an IMDS token in any surroundings', () => {
    fc.assert(
      fc.property(hostile, hostile, (before, after) => {
        ok(!maskText(`${before}${TOKEN}${after}`).includes(TOKEN.slice(4, 54)));
      }),
      { numRuns: 2000 },
    );
  });

  const units = [
    'a',
    '-',
    ' ',
    ':',
    '=',
    '@',
    '"',
    "'",
    '?a',
    '?a=',
    '&a="',
    '://',
    'token',
    'token=',
    'token ',
    '--token ',
    'token:',
  ];
  const more = [
    'AQAE',
    'AKIA',
    'eyJ',
    'eyJ.',
    '-u a',
    ' mysql',
    ' mysql -p',
    ' mysql -pa',
    ' mysql -p"',
    " mysql -p'a",
    ' -name mysql -pa',
    '-u',
    ' -u',
    '=a:',
    ' a:',
    "?a='",
    'token="',
    'token=\\',
    '%',
    '\\',
    'pass',
    'IQoJ',
  ];
  for (const unit of [...units, ...more]) {
    it(`takes linear time on a megabyte of ${JSON.stringify(unit)}`, function () {
      // Of what is quadratic, it would be hours.
      this.timeout(60_000);
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      maskText(text);
      maskArgs([text, text]);
    });
  }
});
