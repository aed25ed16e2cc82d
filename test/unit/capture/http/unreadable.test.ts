import assert from 'node:assert/strict';
import { curl, TcpConversation } from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';
import { exchanged, KEPT, LAST, LAST_LINE, linesOfBytes } from './talk.ts';

const BAD = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n';

describe('capture/http, what is no request', () => {
  for (const [name, bytes] of [
    ['a line of text', 'hello, world\r\n'],
    ['bytes', '\0\x01\x02\xff\xfe\r\n'],
    ['a TLS hello', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['HTTP/2 from the start', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version that does not exist', 'GET /a HTTP/3.0\r\n\r\n'],
    ['a method with a control byte', 'GE\x07T /a HTTP/1.1\r\n\r\n'],
    ['no target', 'GET HTTP/1.1\r\n\r\n'],
    ['HTTP/0.9 with another method', 'PUT /a\r\n'],
    ['a method too long', `${'A'.repeat(33)} /a HTTP/1.1\r\n\r\n`],
  ] as const) {
    it(`is unknown, and the next request is read: ${name}`, () => {
      const { calls } = exchanged([
        [bytes, BAD],
        [LAST, KEPT],
      ]);
      assert.deepEqual(calls.map(lineOf), ['unknown 400 (not HTTP/1)', LAST_LINE]);
    });

    it(`is unknown where nothing answers: ${name}`, () => {
      const talk = new TcpConversation().handshake().send(bytes).ack('server').send(LAST).ack('server');
      const { calls } = assembled(talk.reply(KEPT).fin().packets());
      assert.deepEqual(
        calls.map(({ version, target }) => [version, target]),
        [
          ['unknown', undefined],
          ['v2', '/last'],
        ],
      );
    });
  }

  it('never becomes a request by its middle', () => {
    for (const bytes of [
      'xGET /a HTTP/1.1\r\n\r\n',
      'x\0GET /a HTTP/1.1\r\n\r\n',
      '\x16GET /a HTTP/1.1\r\n\r\n',
    ]) {
      const { calls } = exchanged([[bytes, BAD]]);
      assert.ok(
        calls.every(({ version, target }) => version !== 'v1' || target !== '/a' || bytes[0] === 'x'),
      );
      assert.equal(calls.length, 1);
    }
  });

  it('is counted in bytes once it is not read', () => {
    const talk = new TcpConversation().handshake().send('rubbish\r\n').send('x'.repeat(1000)).fin();
    assert.deepEqual(assembled(talk.packets()).losses, { 'http.unread_request_bytes': 1000 });
  });

  for (const [name, bytes, expected] of [
    ['the start line', 'GET /latest/x', 'unknown GET (request ended early)'],
    ['the version', 'GET /latest/x HTT', 'unknown GET /latest/x (request ended early)'],
    ['the header', 'GET /latest/x HTTP/1.1\r\nHos', 'unknown GET /latest/x (request ended early)'],
    [
      'the token’s value',
      'GET /latest/x HTTP/1.1\r\nX-aws-ec2-metadata-token: AQ',
      'unknown GET /latest/x (request ended early)',
    ],
    [
      'the line after the token’s',
      'GET /latest/x HTTP/1.1\r\nX-aws-ec2-metadata-token: AQ\r\nHo',
      'v2 GET /latest/x',
    ],
    [
      'the last line end',
      'GET /latest/x HTTP/1.1\r\nHost: x\r\n\r',
      'unknown GET /latest/x (request ended early)',
    ],
  ] as const) {
    it(`ends within ${name}`, () => {
      for (const mss of [1, 1460]) {
        const talk = new TcpConversation().handshake().send(bytes, { mss }).ack('server').fin();
        assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), [expected]);
      }
    });
  }
});

describe('capture/http, oversized', () => {
  const LIMIT = 64 * 1024;

  it('a target is cut in what is reported, and decides as ever', () => {
    const request = curl(`/${'a'.repeat(20_000)}`, [['X-aws-ec2-metadata-token', 'T']]);
    const { calls } = exchanged([[request, KEPT]]);
    assert.deepEqual([calls[0]?.version, calls[0]?.target?.length], ['v2', 4096]);
  });

  for (const length of [8000, LIMIT - 3, LIMIT, LIMIT + 1, 300_000]) {
    it(`a header field of ${length} bytes does not hide the next`, () => {
      const request = `GET /a HTTP/1.1\r\nX: ${'y'.repeat(length)}\r\nX-aws-ec2-metadata-token: T\r\n\r\n`;
      assert.deepEqual(linesOfBytes(request), ['v2 GET /a 200', LAST_LINE]);
    });

    it(`a token of ${length} bytes is one`, () => {
      const request = `GET /a HTTP/1.1\r\nX-aws-ec2-metadata-token: ${'y'.repeat(length)}\r\n\r\n`;
      assert.deepEqual(linesOfBytes(request), ['v2 GET /a 200', LAST_LINE]);
    });
  }

  it('ten thousand header fields are read to the end', () => {
    const request = `GET /a HTTP/1.1\r\n${'X: y\r\n'.repeat(10_000)}X-aws-ec2-metadata-token: T\r\n\r\n`;
    assert.deepEqual(linesOfBytes(request), ['v2 GET /a 200', LAST_LINE]);
  });

  it('a field of an answer does not hide its status', () => {
    const answer = KEPT.replace('\r\n\r\n', `\r\nX: ${'y'.repeat(200_000)}\r\n\r\n`);
    assert.deepEqual(linesOfBytes(curl('/a'), answer), ['v1 GET /a 200', LAST_LINE]);
  });

  it('a start line is unknown, and the next request is read', () => {
    const { calls } = exchanged([
      [`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`, BAD.replace('400', '414')],
      [LAST, KEPT],
    ]);
    assert.deepEqual(
      calls.map(({ version, status }) => [version, status]),
      [
        ['unknown', 414],
        ['v2', 200],
      ],
    );
  });
});
