import assert from 'node:assert/strict';
import { curl, curlWithToken, response, TcpConversation } from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';

const TARGET = '/latest/meta-data/';
const ANSWER = response(200, 'ami-id');
const CONFLICT = { 'tcp.overlap_conflicts': 1 };

/** Two requests of equal length: what a segment says, and what another copy of it says. */
const PLAIN = curl(TARGET, [['X-aws-ec2-metadata-tokem', 'AAAA']]);
const TOKEN = curlWithToken(TARGET, 'AAAA');

function start(): TcpConversation {
  return new TcpConversation().handshake();
}

function result(talk: TcpConversation): [lines: string[], losses: Record<string, number>] {
  const { calls, losses } = assembled(talk.packets());
  return [calls.map(lineOf), losses];
}

describe('capture/tcp, overlaps with other bytes', () => {
  for (const [name, first, second, expected] of [
    ['a token that comes second', PLAIN, TOKEN, `v1 GET ${TARGET} 200`],
    ['a token that comes first', TOKEN, PLAIN, `v2 GET ${TARGET} 200`],
  ] as const) {
    it(`leave the first copy, and are counted: ${name}`, () => {
      assert.equal(first.length, second.length);
      const whole = start().send(first).retransmit(-1, second).reply(ANSWER).fin();
      assert.deepEqual(result(whole), [[expected], CONFLICT]);
    });

    it(`leave the first copy of what is held back: ${name}`, () => {
      const bytes = Buffer.from(first);
      const held = start()
        .raw('client', ['ACK'], { sequence: 1001 + 40, payload: bytes.subarray(40) })
        .raw('client', ['ACK'], { sequence: 1001 + 40, payload: Buffer.from(second).subarray(40) })
        .send(first.slice(0, 40));
      held.clientNext = 1001 + first.length;
      assert.deepEqual(result(held.reply(ANSWER).fin()), [[expected], CONFLICT]);
    });

    it(`leave the first copy where the second is longer: ${name}`, () => {
      const talk = start()
        .send(first.slice(0, -2))
        .raw('client', ['ACK'], { sequence: 1001, payload: Buffer.from(second) });
      talk.clientNext = 1001 + first.length;
      assert.deepEqual(result(talk.reply(ANSWER).fin()), [[expected], CONFLICT]);
    });
  }

  it('are counted in the answer, too', () => {
    const talk = start().send(PLAIN).reply(ANSWER).retransmit(-1, response(401, 'ami-id')).fin();
    const [lines, losses] = result(talk);
    assert.deepEqual(lines, [`v1 GET ${TARGET} 200`]);
    assert.deepEqual(losses, CONFLICT);
  });

  it('are none where a later copy is shorter or has the same bytes', () => {
    const talk = start().send(PLAIN).retransmit(-1, PLAIN.slice(0, 10)).retransmit(-2).reply(ANSWER).fin();
    assert.deepEqual(result(talk), [[`v1 GET ${TARGET} 200`], {}]);
  });

  describe('keep-alive probes', () => {
    for (const garbage of ['', '\0', 'G']) {
      it(`are none, with ${JSON.stringify(garbage)}`, () => {
        const talk = start().keepAliveProbe('client', garbage).ack('server');
        talk.exchange(PLAIN, response(200, 'a', { connection: 'keep-alive' }));
        for (let i = 0; i < 3; i++) {
          talk.wait(60_000_000_000n);
          talk.keepAliveProbe('client', garbage).ack('server').keepAliveProbe('server', garbage).ack();
        }
        talk.exchange(TOKEN, ANSWER).fin();
        assert.deepEqual(result(talk), [[`v1 GET ${TARGET} 200`, `v2 GET ${TARGET} 200`], {}]);
      });

      it(`are none in mid-stream, with ${JSON.stringify(garbage)}`, () => {
        const talk = new TcpConversation();
        for (let i = 0; i < 3; i++)
          talk.keepAliveProbe('client', garbage).ack('server').wait(30_000_000_000n);
        assert.deepEqual(result(talk.exchange(PLAIN, ANSWER).fin()), [[`v1 GET ${TARGET} 200`], {}]);
      });
    }

    it('keep a connection alive that is silent otherwise', () => {
      const talk = start().exchange(PLAIN, response(200, 'a', { connection: 'keep-alive' }));
      for (let i = 0; i < 60; i++) talk.wait(75_000_000_000n).keepAliveProbe().ack('server');
      const { calls, connections } = assembled(talk.exchange(TOKEN, ANSWER).fin().packets());
      assert.deepEqual([calls.length, connections.length], [2, 1]);
      assert.ok(calls.every(({ clientIsn }) => clientIsn === 1000));
    });
  });
});
