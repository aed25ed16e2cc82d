import assert from 'node:assert/strict';
import { layoutOf } from '../../../../src/capture/blank/layout.ts';
import { blank, type PacketLike } from '../../../support/blank.ts';
import {
  curlWithToken,
  IMDS_V6,
  internetChecksum,
  ipv4Fragments,
  LINK_NAMES,
  linkTypeOf,
  TcpConversation,
  tcp,
  tokenResponse,
} from '../../../support/packets/index.ts';

/** The sum over pseudo-header and segment: 0 where the checksum is right. */
function tcpSum(packet: PacketLike): number {
  const bytes = Buffer.from(packet.bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const layout = layoutOf(bytes, view, packet.linkType ?? 1, bytes.length);
  assert.ok(layout !== undefined && layout.tcp >= 0);
  const ip = bytes.subarray(0, layout.tcp);
  const addresses =
    layout.tcp - 40 >= 0 && (bytes[layout.tcp - 40] ?? 0) >> 4 === 6 ? ip.subarray(-32) : ip.subarray(-8);
  const length = layout.end - layout.tcp;
  const pseudo = Buffer.concat([addresses, Buffer.from([0, 6, length >> 8, length & 0xff])]);
  return internetChecksum(pseudo, bytes.subarray(layout.tcp, layout.end));
}

function talk(link: (typeof LINK_NAMES)[number]): PacketLike[] {
  const talk = new TcpConversation(link === 'ipv6' ? { server: IMDS_V6 } : {}).handshake();
  // Odd lengths and odd offsets: the sum is of words.
  talk.send(curlWithToken('/latest/user-data?a=b'), { split: [7, 30, 101] }).ack('server');
  talk.reply(tokenResponse(), { mss: 33 }).ack().fin();
  return talk.packets({ link }).map((packet) => ({ ...packet, linkType: linkTypeOf(link) }));
}

describe('capture/blank, checksums', () => {
  for (const link of LINK_NAMES) {
    it(`stay right where they were, over ${link}`, () => {
      const packets = talk(link);
      for (const packet of packets) assert.equal(tcpSum(packet), 0);
      for (const [i, packet] of blank(packets).packets.entries())
        assert.equal(tcpSum(packet), 0, `packet ${i}`);
    });
  }

  it('stay as wrong as they were', () => {
    const packets = talk('raw').map((packet) => {
      const bytes = Buffer.from(packet.bytes);
      bytes.writeUInt16BE((bytes.readUInt16BE(36) + 0x1234) & 0xffff || 1, 36);
      return { ...packet, bytes };
    });
    const before = packets.map(tcpSum);
    assert.deepEqual(blank(packets).packets.map(tcpSum), before);
  });

  it('are left alone where the network card was to write them', () => {
    const sums = new Set<number>();
    for (const value of [0, 'pseudo'] as const) {
      const packets = talk('raw').map((packet) => {
        const bytes = Buffer.from(packet.bytes);
        const length = bytes.length - 20;
        const pseudo = Buffer.concat([
          bytes.subarray(12, 20),
          Buffer.from([0, 6, length >> 8, length & 0xff]),
        ]);
        bytes.writeUInt16BE(value === 0 ? 0 : ~internetChecksum(pseudo) & 0xffff, 36);
        return { ...packet, bytes };
      });
      blank(packets).packets.forEach(({ bytes }, i) => {
        assert.equal(
          Buffer.from(bytes).readUInt16BE(36),
          Buffer.from(packets[i]?.bytes ?? []).readUInt16BE(36),
        );
        sums.add(i);
      });
    }
    assert.ok(sums.size > 5);
  });

  it('stay right over the fragments of a datagram, of which only the first has it', () => {
    const source = { address: '172.31.5.9', port: 40_000 };
    const destination = { address: '169.254.169.254', port: 80 };
    const [syn, synAck, ack] = new TcpConversation().handshake().packets({ link: 'raw' });
    assert.ok(syn && synAck && ack);
    const payload = Buffer.from(curlWithToken('/latest/user-data?key=hunter2'));
    const segment = tcp({
      source,
      destination,
      sequence: 1001,
      acknowledgment: 900_001,
      flags: ['ACK'],
      payload,
    });
    const header = {
      source: source.address,
      destination: destination.address,
      protocol: 6,
      identification: 7,
    };
    const pieces = ipv4Fragments(header, segment, 64).map((bytes, i) => ({
      timeNs: ack.timeNs + BigInt(i),
      bytes,
    }));
    const packets = [syn, synAck, ack, ...pieces].map((packet) => ({ ...packet, linkType: 101 }));
    for (const order of [packets, [...packets.slice(0, 3), ...packets.slice(3).reverse()]]) {
      const saved = blank(order).packets.slice(3);
      if (order !== packets) saved.reverse();
      const whole = Buffer.concat(saved.map(({ bytes }) => Buffer.from(bytes.subarray(20))));
      const pseudo = Buffer.from([
        172,
        31,
        5,
        9,
        169,
        254,
        169,
        254,
        0,
        6,
        whole.length >> 8,
        whole.length & 0xff,
      ]);
      assert.equal(internetChecksum(pseudo, whole), 0);
      const text = whole.toString('latin1', 20);
      assert.match(text, /^GET \/latest\/user-data\?key=X{7} HTTP\/1\.1\r\nHost: 169\.254\.169\.254\r\n/);
      assert.match(text, /X-aws-ec2-metadata-token: X{64}\r\n\r\n$/);
    }
  });
});
