import assert from 'node:assert/strict';
import { curl, curlWithToken, response, TcpConversation } from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';

const KEPT = response(200, 'a', { connection: 'keep-alive' });
const REQUEST = curl('/1');

function start(): TcpConversation {
  return new TcpConversation().handshake();
}

describe('capture/tcp, acknowledgements', () => {
  for (const [name, talk, expected] of [
    ['none of the request', start().send(REQUEST).retransmit().retransmit(), 'v1 GET /1 [not-acknowledged]'],
    [
      'all but the last byte',
      start()
        .send(REQUEST)
        .raw('server', ['ACK'], { acknowledgment: 1001 + REQUEST.length - 1 }),
      'v1 GET /1 [not-acknowledged]',
    ],
    ['all', start().send(REQUEST).ack('server'), 'v1 GET /1'],
    ['all, by its FIN', start().send(REQUEST).fin('server'), 'v1 GET /1'],
    ['all, long before what was resent', start().send(REQUEST).ack('server').retransmit(3), 'v1 GET /1'],
  ] as const) {
    it(`tell that the endpoint received ${name}`, () => {
      assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), [expected]);
    });
  }

  it('tell nothing where the endpoint was not captured at all', () => {
    const talk = start().send(REQUEST);
    talk.segments.splice(1, 1);
    assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), ['v1 GET /1']);
  });

  it('of what nobody captured make a loss known', () => {
    const talk = start().send(REQUEST).ack('server').drop(3);
    const { connections } = assembled(talk.packets());
    assert.deepEqual([connections[0]?.missingBytes, connections[0]?.provenEmpty], [REQUEST.length, false]);
  });

  it('beyond anything sent, of a sender that makes them up, are not believed', () => {
    const talk = start().send(REQUEST);
    talk.raw('server', ['ACK'], { acknowledgment: 0x7000_0000 });
    const { calls, connections } = assembled(
      talk.wait(2_000_000_000n).exchange(curlWithToken('/2'), KEPT).packets(),
    );
    assert.equal(connections.length, 1);
    assert.deepEqual(calls.at(-1)?.version, 'v2');
    assert.equal(connections[0]?.missingBytes, 0);
  });

  it('prove a connection empty by the FIN of a client that sent nothing', () => {
    for (const ends of [
      (talk: TcpConversation) => talk.fin('client'),
      (talk: TcpConversation) => talk.rst(),
    ]) {
      const { calls, connections } = assembled(ends(start()).packets());
      assert.deepEqual([calls.length, connections.length, connections[0]?.provenEmpty], [0, 1, true]);
      assert.equal(connections[0]?.handshake, 'established');
    }
  });

  it('prove nothing empty where the client sent, or the capture began later', () => {
    const talk = start().send(REQUEST).fin('client');
    assert.equal(assembled(talk.packets()).connections[0]?.provenEmpty, false);
    assert.equal(assembled(talk.drop(3).packets()).connections[0]?.provenEmpty, false);
    assert.equal(assembled(talk.packets().slice(2)).connections[0]?.provenEmpty ?? false, false);
  });

  it('say which of two requests an answer belongs to, after a loss', () => {
    const talk = start().send(REQUEST).reply(KEPT).drop().ack().exchange(curlWithToken('/2'), KEPT).fin();
    assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), ['v1 GET /1', 'v2 GET /2 200']);
  });
});
