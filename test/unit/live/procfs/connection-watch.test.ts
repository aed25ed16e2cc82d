import assert from 'node:assert/strict';
import { ConnectionWatch } from '../../../../src/live/procfs/connection-watch.ts';
import type { LookupRequest } from '../../../../src/live/procfs/request.ts';
import type { Packet } from '../../../../src/ports.ts';

const ENDPOINT = { address: '169.254.169.254', port: 80, family: 4 } as const;
const CLIENT = [10, 0, 0, 5];
const SERVICE = [169, 254, 169, 254];
const SYN = 2;
const ACK = 16;

/** A raw IPv4 packet with a TCP header and nothing more. */
function packet(toService: boolean, port: number, flags: number, sequence: number, acknowledged = 0): Packet {
  const bytes = Buffer.alloc(40);
  bytes[0] = 0x45;
  bytes[9] = 6;
  bytes.set(toService ? CLIENT : SERVICE, 12);
  bytes.set(toService ? SERVICE : CLIENT, 16);
  bytes.writeUInt16BE(toService ? port : 80, 20);
  bytes.writeUInt16BE(toService ? 80 : port, 22);
  bytes.writeUInt32BE(sequence, 24);
  bytes.writeUInt32BE(acknowledged, 28);
  bytes[32] = 0x50;
  bytes[33] = flags;
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    offset: 0,
    capturedLength: 40,
    originalLength: 40,
    linkType: 101,
    seconds: 0,
    nanoseconds: 0,
    number: 1,
    interfaceName: undefined,
    netns: undefined,
    comment: undefined,
  };
}

describe('connections to ask about', () => {
  let asked: LookupRequest[];
  let watch: ConnectionWatch;
  beforeEach(() => {
    asked = [];
    watch = new ConnectionWatch([ENDPOINT], (request) => asked.push(request));
  });

  it('asks once for a connection, with its number', () => {
    for (const each of [
      packet(true, 4000, SYN, 7),
      packet(true, 4000, SYN, 7),
      packet(false, 4000, SYN | ACK, 99, 8),
      packet(true, 4000, ACK, 8, 100),
    ])
      watch.packet(each);
    const remote = { address: ENDPOINT.address, port: 80 };
    assert.deepEqual(asked, [{ local: { address: '10.0.0.5', port: 4000 }, remote, isn: 7 }]);
  });

  it("asks again for the port's next connection", () => {
    watch.packet(packet(true, 4000, SYN, 7));
    watch.packet(packet(true, 4000, SYN, 8));
    assert.deepEqual(
      asked.map(({ isn }) => isn),
      [7, 8],
    );
  });

  it('asks for one whose beginning was not seen, from either side', () => {
    watch.packet(packet(true, 4000, ACK, 7));
    watch.packet(packet(false, 4001, ACK, 7));
    watch.packet(packet(false, 4002, SYN | ACK, 7, 0));
    assert.deepEqual(
      asked.map(({ local, isn }) => [local.port, isn]),
      [
        [4000, undefined],
        [4001, undefined],
        [4002, 0xffffffff],
      ],
    );
  });

  it('reads nothing beyond a packet that is cut', () => {
    const cut = packet(true, 4000, SYN, 7);
    cut.capturedLength = 30;
    watch.packet(cut);
    assert.deepEqual(asked, []);
  });
});
