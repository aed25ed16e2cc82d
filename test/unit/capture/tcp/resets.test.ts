import assert from 'node:assert/strict';
import { curl, curlWithToken, response, TcpConversation } from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';

const TARGET = '/latest/meta-data/';
const KEPT = response(200, 'a', { connection: 'keep-alive' });
const ANSWERED = `v1 GET ${TARGET} 200`;
const SECOND = 'v2 GET /2 200';

function start(): TcpConversation {
  return new TcpConversation().handshake();
}

describe('capture/tcp, resets', () => {
  it('end an attempt that is refused', () => {
    const { calls, connections } = assembled(new TcpConversation().syn().rst('server').packets());
    assert.deepEqual(calls, []);
    assert.deepEqual(
      connections.map(({ handshake, requestBytes, clientIsn }) => [handshake, requestBytes, clientIsn]),
      [['refused', 0, 1000]],
    );
  });

  it('refuse each of several attempts from one port', () => {
    const attempt = (i: number) =>
      new TcpConversation({ clientIsn: 1000 + i * 5000, startNs: BigInt(1_768_471_200 + i) * 1_000_000_000n })
        .syn()
        .rst('server')
        .packets();
    const { connections } = assembled([0, 1, 2].flatMap(attempt));
    assert.deepEqual(
      connections.map(({ handshake, clientIsn }) => [handshake, clientIsn]),
      [
        ['refused', 1000],
        ['refused', 6000],
        ['refused', 11_000],
      ],
    );
  });

  it('do not refuse an attempt whose SYN they do not acknowledge (RFC 9293 §3.10.7.3)', () => {
    const talk = new TcpConversation().syn();
    talk.raw('server', ['RST', 'ACK'], { sequence: 0, acknowledgment: 77_777 });
    talk.raw('server', ['SYN', 'ACK']);
    talk.serverNext += 1;
    const { calls, connections } = assembled(talk.ack().exchange(curl(TARGET), KEPT).fin().packets());
    assert.deepEqual(calls.map(lineOf), [ANSWERED]);
    assert.deepEqual(
      connections.map(({ handshake, clientIsn }) => [handshake, clientIsn]),
      [['established', 1000]],
    );
  });

  for (const who of ['client', 'server'] as const) {
    it(`of the ${who} after an exchange end the connection`, () => {
      const { calls, connections } = assembled(start().exchange(curl(TARGET), KEPT).rst(who).packets());
      assert.deepEqual(calls.map(lineOf), [ANSWERED]);
      assert.deepEqual([connections.length, connections[0]?.missingBytes], [1, 0]);
    });

    it(`of the ${who} within the header leave an unknown`, () => {
      const { calls } = assembled(start().send(curl(TARGET).slice(0, 50)).rst(who).packets());
      assert.deepEqual(calls.map(lineOf), [`unknown GET ${TARGET} (request ended early)`]);
    });

    it(`of the ${who} out of the window do not, and are counted`, () => {
      for (const sequence of [900_000 - 50_000_000, 900_000 + 50_000_000, 1000 - 30_000_000, 0x9000_0000]) {
        const talk = start().exchange(curl(TARGET), KEPT).raw(who, ['RST'], { sequence });
        const { calls, connections, losses } = assembled(
          talk.wait(5_000_000_000n).exchange(curlWithToken('/2'), KEPT).fin().packets(),
        );
        assert.deepEqual(calls.map(lineOf), [ANSWERED, SECOND]);
        assert.equal(connections.length, 1);
        assert.equal((losses['tcp.resets_ignored'] ?? 0) + (losses['tcp.out_of_window'] ?? 0), 1);
      }
    });
  }

  it('that a blind sender placed in the window lose no call', () => {
    const talk = start().exchange(curl(TARGET), KEPT);
    talk.raw('client', ['RST'], { sequence: talk.clientNext + 5000 });
    talk.wait(5_000_000_000n).exchange(curlWithToken('/2'), KEPT).fin();
    assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), [ANSWERED, SECOND]);
  });

  it('of a client that leaves while the answer comes do not lose the answer', () => {
    const talk = start()
      .send(curl(TARGET))
      .reply(KEPT)
      .rst('client')
      .swap(-1, -2)
      .reply('more')
      .rst('client');
    assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), [ANSWERED]);
  });

  it('may come many times', () => {
    const talk = start().exchange(curl(TARGET), KEPT).fin('server').rst('client').rst('client').rst('client');
    const { calls, connections } = assembled(talk.packets());
    assert.deepEqual([calls.map(lineOf), connections.length], [[ANSWERED], 1]);
  });

  it('without anything before them are nothing', () => {
    const { calls, connections } = assembled(new TcpConversation().rst('client').rst('server').packets());
    assert.deepEqual([calls, connections], [[], []]);
  });
});
