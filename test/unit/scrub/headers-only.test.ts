import assert from 'node:assert/strict';
import { headerBytes } from '../../../src/scrub/headers-only.ts';
import { packetOf } from '../../support/blank.ts';
import {
  encapsulate,
  ipv4,
  ipv6,
  linkTypeOf,
  Protocol,
  tcpPacket,
  udpPacket,
} from '../../support/packets/index.ts';

const client = { address: '10.0.0.5', port: 1000 };
const server = { address: '10.0.0.9', port: 53 };
const v6 = { source: 'fd00::1', destination: 'fd00::2' };
const payload = Buffer.from('payload');
const segment = { source: client, destination: server, sequence: 1, flags: [], payload };
const icmp = Buffer.concat([Buffer.from([8, 0, 0, 0, 0, 1, 0, 1]), payload]);

function of(bytes: Uint8Array, linkType = 1): number {
  return headerBytes(packetOf({ timeNs: 0n, bytes, linkType }, 1));
}

describe('scrub, headers', () => {
  it('end behind those of TCP, UDP and ICMP, on every link', () => {
    for (const link of ['ethernet', 'vlan', 'sll', 'sll2', 'raw', 'null-le'] as const) {
      const header = encapsulate(link, new Uint8Array(tcpPacket(segment))).length - tcpPacket(segment).length;
      const on = (ip: Uint8Array) => of(encapsulate(link, ip), linkTypeOf(link));
      assert.equal(on(tcpPacket(segment)), header + 40, link);
      assert.equal(on(udpPacket(client, server, payload)), header + 28, link);
      assert.equal(
        on(ipv4({ source: '10.0.0.5', destination: '10.0.0.9', protocol: 1 }, icmp)),
        header + 28,
        link,
      );
      assert.equal(on(ipv6({ ...v6, protocol: 58 }, icmp)), header + 48, link);
      assert.equal(on(ipv6({ ...v6, protocol: Protocol.udp }, icmp)), header + 48, link);
    }
  });

  it('end behind IP where nothing more is understood', () => {
    const gre = ipv4({ source: '10.0.0.5', destination: '10.0.0.9', protocol: 47 }, payload);
    assert.equal(of(encapsulate('ethernet', gre)), 34);
    const cut = udpPacket(client, server, payload).subarray(0, 24);
    assert.equal(of(encapsulate('ethernet', cut)), 38);
  });

  it('end behind the link header where there is no IP, and are none where there is no such header', () => {
    const frame = (type: number) =>
      Buffer.concat([Buffer.alloc(12, 2), Buffer.from([type >> 8, type & 255]), payload]);
    assert.equal(of(frame(0x0806)), 14);
    assert.equal(of(frame(0x0800)), 14);
    assert.equal(of(frame(0x1234)), 0);
    assert.equal(of(payload), 0);
    assert.equal(of(payload, 101), 0);
  });

  it('never end behind what was captured', () => {
    const whole = encapsulate('ethernet', tcpPacket(segment));
    for (let length = 0; length <= whole.length; length++) {
      assert.ok(of(whole.subarray(0, length)) <= Math.min(length, 54), String(length));
    }
  });
});
