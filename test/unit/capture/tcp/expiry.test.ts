import assert from 'node:assert/strict';
import type { Assembler } from '../../../../src/capture/assembler.ts';
import {
  curl,
  curlWithToken,
  EPOCH_NS,
  IMDS_V4,
  merge,
  response,
  TcpConversation,
  type TestPacket,
} from '../../../support/packets/index.ts';
import { type Assembled, type AssembleOptions, assembled, lineOf } from '../assembled.ts';

const SECOND = 1_000_000_000n;
const KEPT = response(200, 'a', { connection: 'keep-alive' });
const LINES = ['v1 GET /1 200', 'v2 GET /2 200'];

/** A packet of another connection, `seconds` after the epoch: time passes. */
function clock(...seconds: number[]): TestPacket[] {
  return seconds.flatMap((second, i) =>
    new TcpConversation({
      client: { address: '172.31.99.1', port: 1000 + i },
      clientIsn: 5_000_000 + i,
      startNs: EPOCH_NS + BigInt(second) * SECOND,
    })
      .syn()
      .packets(),
  );
}

/** What is known while the capture goes on. */
function sofar(packets: readonly TestPacket[], options: AssembleOptions = {}): Assembled {
  const all = assembled(packets, { open: true, ...options });
  const own = all.connections.filter(({ client }) => client.address !== '172.31.99.1');
  return { ...all, connections: own };
}

describe('capture/tcp, expiry on capture time', () => {
  it('ends an attempt when Linux would have given it up, not before', () => {
    const attempt = new TcpConversation().syn().packets();
    assert.equal(sofar([...attempt, ...clock(126)]).connections.length, 0);
    assert.deepEqual(
      sofar([...attempt, ...clock(126, 200)]).connections.map(({ handshake }) => handshake),
      ['unanswered'],
    );
  });

  it('ends an idle connection, with the call that has no answer', () => {
    const talk = new TcpConversation().handshake().send(curl('/1')).ack('server').packets();
    assert.equal(sofar([...talk, ...clock(100, 600)]).calls.length, 0);
    const { calls, connections } = sofar([...talk, ...clock(100, 600, 1000)]);
    assert.deepEqual([calls.map(lineOf), connections.length], [['v1 GET /1'], 1]);
  });

  describe('of a client whose socket the kernel has closed', () => {
    const CLIENT = { address: '172.31.5.9', port: 40_000 };
    const talk = () =>
      new TcpConversation({ client: CLIENT, clientIsn: 7 }).handshake().send(curl('/1')).ack('server');
    /** What is there at a time, where the socket was closed after the packets. */
    const at = (seconds: number, client = CLIENT, isn = 7) => {
      const packets = talk().fin('client').packets();
      const before = {
        [packets.length + 1]: (assembler: Assembler) => assembler.closeSocket(IMDS_V4, client, isn),
      };
      return sofar([...packets, ...clock(seconds)], { before });
    };

    it('ends the connection once no packet can be late any more, with the call that has no answer', () => {
      assert.deepEqual(at(1).calls, []);
      const { calls, connections } = at(2);
      assert.deepEqual([calls.map(lineOf), connections.length], [['v1 GET /1'], 1]);
    });

    it('waits on where it is the socket of another connection', () => {
      assert.deepEqual(at(60, { ...CLIENT, port: 40_001 }).calls, [], 'another client with the same ISN');
      assert.deepEqual(at(60, CLIENT, 8).calls, [], 'the port, but another ISN');
    });

    it('takes an answer that comes a little late, and counts the connection once', () => {
      const packets = talk().fin('client').reply(response(200, 'a')).fin('server').packets();
      const before = { 6: (assembler: Assembler) => assembler.closeSocket(IMDS_V4, CLIENT, 7) };
      const { calls, connections } = sofar([...packets, ...clock(5, 70)], { before });
      assert.deepEqual([calls.map(lineOf), connections.length], [['v1 GET /1 200'], 1]);
    });
  });

  it('reads the next request of a client that was silent for an hour', () => {
    const talk = new TcpConversation().handshake().exchange(curl('/1'), KEPT);
    talk
      .wait(3600n * SECOND)
      .exchange(curlWithToken('/2'), KEPT)
      .fin();
    assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), LINES);
  });

  it('gives up a hole that was acknowledged, so that the calls behind it come', () => {
    const talk = new TcpConversation().handshake().send(curl('/1'), { mss: 30 }).drop(4);
    talk.ack('server').reply(KEPT).exchange(curlWithToken('/2'), KEPT);
    assert.deepEqual(sofar(talk.packets()).calls, []);
    const { calls } = sofar([...talk.packets(), ...clock(3)]);
    assert.deepEqual(
      calls.map(({ version }) => version),
      ['unknown', 'v2'],
    );
  });

  it('waits longer for a hole that was not acknowledged: a retransmission may fill it', () => {
    const talk = new TcpConversation().handshake().send(curl('/1'), { mss: 30 });
    const [lost] = talk.segments.splice(4, 1);
    assert.ok(lost !== undefined);
    talk
      .wait(20n * SECOND)
      .raw('client', ['ACK'], lost)
      .reply(KEPT);
    const { calls, losses } = assembled(merge(talk.packets(), clock(5, 10, 15)));
    assert.deepEqual([calls.map(lineOf), losses], [['v1 GET /1 200'], {}]);
  });

  describe('of a request in mid-stream whose packets the endpoint did not get', () => {
    /** Sent with a FIN that comes apart from it, and again with both in one. */
    const request = curl('/1');
    const talk = () => {
      const begun = new TcpConversation({ clientIsn: 7 }).handshake().send(request).fin('client').drop();
      begun.segments.splice(0, 3);
      return begun;
    };
    const again = (seconds: bigint) => {
      const resent = talk().wait(seconds * SECOND);
      const [sent] = resent.segments;
      return resent.raw('client', ['ACK', 'PSH', 'FIN'], sent);
    };

    it('is one call with its status, however late the answer', () => {
      for (const seconds of [2n, 50n]) {
        const answered = again(seconds).reply(response(200, 'a')).ack().fin('server');
        const { calls, losses } = assembled(merge(answered.packets(), clock(1, 3, 20, 40, 55, 130)));
        assert.deepEqual([calls.map(lineOf), losses], [['v1 GET /1 200'], {}]);
      }
    });

    it('is one call without an answer once it was not sent again for a minute', () => {
      const packets = merge(again(2n).packets(), clock(1, 4, 30, 60));
      assert.deepEqual(sofar(packets).calls, []);
      assert.deepEqual(sofar([...packets, ...clock(62, 64)]).calls.map(lineOf), ['v1 GET /1']);
    });

    it('is told at once where the client acknowledged an answer that was not captured', () => {
      const oneWay = talk().raw('client', ['ACK'], { acknowledgment: 900_001 + 90 });
      assert.deepEqual(sofar([...oneWay.packets(), ...clock(2, 4)]).calls.map(lineOf), ['v1 GET /1']);
    });
  });

  it('gives a connection that was reset, or of which one end closed alone, a moment', () => {
    const talk = new TcpConversation().handshake().exchange(curl('/1'), KEPT).rst();
    assert.equal(sofar([...talk.packets(), ...clock(0)]).connections.length, 0);
    assert.equal(sofar([...talk.packets(), ...clock(3)]).connections.length, 1);
  });

  it('ends at the end of the capture what is open', () => {
    const talk = new TcpConversation().handshake().send(curl('/1')).packets();
    const { calls, connections } = assembled([...talk, ...clock(1)]);
    assert.deepEqual([calls.length, connections.length], [1, 2]);
  });

  describe('when the clock jumps', () => {
    const HOUR = 3600n * SECOND;

    for (const [name, jump] of [
      ['an hour back', -HOUR],
      ['a day back', -24n * HOUR],
      ['a minute back', -60n * SECOND],
      ['five seconds back', -5n * SECOND],
      ['an hour forward', HOUR],
    ] as const) {
      it(`${name}, between two requests, both are read`, () => {
        const talk = new TcpConversation().handshake().exchange(curl('/1'), KEPT);
        talk.wait(jump).exchange(curlWithToken('/2'), KEPT).fin();
        const { calls, connections } = assembled(talk.packets());
        assert.deepEqual(calls.map(lineOf), LINES);
        assert.ok(connections.every((connection) => connection.endTime >= connection.time));
      });

      it(`${name}, within a request, it is read`, () => {
        const talk = new TcpConversation().handshake().send(curl('/1').slice(0, 30));
        talk.wait(jump).send(curl('/1').slice(30)).reply(KEPT).fin();
        const { calls } = assembled(talk.packets());
        assert.equal(calls.at(-1)?.status, 200);
        if (jump < 0n) assert.deepEqual(calls.map(lineOf), ['v1 GET /1 200']);
        assert.ok(calls.every((call) => (call.requestEnd ?? call.time) >= call.time));
      });
    }

    it('back again and again, waits still end', () => {
      const talk = new TcpConversation().handshake().send(curl('/1'), { mss: 30 }).drop(4);
      talk.ack('server').reply(KEPT);
      const jumps = clock(0, -3600, -3598, -7200, -7198);
      const { calls } = sofar([...talk.packets(), ...jumps]);
      assert.deepEqual(
        calls.map(({ version }) => version),
        ['unknown'],
      );
    });

    it('to the year 2106 and 1970, nothing breaks', () => {
      const at = (timeNs: bigint) => (packet: TestPacket) => ({ ...packet, timeNs });
      const talk = new TcpConversation().handshake().exchange(curl('/1'), KEPT).fin().packets();
      const packets = [
        ...talk.slice(0, 3).map(at(0n)),
        ...talk.slice(3, 5).map(at(0xffff_ffffn * SECOND)),
        ...talk.slice(5).map(at(0n)),
      ];
      const { calls } = assembled(packets);
      assert.deepEqual(calls.map(({ version, target }) => [version, target]).at(-1), ['v1', '/1']);
    });
  });
});
