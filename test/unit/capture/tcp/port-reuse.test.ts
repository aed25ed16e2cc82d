import assert from 'node:assert/strict';
import {
  type ConversationOptions,
  curl,
  curlWithToken,
  EPOCH_NS,
  response,
  TcpConversation,
} from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';

const KEPT = response(200, 'a', { connection: 'keep-alive' });
const LINES = ['v1 GET /1 200', 'v2 GET /2 200'];
const SECOND = 1_000_000_000n;

function first(): TcpConversation {
  return new TcpConversation().handshake().exchange(curl('/1'), KEPT);
}

function second(afterSeconds: number, options: ConversationOptions = {}): TcpConversation {
  const startNs = EPOCH_NS + BigInt(afterSeconds) * SECOND;
  return new TcpConversation({ clientIsn: 0x4000_0000, serverIsn: 0x5000_0000, startNs, ...options });
}

describe('capture/tcp, a port that is used again', () => {
  for (const [name, ends] of [
    ['after FINs', (talk: TcpConversation) => talk.fin()],
    ['after the FIN of one end', (talk: TcpConversation) => talk.fin('server')],
    ['after a reset', (talk: TcpConversation) => talk.rst()],
    ['without an end', (talk: TcpConversation) => talk],
  ] as const) {
    for (const seconds of [1, 59, 200, 2000]) {
      for (const clientIsn of [0x4000_0000, 0xc000_0000, 1001, 999]) {
        it(`${name}, ${seconds} s later, with ISN ${clientIsn}, is another connection`, () => {
          const later = second(seconds, { clientIsn }).handshake().exchange(curlWithToken('/2'), KEPT).fin();
          const { calls, connections } = assembled([...ends(first()).packets(), ...later.packets()]);
          assert.deepEqual(calls.map(lineOf), LINES);
          // Without an end, the first may be another namespace's, and goes on.
          assert.deepEqual(
            new Set(connections.map((connection) => connection.clientIsn)),
            new Set([1000, clientIsn]),
          );
          assert.equal(connections.length, 2);
          assert.deepEqual(
            calls.map((call) => call.clientIsn),
            [1000, clientIsn],
          );
        });
      }
    }

    for (const clientIsn of [0x4000_0000, 0xc000_0000]) {
      it(`${name}, a minute later, with a SYN that was not captured, and ISN ${clientIsn}`, () => {
        const later = second(70, { clientIsn }).handshake().exchange(curlWithToken('/2'), KEPT).fin();
        const { calls } = assembled([...ends(first()).packets(), ...later.packets().slice(3)]);
        assert.deepEqual(calls.map(lineOf), LINES);
      });
    }
  }

  for (const clientIsn of [0x4000_0000, 0xc000_0000]) {
    it(`at once after FINs, with a SYN that was not captured, and ISN ${clientIsn}`, () => {
      const later = second(1, { clientIsn }).handshake().exchange(curlWithToken('/2'), KEPT).fin();
      const { calls } = assembled([...first().fin().packets(), ...later.packets().slice(3)]);
      assert.deepEqual(calls.map(lineOf), LINES);
    });
  }

  it('by one attempt after the other is as many connections', () => {
    const attempts = Array.from({ length: 20 }, (_, i) =>
      second(i * 3, { clientIsn: 7000 + i * 100_000 }).syn(),
    );
    const { calls, connections, losses } = assembled(attempts.flatMap((attempt) => attempt.packets()));
    assert.deepEqual(calls, []);
    assert.deepEqual(losses, {});
    assert.equal(connections.length, 20);
    assert.ok(connections.every(({ handshake }) => handshake === 'unanswered'));
  });

  it('leaves an answer of the earlier connection with that', () => {
    const late = new TcpConversation().handshake().send(curl('/1')).reply(KEPT);
    const packets = late.packets();
    const answer = packets.pop();
    assert.ok(answer !== undefined);
    const later = second(1).handshake().exchange(curlWithToken('/2'), KEPT).fin().packets();
    const { calls } = assembled([...packets, ...later.slice(0, 3), answer, ...later.slice(3)]);
    assert.deepEqual(calls.map(lineOf), ['v1 GET /1 200', 'v2 GET /2 200']);
  });
});
