import assert from 'node:assert/strict';
import {
  type ConversationOptions,
  curl,
  curlWithToken,
  response,
  TcpConversation,
} from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';

const TARGET = '/latest/meta-data/';
const REQUEST = curl(TARGET);
const ANSWER = response(200, 'ami-id');
const ONE = [`v1 GET ${TARGET} 200`];

function start(options?: ConversationOptions): TcpConversation {
  return new TcpConversation(options).handshake();
}

function result(talk: TcpConversation): [lines: string[], losses: Record<string, number>] {
  const { calls, losses } = assembled(talk.packets());
  return [calls.map(lineOf), losses];
}

describe('capture/tcp, order', () => {
  for (const [name, talk] of [
    ['every byte in a segment of its own', start().exchange(REQUEST, ANSWER, { mss: 1 }).fin()],
    [
      'two segments of the request swapped',
      start().send(REQUEST, { mss: 30 }).swap(3, 4).reply(ANSWER).fin(),
    ],
    ['the last segment first', start().send(REQUEST, { mss: 40 }).swap(3, -1).reply(ANSWER).fin()],
    ['the answer before the request', start().send(REQUEST).reply(ANSWER).swap(3, 4).fin()],
    ['the FIN before the data', start().send(REQUEST).reply(ANSWER).fin().swap(4, 5)],
    ['the ACK of the handshake after the request', start().send(REQUEST).swap(2, 3).reply(ANSWER).fin()],
    ['the SYN after its answer', start().swap(0, 1).exchange(REQUEST, ANSWER).fin()],
    ['the request before its SYN', start().send(REQUEST).swap(0, 3).reply(ANSWER).fin()],
    [
      'a retransmitted SYN',
      new TcpConversation().syn().retransmit().drop().handshake().exchange(REQUEST, ANSWER),
    ],
    ['a retransmitted request', start().send(REQUEST).retransmit().retransmit().reply(ANSWER).fin()],
    ['a retransmitted answer', start().send(REQUEST).reply(ANSWER).retransmit().ack().retransmit(4).fin()],
    ['a retransmitted FIN', start().exchange(REQUEST, ANSWER).fin().retransmit(-2).retransmit(-1)],
    [
      'the whole request again, after two halves',
      start()
        .send(REQUEST, { split: [40] })
        .raw('client', ['ACK'], {
          sequence: 1001,
          payload: Buffer.from(REQUEST),
        })
        .reply(ANSWER)
        .fin(),
    ],
    [
      'a retransmission that begins earlier and ends later',
      start()
        .send(REQUEST, { split: [30, 60] })
        .drop(-1)
        .raw('client', ['ACK'], {
          sequence: 1001 + 10,
          payload: Buffer.from(REQUEST).subarray(10),
        })
        .reply(ANSWER)
        .fin(),
    ],
  ] as const) {
    it(`reads ${name}`, () => assert.deepEqual(result(talk), [ONE, {}]));
  }

  it('counts requests and answers by stream, whichever way they overlap', () => {
    const bytes = Buffer.from(REQUEST);
    for (let from = 0; from < bytes.length; from += 7) {
      for (let to = from + 1; to <= bytes.length; to += 11) {
        const talk = start().raw('client', ['ACK'], {
          sequence: 1001 + from,
          payload: bytes.subarray(from, to),
        });
        assert.deepEqual(result(talk.send(REQUEST, { mss: 25 }).reply(ANSWER).fin()), [ONE, {}]);
      }
    }
  });

  for (const [name, options] of [
    ["the client's", { clientIsn: 0xffff_fff0 }],
    ["the server's", { serverIsn: 0xffff_fff0 }],
    ['both, at once', { clientIsn: 0xffff_ffff, serverIsn: 0xffff_fffe }],
    ['none: half of the space', { clientIsn: 0x7fff_fff0, serverIsn: 0x7fff_fff8 }],
  ] as const) {
    it(`knows that sequence numbers wrap around: ${name}`, () => {
      const talk = start(options).exchange(REQUEST, ANSWER, { mss: 9 });
      talk.exchange(curlWithToken('/2'), ANSWER, { mss: 50 }).retransmit(5).fin();
      const { calls, connections, losses } = assembled(talk.packets());
      assert.deepEqual(calls.map(lineOf), [...ONE, 'v2 GET /2 200']);
      assert.deepEqual(losses, {});
      assert.equal(connections[0]?.requestBytes, REQUEST.length + curlWithToken('/2').length);
    });
  }

  it('keeps apart what is 3 GiB of answers apart', () => {
    const talk = start().send(REQUEST);
    // An answer without an end, of which the capture has a segment every 8 MiB.
    talk.reply('HTTP/1.1 200 OK\r\n\r\n');
    for (let i = 0; i < 400; i++) {
      talk.serverNext = (talk.serverNext + 8 * 1024 * 1024) >>> 0;
      talk.ack().wait(2_000_000_000n).reply('x').ack();
    }
    const { calls, connections, losses } = assembled(talk.fin().packets());
    assert.deepEqual(calls.map(lineOf), ONE);
    assert.equal(connections.length, 1);
    assert.equal(losses['tcp.missing_bytes'], 400 * 8 * 1024 * 1024);
    assert.equal(losses['tcp.out_of_window'], undefined);
  });
});
