import assert from 'node:assert/strict';
import { chunked, curl } from '../../../support/packets/index.ts';
import { exchanged, KEPT, LAST, LAST_LINE, linesOfBytes } from './talk.ts';

/** A body that would be taken for messages by a parser that lost its place. */
const BAIT = 'GET /bait HTTP/1.1\r\n\r\nHTTP/1.1 500 No\r\n\r\n';

function post(fields: string, body: string): string {
  return `POST /a HTTP/1.1\r\n${fields}\r\n\r\n${body}`;
}

function answer(fields: string, body: string, status = 200): string {
  return `HTTP/1.1 ${status} X\r\n${fields}${fields === '' ? '' : '\r\n'}\r\n${body}`;
}

/** Framing fields with the body as they frame it. */
const FRAMED: readonly (readonly [name: string, fields: string, body: string])[] = [
  ['a length', `Content-Length: ${BAIT.length}`, BAIT],
  ['a length, in other case', `CONTENT-length:${BAIT.length}`, BAIT],
  ['length 0', 'Content-Length: 0', ''],
  ['a length given twice', `Content-Length: ${BAIT.length}\r\nContent-Length: ${BAIT.length}`, BAIT],
  ['a list of equal lengths', `Content-Length: ${BAIT.length}, ${BAIT.length}`, BAIT],
  ['leading zeros', `Content-Length: 000${BAIT.length}`, BAIT],
  ['chunks', 'Transfer-Encoding: chunked', chunked(BAIT, 'x', BAIT)],
  ['chunks, in other case', 'TRANSFER-ENCODING: Chunked', chunked(BAIT)],
  ['no chunk but the last', 'Transfer-Encoding: chunked', chunked()],
  ['another coding and chunks', 'Transfer-Encoding: gzip, chunked', chunked(BAIT)],
  ['codings in two fields', 'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked', chunked(BAIT)],
  ['a folded coding', 'Transfer-Encoding: gzip,\r\n chunked', chunked(BAIT)],
  ['chunks and a length', `Transfer-Encoding: chunked\r\nContent-Length: 3`, chunked(BAIT)],
  ['a length and chunks', `Content-Length: 3\r\nTransfer-Encoding: chunked`, chunked(BAIT)],
  [
    'extensions',
    'Transfer-Encoding: chunked',
    `2${BAIT.length.toString(16).toUpperCase()};a="b;c"\r\n${' '.repeat(512)}${BAIT}\r\n000;last\r\n\r\n`,
  ],
  [
    'extensions that are longer than a line that is kept',
    'Transfer-Encoding: chunked',
    `${BAIT.length.toString(16)};${'e'.repeat(70_000)}\r\n${BAIT}\r\n5 ;${'e'.repeat(140_000)}\nabcde\r\n0;${'e'.repeat(70_000)}\r\n\r\n`,
  ],
  ['a blank behind the size', 'Transfer-Encoding: chunked', `3 \r\nabc\r\n0\t\r\n\r\n`],
  [
    'trailers',
    'Transfer-Encoding: chunked',
    `3\r\nabc\r\n0\r\nX-aws-ec2-metadata-token: A\r\nContent-Length: 100\r\n\r\n`,
  ],
  ['bare LF in chunks', 'Transfer-Encoding: chunked', `3\nabc\n0\n\n`],
];

describe('capture/http, framing', () => {
  for (const [name, fields, body] of FRAMED) {
    it(`of a request: ${name}`, () => {
      assert.deepEqual(linesOfBytes(post(fields, body)), ['v1 POST /a 200', LAST_LINE]);
    });

    it(`of an answer: ${name}`, () => {
      assert.deepEqual(linesOfBytes(curl('/a'), answer(fields, body)), ['v1 GET /a 200', LAST_LINE]);
    });
  }

  for (const [name, fields] of [
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4'],
    ['a list of lengths', 'Content-Length: 3, 4'],
    ['no number', 'Content-Length: three'],
    ['a sign', 'Content-Length: +3'],
    ['a negative one', 'Content-Length: -3'],
    ['hexadecimal', 'Content-Length: 0x3'],
    ['beyond what can be counted', `Content-Length: ${'9'.repeat(30)}`],
    ['a coding that is not chunked', 'Transfer-Encoding: gzip'],
    ['chunked before another', 'Transfer-Encoding: chunked, gzip'],
  ] as const) {
    it(`finds the next request after one that a server refuses: ${name}`, () => {
      const lines = linesOfBytes(post(fields, 'abc'), answer('Content-Length: 0', '', 400));
      assert.deepEqual(lines, ['v1 POST /a 400', LAST_LINE]);
    });

    it(`takes an answer until the connection closes: ${name}`, () => {
      const { calls } = exchanged([[curl('/a'), answer(fields, `abc${KEPT}`)]]);
      assert.deepEqual(
        calls.map(({ target, status }) => [target, status]),
        [['/a', 200]],
      );
    });
  }

  for (const [name, status, request] of [
    ['HEAD', 200, 'HEAD /a HTTP/1.1\r\n\r\n'],
    ['204', 204, 'GET /a HTTP/1.1\r\n\r\n'],
    ['304', 304, 'GET /a HTTP/1.1\r\n\r\n'],
  ] as const) {
    it(`knows that ${name} has no body, whatever the fields say`, () => {
      for (const fields of ['Content-Length: 500', 'Transfer-Encoding: chunked', '']) {
        const { calls } = exchanged([
          [request, answer(fields, '', status)],
          [LAST, KEPT],
        ]);
        assert.deepEqual(
          calls.map((call) => call.status),
          [status, 200],
        );
      }
    });
  }

  it('reads what follows in the segment in which a chunk with a long extension ends', () => {
    const body = `5;${'e'.repeat(70_000)}\r\nhello\r\n0\r\n\r\n`;
    const { calls, losses } = exchanged([
      [post('Transfer-Encoding: chunked', body) + curl('/b'), KEPT + KEPT],
      [LAST, KEPT],
    ]);
    assert.deepEqual([calls.map(({ target }) => target), losses], [['/a', '/b', '/last'], {}]);
  });

  it('has HEAD and GET, sent at once, answered in their way', () => {
    const head = 'HEAD /a HTTP/1.1\r\n\r\n';
    const { calls } = exchanged([
      [
        head + curl('/b') + head,
        answer('Content-Length: 5', '') + KEPT + answer('Content-Length: 5', '', 404),
      ],
      [LAST, KEPT],
    ]);
    assert.deepEqual(
      calls.map(({ status }) => status),
      [200, 200, 404, 200],
    );
  });

  it('reads a body until close to its end', () => {
    const { calls, losses } = exchanged([[curl('/a'), `HTTP/1.0 200 OK\r\n\r\n${BAIT}${'x'.repeat(9000)}`]]);
    assert.deepEqual([calls.length, calls[0]?.status, losses], [1, 200, {}]);
  });

  for (const [name, body] of [
    ['no size', '\r\nabc\r\n0\r\n\r\n'],
    ['a size that is none', 'xyz\r\n'],
    ['a negative size', '-3\r\nabc\r\n'],
    ['a size beyond counting', `${'f'.repeat(16)}\r\nabc`],
    ['a size whose digits have no end', `${'0'.repeat(70_000)}3\r\nabc\r\n0\r\n\r\n`],
    ['a chunk that is longer than its size', '3\r\nabcdef\r\n0\r\n\r\n'],
  ] as const) {
    it(`finds the next request, in a segment of its own, after damaged chunks: ${name}`, () => {
      const { calls } = exchanged([
        [post('Transfer-Encoding: chunked', body), answer('Content-Length: 0', '', 400)],
        [LAST, KEPT],
      ]);
      const last = calls.at(-1);
      assert.deepEqual([calls[0]?.target, calls[0]?.status], ['/a', 400]);
      assert.deepEqual([last?.target, last?.version, last?.status], ['/last', 'v2', 200]);
    });
  }
});
