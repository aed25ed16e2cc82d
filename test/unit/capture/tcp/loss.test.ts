import assert from 'node:assert/strict';
import { curl, curlWithToken, response, snap, TcpConversation } from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';

const TARGET = '/latest/meta-data/';
const REQUEST = curl(TARGET);
const KEPT = response(200, 'ami-id', { connection: 'keep-alive' });
const SECOND = 'v2 GET /2 200';

function start(): TcpConversation {
  return new TcpConversation().handshake();
}

describe('capture/tcp, loss', () => {
  for (const [name, talk, expected] of [
    ['the first segment', start().send(REQUEST, { mss: 40 }).drop(3), 'unknown 200 (gap)'],
    [
      'a segment within the header',
      start().send(REQUEST, { mss: 40 }).drop(4),
      `unknown GET ${TARGET} 200 (gap)`,
    ],
    ['the last segment', start().send(REQUEST, { mss: 40 }).drop(-1), `unknown GET ${TARGET} 200 (gap)`],
    ['the whole request', start().send(REQUEST).drop(), 'unknown 200 (gap)'],
  ] as const) {
    it(`of ${name} is a gap of that call alone`, () => {
      const before = talk.clientNext;
      talk.ack('server').reply(KEPT).ack().exchange(curlWithToken('/2'), KEPT).fin();
      const { calls, connections, losses } = assembled(talk.packets());
      assert.deepEqual(
        calls.map(lineOf).filter((line) => line !== SECOND),
        [expected],
      );
      assert.ok(calls.map(lineOf).includes(SECOND));
      const missing = connections[0]?.missingBytes ?? 0;
      assert.ok(missing > 0 && missing <= before - 1001, `${missing} bytes`);
      assert.equal(losses['tcp.missing_bytes'], missing);
    });
  }

  it('of a header with a token before the gap leaves a v2', () => {
    const request = `GET ${TARGET} HTTP/1.1\r\nX-aws-ec2-metadata-token: A\r\nX: ${'y'.repeat(100)}\r\n\r\n`;
    const talk = start()
      .send(request, { split: [70, 100] })
      .drop(-2)
      .reply(KEPT)
      .fin();
    assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), [`v2 GET ${TARGET} 200`]);
  });

  it('of the answer, or of parts of it, leaves the request', () => {
    for (const mss of [20, 1460]) {
      const talk = start().send(REQUEST).reply(KEPT, { mss }).drop(4);
      const { calls } = assembled(talk.ack().exchange(curlWithToken('/2'), KEPT).fin().packets());
      assert.deepEqual(
        calls.map(({ version, target, status }) => [version, target, status]),
        [
          ['v1', TARGET, undefined],
          ['v2', '/2', 200],
        ],
        `mss ${mss}`,
      );
    }
  });

  it('of bytes within a body is no loss of a call', () => {
    const body = 'x'.repeat(5000);
    const post = curl(TARGET, [['Content-Length', '5000']], 'POST') + body;
    const talk = start().send(post).drop(-2).ack('server').reply(KEPT).exchange(curlWithToken('/2'), KEPT);
    assert.deepEqual(assembled(talk.fin().packets()).calls.map(lineOf), [`v1 POST ${TARGET} 200`, SECOND]);
  });

  it('of the FINs alone is none', () => {
    const talk = start().exchange(REQUEST, KEPT).fin();
    for (let i = 0; i < 3; i++) talk.drop();
    const { connections, losses } = assembled(talk.packets());
    assert.deepEqual([connections[0]?.missingBytes, losses], [0, {}]);
  });

  describe('by the snap length', () => {
    const cut = (snaplen: number, ...requests: string[]) => {
      const talk = start();
      for (const request of requests) talk.exchange(request, KEPT);
      return assembled(snap(talk.fin().packets(), snaplen));
    };

    it('is the reason where it cuts the header', () => {
      for (const snaplen of [54, 60, 74, 100, 54 + REQUEST.length - 1]) {
        const { calls, losses } = cut(snaplen, REQUEST);
        const [call] = calls;
        assert.deepEqual(
          [calls.length, call?.version, call?.unknownReason],
          [1, 'unknown', 'payload cut by the snap length'],
          `${snaplen} bytes`,
        );
        assert.ok((losses['tcp.snaplen_cut_bytes'] ?? 0) > 0);
      }
    });

    it('keeps what was read before the cut', () => {
      const { calls } = cut(54 + REQUEST.length - 4, REQUEST);
      assert.deepEqual(
        [calls[0]?.method, calls[0]?.target, calls[0]?.userAgent],
        ['GET', TARGET, 'curl/7.88.1'],
      );
    });

    it('does no harm where it cuts bodies alone', () => {
      const post = curl(TARGET, [['Content-Length', '900']], 'POST') + 'x'.repeat(900);
      const { calls } = cut(54 + 300, post, curlWithToken('/2'));
      assert.deepEqual(calls.map(lineOf), [`v1 POST ${TARGET} 200`, SECOND]);
    });

    it('leaves every request that came whole, after one that did not', () => {
      const long = curl(TARGET, [['X', 'y'.repeat(500)]]);
      const { calls } = cut(54 + 300, long, curlWithToken('/2'), long);
      assert.deepEqual(
        calls.map(({ version }) => version),
        ['unknown', 'v2', 'unknown'],
      );
    });

    it('is no loss where a retransmission, or a copy of another interface, is whole', () => {
      const talk = start().exchange(REQUEST, KEPT).fin();
      const packets = [...talk.packets(), ...snap(talk.packets(), 70)];
      const { calls } = assembled(packets);
      assert.deepEqual(calls.map(lineOf), [`v1 GET ${TARGET} 200`]);
    });
  });
});
