import assert from 'node:assert/strict';
import { PacketCopies } from '../../../../src/live/save/packet-copies.ts';
import type { Packet } from '../../../../src/ports.ts';
import {
  EPOCH_NS,
  encapsulate,
  IMDS_V4,
  IMDS_V6,
  linkTypeOf,
  tcpPacket,
} from '../../../support/packets/index.ts';

const START = Number(EPOCH_NS / 1_000_000_000n);
const CLIENT = { address: '172.31.5.9', port: 40_000 };
const CLIENT_V6 = { address: '2001:db8::5', port: 40_000 };

interface Copy {
  on: string;
  /** Milliseconds since the first packet. */
  at?: number;
  ttl?: number;
  payload?: string;
  sequence?: number;
  from?: typeof CLIENT;
  link?: 'raw' | 'ethernet';
}

function packetOf({
  on,
  at = 0,
  ttl = 64,
  payload = 'GET /',
  sequence = 1,
  from = CLIENT,
  link = 'raw',
}: Copy): Packet {
  const destination = from.address.includes(':') ? IMDS_V6 : IMDS_V4;
  const segment = {
    source: from,
    destination,
    sequence,
    flags: ['ACK'] as ['ACK'],
    payload: Buffer.from(payload),
  };
  const ip = tcpPacket(segment, ttl);
  const bytes = encapsulate(link, ip);
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    offset: 0,
    capturedLength: bytes.length,
    originalLength: bytes.length,
    linkType: linkTypeOf(link),
    seconds: START + Math.floor(at / 1000),
    nanoseconds: (at % 1000) * 1e6,
    number: 0,
    interfaceName: on,
    netns: undefined,
    comment: undefined,
  };
}

/** Interfaces of the packets that passed, in their order; `advance` lets journal time pass. */
function passed(
  hasSockets: boolean,
  entries: readonly (Copy | { advance: number } | 'lose' | 'end')[],
): string[] {
  const seen: string[] = [];
  const copies = new PacketCopies(hasSockets, ({ interfaceName }) => seen.push(interfaceName ?? ''));
  for (const entry of entries) {
    if (entry === 'lose') copies.loseSockets();
    else if (entry === 'end') copies.end();
    else if ('advance' in entry) copies.advance(START * 1000 + entry.advance);
    else copies.packet(packetOf(entry));
  }
  return seen;
}

describe('copies of packets', () => {
  it('of the wire are left out where the socket had the packet first', () => {
    assert.deepEqual(passed(true, [{ on: 'sockets' }, { on: 'eth0', at: 1 }, 'end']), ['sockets']);
  });

  it('of the wire wait for that of the socket, and give way to it', () => {
    const entries = [{ on: 'eth0' }, { on: 'veth0', at: 1 }, { on: 'sockets', at: 200 }, { advance: 5000 }];
    assert.deepEqual(passed(true, [...entries, 'end']), ['sockets']);
  });

  it('of the wire pass after a while where no socket had the packet, the first of them alone', () => {
    const entries = [{ on: 'veth0' }, { on: 'eth0', at: 1, ttl: 63 }];
    assert.deepEqual(passed(true, [...entries, { advance: 100 }]), []);
    assert.deepEqual(passed(true, [...entries, { advance: 600 }]), ['veth0']);
    assert.deepEqual(passed(true, [...entries, 'end']), ['veth0']);
    assert.deepEqual(passed(true, [...entries, 'lose']), ['veth0']);
    assert.deepEqual(passed(false, entries), ['veth0']);
  });

  it('are told by what is not rewritten on the way, over any link', () => {
    for (const from of [CLIENT, CLIENT_V6]) {
      const entries = [
        { on: 'sockets', from },
        { on: 'eth0', at: 1, ttl: 62, from, link: 'ethernet' as const },
      ];
      assert.deepEqual(passed(true, [...entries, 'end']), ['sockets']);
    }
  });

  it('that differ are other packets', () => {
    const others: Copy[] = [
      { on: 'eth0', payload: 'GET !' },
      { on: 'eth0', payload: 'GET' },
      { on: 'eth0', sequence: 2 },
      { on: 'eth0', from: { ...CLIENT, port: 40_001 } },
      { on: 'eth0', from: { ...CLIENT, address: '172.31.5.10' } },
    ];
    for (const other of others) {
      assert.deepEqual(
        passed(true, [{ on: 'sockets' }, other, 'end']),
        ['sockets', 'eth0'],
        JSON.stringify(other),
      );
    }
  });

  it('of one socket are a retransmission, and all pass', () => {
    assert.deepEqual(passed(true, [{ on: 'sockets' }, { on: 'sockets', at: 200 }]), ['sockets', 'sockets']);
  });

  it('are known for a bounded number of packets, and wait within a bounded number of bytes', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({
      on: 'eth0',
      sequence: i * 100,
      payload: 'x'.repeat(1400),
    }));
    const seen = passed(true, many);
    assert.ok(seen.length > 0 && seen.length < many.length, String(seen.length));
    assert.equal(passed(true, [...many, 'end']).length, many.length);
  });
});
