import {
  curl,
  EPOCH_NS,
  IMDS_V4,
  type Ipv4Header,
  type Ipv6Header,
  Protocol,
  type TestPacket,
  tcp,
} from '../../../support/packets/index.ts';

export const RAW = { linkType: 101 };
export const TARGET = '/latest/meta-data/';
export const CLIENT = { address: '172.31.5.9', port: 40_000 };
export const CLIENT_V6 = { address: '2001:db8::5', port: 40_000 };

/** Header of an IPv4 packet from the client to the endpoint. */
export const IPV4: Ipv4Header = {
  source: CLIENT.address,
  destination: IMDS_V4.address,
  protocol: Protocol.tcp,
};
export const IPV6: Ipv6Header = {
  source: CLIENT_V6.address,
  destination: 'fd00:ec2::254',
  protocol: Protocol.tcp,
};

/** A TCP segment that holds a whole request, in the middle of a connection. */
export function requestSegment(payload = curl(TARGET), from = CLIENT, to = IMDS_V4.address): Buffer {
  return tcp({
    source: from,
    destination: { address: to, port: 80 },
    sequence: 1001,
    acknowledgment: 900_001,
    flags: ['PSH', 'ACK'],
    payload: Buffer.from(payload, 'latin1'),
  });
}

/** Packets of RAW link type, one after the other; `seconds` is each one's time from the epoch on. */
export function rawPackets(all: readonly Uint8Array[], seconds: readonly number[] = []): TestPacket[] {
  return all.map((bytes, i) => ({
    timeNs: EPOCH_NS + BigInt(Math.round((seconds[i] ?? i / 1000) * 1e9)),
    bytes,
  }));
}
