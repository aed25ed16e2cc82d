import assert from 'node:assert/strict';
import { curl, errorPage, TOKEN } from '../../../support/packets/index.ts';
import { exchanged, KEPT, LAST_LINE, linesOfBytes } from './talk.ts';

const TOKEN_LINE = `X-aws-ec2-metadata-token: ${TOKEN}`;

/** Bytes of a request, and the line of its call, to which the status is added. */
const READ: readonly (readonly [name: string, request: string, line: string])[] = [
  ['HTTP/1.1', 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n', 'v1 GET /a'],
  ['HTTP/1.0', 'GET /a HTTP/1.0\r\n\r\n', 'v1 GET /a'],
  ['HTTP/0.9', 'GET /a\r\n', 'v1 GET /a'],
  ['a minor version to come', 'GET /a HTTP/1.2\r\n\r\n', 'v1 GET /a'],
  ['bare LF', `GET /a HTTP/1.1\nHost: x\n${TOKEN_LINE}\n\n`, 'v2 GET /a'],
  ['LF and CRLF mixed', `GET /a HTTP/1.1\r\nHost: x\n${TOKEN_LINE}\r\n\n`, 'v2 GET /a'],
  ['blank lines before it', `\r\n\r\n\nGET /a HTTP/1.1\r\n${TOKEN_LINE}\r\n\r\n`, 'v2 GET /a'],
  ['blanks around the target', 'GET   /a   HTTP/1.1  \r\n\r\n', 'v1 GET /a'],
  ['absolute-form', 'GET http://169.254.169.254/a HTTP/1.1\r\n\r\n', 'v1 GET http://169.254.169.254/a'],
  ['asterisk-form', 'OPTIONS * HTTP/1.1\r\n\r\n', 'v1 OPTIONS *'],
  ['HEAD', `HEAD /a HTTP/1.1\r\n${TOKEN_LINE}\r\n\r\n`, 'v2 HEAD /a'],
  ['a method that does not exist', 'BREW /a HTTP/1.1\r\n\r\n', 'v1 BREW /a'],
  ['a target with bytes above ASCII', 'GET /\xe4\xff HTTP/1.1\r\n\r\n', 'v1 GET /\xe4\xff'],
  ['a line without a colon', `GET /a HTTP/1.1\r\nnonsense\r\n${TOKEN_LINE}\r\n\r\n`, 'v2 GET /a'],
  ['no blank behind the colon', 'GET /a HTTP/1.1\r\nX-aws-ec2-metadata-token:A\r\n\r\n', 'v2 GET /a'],
  ['an empty token', 'GET /a HTTP/1.1\r\nX-aws-ec2-metadata-token: \r\n\r\n', 'v2 GET /a'],
  ['an empty token, no blank', 'GET /a HTTP/1.1\r\nX-aws-ec2-metadata-token:\r\n\r\n', 'v2 GET /a'],
  [
    'a folded line after a field that matters',
    `GET /a HTTP/1.1\r\nUser-Agent: x\r\n X-aws-ec2-metadata-token: A\r\n\r\n`,
    'v1 GET /a',
  ],
  [
    'a folded line after another field',
    `GET /a HTTP/1.1\r\nAccept: x\r\n\tX-aws-ec2-metadata-token: A\r\n\r\n`,
    'v1 GET /a',
  ],
  ['a folded line before any field', `GET /a HTTP/1.1\r\n ${TOKEN_LINE}\r\n\r\n`, 'v1 GET /a'],
  ['a folded token', 'GET /a HTTP/1.1\r\nX-aws-ec2-metadata-token:\r\n  A\r\n\r\n', 'v2 GET /a'],
];

describe('capture/http, requests', () => {
  for (const [name, request, line] of READ) {
    it(`reads ${name}`, () => {
      const answer = line.includes('HEAD') ? 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n' : KEPT;
      assert.deepEqual(linesOfBytes(request, answer), [`${line} 200`, LAST_LINE]);
    });
  }

  it('reads a page of XHTML in the value of the token', () => {
    // curl without -f, and a shell variable with the page of a 401.
    const page = errorPage(401).trimEnd();
    const request = `GET /a HTTP/1.1\r\nHost: x\r\nX-aws-ec2-metadata-token: ${page}\r\nAccept: */*\r\n\r\n`;
    assert.deepEqual(linesOfBytes(request), ['v2 GET /a 200', LAST_LINE]);
  });

  it('pairs requests that are sent at once with their answers in order', () => {
    const requests = Array.from({ length: 20 }, (_, i) => curl(`/${i}`));
    const answers = requests.map((_, i) => KEPT.replace('200', String(400 + i)));
    const { calls } = exchanged([[requests.join(''), answers.join('')]]);
    assert.deepEqual(
      calls.map(({ target, status }) => [target, status]),
      requests.map((_, i) => [`/${i}`, 400 + i]),
    );
    assert.deepEqual(
      calls.map(({ requestOffset }) => requestOffset),
      requests.map((_, i) => requests.slice(0, i).join('').length),
    );
  });

  describe('user agent and forwarded-for', () => {
    const fields = (header: string) => {
      const [call] = exchanged([[`GET /a HTTP/1.1\r\n${header}\r\n\r\n`, KEPT]]).calls;
      return [call?.userAgent, call?.forwardedFor];
    };

    for (const [name, header, expected] of [
      ['none', 'Host: x', [undefined, undefined]],
      ['any case of the name', 'uSeR-aGeNt: a\r\nx-FORWARDED-for: b', ['a', 'b']],
      ['blanks around the value', 'User-Agent: \t a b \t', ['a b', undefined]],
      ['a folded value', 'User-Agent: a\r\n  b\r\n\tc', ['a b c', undefined]],
      ['a value folded after another field', 'User-Agent: a\r\nAccept: b\r\n c', ['a', undefined]],
      ['two proxies', 'X-Forwarded-For: a\r\nHost: x\r\nX-Forwarded-For: b', [undefined, 'a, b']],
      ['bytes above ASCII', 'User-Agent: \xe4\xf6', ['\xe4\xf6', undefined]],
      ['a name that begins alike', 'User-Agent-X: a\r\nX-User-Agent: b', [undefined, undefined]],
      ['a blank before the name', 'Host: x\r\n User-Agent: a', [undefined, undefined]],
    ] as const) {
      it(`reads ${name}`, () => assert.deepEqual(fields(header), expected));
    }

    it('cuts what is long', () => {
      const [userAgent, forwardedFor] = fields(
        `User-Agent: ${'a'.repeat(9000)}\r\n ${'b'.repeat(9000)}\r\n${'X-Forwarded-For: 1.2.3.4\r\n'.repeat(500)}`.trimEnd(),
      );
      assert.deepEqual([userAgent?.length, forwardedFor?.length], [1024, 1024]);
    });

    it('are those of each request alone', () => {
      const [first, second] = exchanged([
        [
          'GET /a HTTP/1.1\r\nX-Forwarded-For: p\r\nUser-Agent: u\r\n\r\nGET /b HTTP/1.1\r\n folded\r\n\r\n',
          KEPT + KEPT,
        ],
      ]).calls;
      assert.deepEqual([first?.userAgent, first?.forwardedFor], ['u', 'p']);
      assert.deepEqual([second?.userAgent, second?.forwardedFor], [undefined, undefined]);
    });
  });

  it('knows the HTTP version', () => {
    const versions = ['GET /a\r\n', 'GET /a HTTP/1.0\r\n\r\n', 'GET /a HTTP/1.1\r\n\r\n'].map(
      (request) => exchanged([[request, KEPT]]).calls[0]?.httpVersion,
    );
    assert.deepEqual(versions, ['0.9', '1.0', '1.1']);
  });
});
