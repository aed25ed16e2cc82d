import assert from 'node:assert/strict';
import {
  beUint,
  concat,
  curl,
  IMDS_V4,
  ipv4,
  Protocol,
  response,
  snap,
  TcpConversation,
  udpPacket,
} from '../../../support/packets/index.ts';
import { assembled, linesOf } from '../assembled.ts';
import { CLIENT, IPV4, RAW, rawPackets, requestSegment, TARGET } from './packets.ts';

const ONE = [`v1 GET ${TARGET}`];

describe('capture/decode, IPv4', () => {
  const segment = requestSegment();

  for (const length of [0, 4, 12, 40]) {
    it(`steps over ${length} bytes of options`, () => {
      const packet = ipv4({ ...IPV4, options: Buffer.alloc(length, 1) }, segment);
      assert.deepEqual(linesOf(rawPackets([packet]), RAW), ONE);
    });
  }

  it('steps over options that would look like a TCP header to the endpoint', () => {
    const options = concat(beUint(40_001, 2), beUint(80, 2), Buffer.alloc(36, 0x50));
    assert.deepEqual(linesOf(rawPackets([ipv4({ ...IPV4, options }, segment)]), RAW), ONE);
  });

  it('reads nothing where the header length is below that of the fixed header', () => {
    const packet = ipv4(IPV4, segment);
    packet[0] = 0x44;
    const { calls, connections } = assembled(rawPackets([packet]), RAW);
    assert.deepEqual([calls, connections], [[], []]);
  });

  it('counts options and TCP headers that the snap length cut', () => {
    const packet = ipv4({ ...IPV4, options: Buffer.alloc(40, 1) }, segment);
    for (const [length, name] of [
      [30, 'ip.header_cut'],
      [60, 'tcp.header_cut'],
      [79, 'tcp.header_cut'],
    ] as const) {
      const { calls, losses } = assembled(snap(rawPackets([packet]), length), RAW);
      assert.deepEqual([calls, losses], [[], { [name]: 1 }], `${length} bytes`);
    }
  });

  it('takes total length 0, of segmentation offload, for the whole frame', () => {
    const large = `${curl(TARGET).slice(0, -2)}X: ${'y'.repeat(9000)}\r\n\r\n`;
    const packet = ipv4({ ...IPV4, totalLength: 0 }, requestSegment(large));
    const { calls, losses } = assembled(rawPackets([packet]), RAW);
    assert.deepEqual([calls.length, calls[0]?.version, losses], [1, 'v1', {}]);
  });

  it('counts a total length beyond the frame, and reads what is there', () => {
    const packet = ipv4({ ...IPV4, totalLength: 9000 }, segment);
    const { calls, losses } = assembled(rawPackets([packet]), RAW);
    assert.deepEqual([calls.length, losses], [1, { 'ip.length_beyond_frame': 1 }]);
  });

  for (const totalLength of [1, 19, 20, 39]) {
    it(`reads no TCP where the total length, ${totalLength}, has no room for it`, () => {
      const { calls, connections } = assembled(
        rawPackets([ipv4({ ...IPV4, totalLength }, requestSegment())]),
        RAW,
      );
      assert.deepEqual([calls, connections], [[], []]);
    });
  }

  it('leaves the padding of the link alone, whatever is in it', () => {
    const talk = new TcpConversation().handshake().exchange(curl(TARGET), response(200, 'x')).fin();
    const padding = Buffer.from(curl('/in-the-padding'));
    const packets = talk
      .packets()
      .map((packet) => ({ ...packet, bytes: concat(packet.bytes, padding.subarray(0, 40)) }));
    const { calls, connections, losses } = assembled(packets);
    assert.deepEqual(
      calls.map(({ target }) => target),
      [TARGET],
    );
    assert.equal(connections[0]?.requestBytes, curl(TARGET).length);
    assert.deepEqual(losses, {});
  });

  for (const [name, offset] of [
    ['shorter than the fixed header', 0x40],
    ['longer than the segment', 0xf0],
  ] as const) {
    it(`refuses, and counts, a TCP header ${name}`, () => {
      const bytes = requestSegment('x');
      bytes[12] = offset;
      const { calls, losses } = assembled(rawPackets([ipv4(IPV4, bytes)]), RAW);
      assert.deepEqual([calls, losses], [[], { 'tcp.header_invalid': 1 }]);
    });
  }

  it('takes nothing but TCP of the endpoint, and counts none of the rest', () => {
    const other = { address: '169.254.169.253', port: 80 };
    const packets = [
      udpPacket(CLIENT, IMDS_V4, Buffer.from(curl(TARGET))),
      ipv4({ ...IPV4, protocol: Protocol.noNext }, segment),
      ipv4({ ...IPV4, destination: other.address }, segment),
      ipv4(IPV4, requestSegment().fill(0, 2, 4)),
    ];
    const { calls, connections, losses } = assembled(rawPackets(packets), RAW);
    assert.deepEqual([calls, connections, losses], [[], [], {}]);
  });
});
