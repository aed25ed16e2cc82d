import assert from 'node:assert/strict';
import { Blanker } from '../../../../src/capture/blank/index.ts';
import { blank, checkBlanked, ENDPOINTS, type PacketLike, packetOf, read } from '../../../support/blank.ts';
import { curl, curlWithToken, response, TcpConversation, TOKEN } from '../../../support/packets/index.ts';

const MS = 1_000_000n;

function raw(talk: TcpConversation): PacketLike[] {
  return talk.packets({ link: 'raw' }).map((packet) => ({ ...packet, linkType: 101 }));
}

/** Numbers of the packets that had left after each packet. */
function departures(
  packets: readonly PacketLike[],
  afterwards: (blanker: Blanker) => void = () => {},
): number[][] {
  const left: number[] = [];
  const blanker = new Blanker(ENDPOINTS, ({ number }) => left.push(number));
  const result = packets.map((packet, i) => {
    blanker.packet(packetOf(packet, i + 1));
    return left.splice(0);
  });
  afterwards(blanker);
  result.push(left.splice(0));
  blanker.end();
  result.push(left.splice(0));
  return result;
}

describe('capture/blank, held packets', function () {
  this.timeout(30_000);

  it('leave at once where everything is decided, and with the end of the line where not', () => {
    const request = curl('/');
    const talk = new TcpConversation()
      .handshake()
      .send(request, { split: [5] })
      .ack('server');
    assert.deepEqual(departures(raw(talk)), [[1], [2], [3], [], [4, 5], [6], [], []]);
  });

  it('leave after a second of capture time, or of ticks, in order', () => {
    const talk = new TcpConversation().handshake().send('GET /la').ack('server');
    const packets = raw(talk);
    const late = raw(talk.wait(1000n * MS).ack()).slice(-1);
    assert.deepEqual(departures([...packets, ...late]), [[1], [2], [3], [], [], [4, 5, 6], [], []]);
    const at = Number((packets.at(-1)?.timeNs ?? 0n) / 1_000_000_000n);
    const tick = (blanker: Blanker) => blanker.advance(at + 1, 5e8);
    assert.deepEqual(departures(packets, tick), [[1], [2], [3], [], [], [4, 5], []]);
  });

  it('give the calls of clients that are slow', () => {
    // Byte by byte over minutes: what of a line can be nothing else is kept, also before its end is seen.
    const request = curlWithToken('/latest/meta-data/', TOKEN);
    for (const [mss, pause] of [
      [1, 700n],
      [1, 1500n],
      [7, 1500n],
      [30, 5000n],
    ] as const) {
      const talk = new TcpConversation().handshake();
      for (let at = 0; at < request.length; at += mss)
        talk.send(request.slice(at, at + mss)).wait(pause * MS);
      talk.ack('server');
      const answer = response(200, 'x');
      for (let at = 0; at < answer.length; at += mss) talk.reply(answer.slice(at, at + mss)).wait(pause * MS);
      const packets = raw(talk.fin());
      const saved = blank(packets).packets;
      const shown = ({ calls }: ReturnType<typeof read>) =>
        calls.map(({ version, method, target, status, time }) => ({ version, method, target, status, time }));
      assert.deepEqual(shown(read(saved)), shown(read(packets)), `${mss} bytes, ${pause} ms`);
      assert.ok(!saved.some(({ bytes }) => Buffer.from(bytes).includes(TOKEN.slice(8, 20))));
    }
  });

  it('are blank where a hole was not filled in time, also in later copies', () => {
    const talk = new TcpConversation().handshake().send(curlWithToken('/latest/'), { mss: 30 });
    const [lost] = talk.segments.splice(3, 1);
    talk.ack('server').wait(1500n * MS);
    talk.reply('').ack();
    assert.ok(lost);
    talk.raw('client', ['ACK'], { sequence: lost.sequence, payload: lost.payload });
    const packets = raw(talk);
    const saved = blank(packets);
    assert.ok(!saved.packets.some(({ bytes }) => Buffer.from(bytes).includes(TOKEN.slice(8, 20))));
    assert.equal(saved.packets.length, packets.length);
  });

  it('are counted where there are too many of them', () => {
    const talk = new TcpConversation({ stepNs: 100n }).handshake().send('GET /x');
    const packets = raw(talk);
    const other = new TcpConversation({
      client: { address: '172.31.5.10', port: 1 },
      stepNs: 1n,
      startNs: talk.now,
    });
    other.handshake();
    for (let i = 0; i < 80; i++) other.reply(Buffer.alloc(60_000, 65));
    const big = raw(other);
    const list = [...packets, ...Array.from({ length: 20 }, () => big.slice(3)).flat()].map((packet) => ({
      ...packet,
      timeNs: talk.now,
    }));
    const { losses, packets: saved } = blank(list);
    assert.equal(saved.length, list.length);
    assert.ok((losses['blank.packets_evicted'] ?? 0) > 0, JSON.stringify(losses));
  });

  it('come out alike when they are copies, before and after the connection was closed', () => {
    const talk = new TcpConversation().handshake().exchange(curlWithToken('/a'), response(200, 'x')).fin();
    const packets = raw(talk);
    const copies = packets.map((packet) => ({ ...packet, timeNs: talk.now }));
    const saved = checkBlanked([...packets, ...copies]);
    packets.forEach((_, i) => {
      assert.deepEqual(
        Buffer.from(saved[i + packets.length]?.bytes ?? []),
        Buffer.from(saved[i]?.bytes ?? []),
      );
    });
  });
});
