import assert from 'node:assert/strict';
import {
  type ConversationSegment,
  curl,
  curlTokenPut,
  curlWithToken,
  response,
  TcpConversation,
  tokenResponse,
} from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';

const TARGET = '/latest/meta-data/';
const KEPT = { connection: 'keep-alive' } as const;

function whole(): TcpConversation {
  return new TcpConversation()
    .handshake()
    .exchange(curlTokenPut(), tokenResponse(21_600, undefined, KEPT))
    .exchange(curlWithToken(TARGET), response(200, 'a', { ...KEPT, tokenTtl: 21_600 }))
    .exchange(curl('/latest/user-data'), response(401, '', KEPT))
    .fin();
}

/** The conversation as far as a capture has it. */
function only(wanted: (segment: ConversationSegment, index: number) => boolean, talk = whole()) {
  const kept = talk.segments.filter(wanted);
  talk.segments.splice(0, talk.segments.length, ...kept);
  return assembled(talk.packets());
}

describe('capture/tcp, one direction', () => {
  it("reads requests where the client's alone was captured", () => {
    const { calls, connections } = only(({ from }) => from === 'client');
    assert.deepEqual(calls.map(lineOf), [
      'v2 PUT /latest/api/token',
      `v2 GET ${TARGET}`,
      'v1 GET /latest/user-data',
    ]);
    assert.deepEqual(
      connections.map(({ handshake, responseBytes, clientIsn }) => [handshake, responseBytes, clientIsn]),
      [['established', 0, 1000]],
    );
  });

  it("tells of each answer where the endpoint's alone was captured", () => {
    const { calls, connections } = only(({ from }) => from === 'server');
    assert.deepEqual(calls.map(lineOf), [
      'unknown 200 (request not captured) [response-proves-v2]',
      'unknown 200 (request not captured) [response-proves-v2]',
      'unknown 401 (request not captured)',
    ]);
    assert.equal(new Set(calls.map(({ requestOffset }) => requestOffset)).size, 3, 'offsets tell them apart');
    assert.deepEqual([connections[0]?.requestBytes, connections[0]?.clientIsn], [0, 1000]);
    assert.ok((connections[0]?.missingBytes ?? 0) > 0);
  });

  for (const from of ['client', 'server'] as const) {
    it(`counts the same calls without the handshake, of the ${from} alone`, () => {
      const { calls } = only((segment) => segment.from === from && segment.payload.length > 0);
      assert.equal(calls.length, 3);
    });
  }
});

describe('capture/tcp, mid-stream', () => {
  for (let first = 1; first < 7; first++) {
    it(`reads everything from the first request on, without ${first} packets`, () => {
      const { calls } = only((_, index) => index >= first);
      const lines = calls.map(lineOf);
      assert.deepEqual(lines.slice(-2), [`v2 GET ${TARGET} 200`, 'v1 GET /latest/user-data 401']);
      if (first <= 3) assert.deepEqual(lines.slice(0, -2), ['v2 PUT /latest/api/token 200']);
      else if (first <= 5) {
        assert.deepEqual(lines.slice(0, -2), [
          'unknown 200 (capture began in mid-stream) [response-proves-v2]',
        ]);
      } else assert.deepEqual(lines.slice(0, -2), []);
    });
  }

  it('tells of the request whose beginning was before the capture', () => {
    const talk = new TcpConversation().handshake();
    talk
      .send(curl(TARGET), { mss: 40 })
      .reply(response(200, '', KEPT))
      .ack();
    talk.exchange(curlWithToken('/2'), response(200, '', KEPT)).fin();
    const { calls } = only((_, index) => index > 3, talk);
    assert.deepEqual(calls.map(lineOf), ['unknown 200 (capture began in mid-stream)', 'v2 GET /2 200']);
  });

  it('does not take the end of a body for a request', () => {
    const body = `${'x'.repeat(1000)}\r\n\r\nHost: GET / HTTP/1.1\r\n\r\n`;
    const talk = new TcpConversation().handshake();
    talk.send(curl(TARGET, [['Content-Length', String(body.length)]], 'POST') + body, { mss: 500 });
    talk
      .reply(response(405, '', KEPT))
      .exchange(curlWithToken('/2'), response(200, '', KEPT))
      .fin();
    const { calls } = only((_, index) => index > 3, talk);
    assert.deepEqual(
      calls.map(({ version, target }) => [version, target]),
      [
        ['unknown', undefined],
        ['v2', '/2'],
      ],
    );
  });

  it('reads the segments of its first request in any order', () => {
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const talk = new TcpConversation().send(curl(TARGET), { mss: 40 }).swap(a, b).reply(response(200, ''));
      assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), [`v1 GET ${TARGET} 200`]);
    }
  });

  it('is what a connection without a SYN is called', () => {
    const { connections } = only((_, index) => index > 2);
    assert.deepEqual(
      connections.map(({ handshake, clientIsn, provenEmpty }) => [handshake, clientIsn, provenEmpty]),
      [['mid-stream', undefined, false]],
    );
  });

  it('knows the ISN from the SYN-ACK alone', () => {
    const { connections } = only((_, index) => index > 0);
    assert.deepEqual([connections[0]?.clientIsn, connections[0]?.handshake], [1000, 'established']);
  });
});

describe('capture/tcp, data in the SYN', () => {
  const request = curlWithToken(TARGET);

  for (const [name, talk] of [
    ['a part of the request', new TcpConversation().handshake(request.slice(0, 30)).send(request.slice(30))],
    ['the whole request', new TcpConversation().handshake(request)],
    ['a SYN that came twice', new TcpConversation().syn(request).retransmit().drop(0)],
  ] as const) {
    it(`is read: ${name}`, () => {
      const { calls, connections } = assembled(talk.reply(response(200, 'a')).fin().packets());
      assert.deepEqual(calls.map(lineOf), [`v2 GET ${TARGET} 200`]);
      assert.deepEqual([connections.length, connections[0]?.clientIsn], [1, 1000]);
    });
  }

  it('that the endpoint did not take is sent again, and counts once', () => {
    const talk = new TcpConversation().syn(request);
    talk.clientNext = 1001;
    talk.raw('server', ['SYN', 'ACK'], { acknowledgment: 1001 });
    talk.serverNext += 1;
    const { calls, losses } = assembled(talk.ack().exchange(request, response(200, 'a')).fin().packets());
    assert.deepEqual([calls.map(lineOf), losses], [[`v2 GET ${TARGET} 200`], {}]);
  });

  it('that nobody answered is a request without an answer', () => {
    const { calls, connections } = assembled(new TcpConversation().syn(request).packets());
    assert.deepEqual(
      calls.map(({ version, status }) => [version, status]),
      [['v2', undefined]],
    );
    assert.equal(connections[0]?.handshake, 'unanswered');
  });
});
