import assert from 'node:assert/strict';
import { curl, response, TcpConversation, type TestPacket } from '../../../support/packets/index.ts';
import { assembled } from '../assembled.ts';

const CONTAINER = { address: '10.88.0.5', port: 45_000 };
const UPLINK = { address: '172.31.5.9', port: 61_000 };
const DELAY_NS = 20_000n;

/** A copy of the whole connection where answers have that TTL; the endpoint's other packets may have another. */
function copy(ttl: number, answerTtl = ttl, client = CONTAINER, delayNs = 0n): TestPacket[] {
  const render = (serverTtl: number) =>
    new TcpConversation({ client: CONTAINER, serverTtl })
      .handshake()
      .exchange(curl('/a'), response(200, 'a', { connection: 'keep-alive' }))
      .fin()
      .packets({ client, delayNs });
  const handshake = render(ttl).slice(0, 3);
  return [...handshake, ...render(answerTtl).slice(3)];
}

function mingled(one: readonly TestPacket[], other: readonly TestPacket[]): TestPacket[] {
  return one.flatMap((packet, i) => [packet, other[i]]).filter((packet) => packet !== undefined);
}

function ttlOf(packets: readonly TestPacket[]): number | undefined {
  const { calls } = assembled(packets);
  assert.equal(calls.length, 1);
  return calls[0]?.responseTtl;
}

describe('capture/tcp, the TTL of an answer', () => {
  const uplink = (ttl: number, answer = ttl) => copy(ttl, answer, UPLINK, DELAY_NS);

  it('is that of the copy nearest to the client, whichever came first', () => {
    assert.equal(ttlOf(mingled(uplink(255), copy(254))), 254);
    assert.equal(ttlOf(mingled(copy(254), uplink(255))), 254);
    assert.equal(ttlOf(mingled(uplink(64), copy(61))), 61);
  });

  it('is so without address translation', () => {
    assert.equal(ttlOf(mingled(copy(64), copy(63))), 63);
  });

  it('may be another one than that of the handshake', () => {
    assert.equal(ttlOf(mingled(uplink(64, 255), copy(63, 254))), 254);
    assert.equal(ttlOf(mingled(copy(63, 2), uplink(64, 3))), 2);
  });

  it('stays where it is the only copy, the handshake is missing, or it does not get so far', () => {
    assert.equal(ttlOf(copy(64)), 64);
    assert.equal(ttlOf(copy(64).slice(3)), 64);
    assert.equal(ttlOf(mingled(uplink(64, 1), copy(63, 1).slice(0, 4))), 1);
  });
});
