import assert from 'node:assert/strict';
import {
  beUint,
  concat,
  curl,
  EPOCH_NS,
  encapsulate,
  IMDS_V4,
  IMDS_V6,
  LINK_NAMES,
  linkTypeOf,
  response,
  TcpConversation,
  type TestPacket,
  tcpPacket,
} from '../../../support/packets/index.ts';
import { assembled, linesOf } from '../assembled.ts';

const TARGET = '/latest/meta-data/';

function conversation(server = IMDS_V4): TcpConversation {
  return new TcpConversation({ server }).handshake().exchange(curl(TARGET), response(200, 'ami-id')).fin();
}

/** A request in a frame with these Ethernet types and tags between the addresses and the IP packet. */
function ethernetFrame(between: Uint8Array): TestPacket {
  const ip = tcpPacket({
    source: { address: '172.31.5.9', port: 40_000 },
    destination: IMDS_V4,
    sequence: 1001,
    acknowledgment: 900_001,
    flags: ['PSH', 'ACK'],
    payload: Buffer.from(curl(TARGET)),
  });
  return { timeNs: EPOCH_NS, bytes: concat(Buffer.alloc(12, 2), between, ip) };
}

function tags(...types: number[]): Buffer {
  return concat(...types.map((type) => concat(beUint(type, 2), beUint(0x2007, 2))), beUint(0x0800, 2));
}

describe('capture/decode, link headers', () => {
  for (const link of LINK_NAMES) {
    const families = link === 'ipv4' ? [IMDS_V4] : link === 'ipv6' ? [IMDS_V6] : [IMDS_V4, IMDS_V6];
    for (const server of families) {
      it(`reads ${server.address} on ${link}`, () => {
        const packets = conversation(server).packets({ link });
        assert.deepEqual(linesOf(packets, { linkType: linkTypeOf(link) }), [`v1 GET ${TARGET} 200`]);
      });
    }

    it(`survives a cut at every byte of the headers on ${link}`, () => {
      const server = link === 'ipv6' ? IMDS_V6 : IMDS_V4;
      const packets = conversation(server).packets({ link });
      const linkType = linkTypeOf(link);
      for (let length = 0; length < 90; length++) {
        const cut = packets.map((packet) => ({
          ...packet,
          bytes: packet.bytes.subarray(0, length),
          originalLength: packet.bytes.length,
        }));
        const { calls } = assembled(cut, { linkType });
        assert.ok(
          calls.every(({ version }) => version === 'unknown'),
          `${length} bytes`,
        );
      }
    });
  }

  it('reads the same packet as tagged and as untagged copies once', () => {
    const talk = conversation();
    const packets = [...talk.packets({ link: 'vlan' }), ...talk.packets({ link: 'ethernet' })];
    assert.deepEqual(linesOf(packets), [`v1 GET ${TARGET} 200`]);
  });

  it('reads any mixture of tags up to eight, and no more', () => {
    const eight = [0x88a8, 0x8100, 0x9100, 0x8100, 0x88a8, 0x9100, 0x8100, 0x8100];
    assert.equal(assembled([ethernetFrame(tags(...eight))]).calls.length, 1);
    assert.equal(assembled([ethernetFrame(tags(...eight, 0x8100))]).calls.length, 0);
  });

  it('takes nothing but IP behind the tags', () => {
    for (const type of [0x0806, 0x8864, 0x0000, 0xffff, 0x0600]) {
      const between = concat(beUint(0x8100, 2), beUint(7, 2), beUint(type, 2));
      assert.equal(assembled([ethernetFrame(between)]).calls.length, 0, type.toString(16));
    }
  });

  it('goes by the IP header where family or Ethernet type say another version', () => {
    const ip = conversation().packets({ link: 'raw' });
    const asIpv6 = ip.map((packet) => ({
      ...packet,
      bytes: concat(Buffer.alloc(12), beUint(0x86dd, 2), packet.bytes),
    }));
    assert.deepEqual(linesOf(asIpv6), [`v1 GET ${TARGET} 200`]);
    const family = ip.map((packet) => ({ ...packet, bytes: concat(beUint(10, 4), packet.bytes) }));
    assert.deepEqual(linesOf(family, { linkType: 108 }), [`v1 GET ${TARGET} 200`]);
  });

  it('leaves what has no IP version that exists, and link types that are not decoded', () => {
    const [first] = conversation().packets({ link: 'raw' });
    assert.ok(first !== undefined);
    for (const nibble of [0, 5, 7, 15]) {
      const bytes: Buffer = Buffer.from(first.bytes);
      bytes[0] = (nibble << 4) | 5;
      assert.deepEqual(assembled([{ ...first, bytes }], { linkType: 101 }).connections, []);
    }
    const packets = conversation().packets();
    for (const linkType of [105, 127, 147, 195, 65_535]) {
      assert.deepEqual(assembled(packets, { linkType }).connections, []);
    }
    assert.deepEqual(
      assembled([{ timeNs: EPOCH_NS, bytes: encapsulate('sll', Buffer.alloc(0)) }], { linkType: 113 })
        .connections,
      [],
    );
  });
});
