import { encapsulate, tcpPacket, udpPacket } from '../../test/support/packets/index.ts';
import type { Random } from '../random.ts';

const FRAMES = 4096;
const FULL_FRAME = 1514;
/** Share and sizes of the frames that are not full: acknowledgements and name look-ups, then small messages. */
const SMALL_SHARE = 0.7;
const SMALL = [54, 94] as const;
const MIDDLE = [100, 500] as const;
const MEAN_OF_REST = SMALL_SHARE * mean(SMALL) + (1 - SMALL_SHARE) * mean(MIDDLE);

const WORDS =
  'the request of user order item price false true null status created updated http json amount currency '.split(
    ' ',
  );

/**
 * Frames of a host's other traffic: TCP and UDP over IPv4 and IPv6 with many hosts, among them the
 * neighbours of the metadata service. The share of full frames is what brings the mean size about:
 * remote calls at 300 bytes, bulk transfer at 1,000.
 */
export function backgroundFrames(random: Random, meanSize: number): Uint8Array[] {
  const full = (meanSize - MEAN_OF_REST) / (FULL_FRAME - MEAN_OF_REST);
  return Array.from({ length: FRAMES }, (_, i) => {
    // Spread evenly, so that the mean is met by any seed.
    const isFull = Math.floor((i + 1) * full) > Math.floor(i * full);
    const sizes: readonly [number, number] = random.chance(SMALL_SHARE) ? SMALL : MIDDLE;
    const size = isFull ? FULL_FRAME : random.between(...sizes);
    return frame(random, size);
  });
}

function frame(random: Random, size: number): Uint8Array {
  const isIpv6 = size > 74 && random.chance(0.15);
  const isUdp = random.chance(0.12);
  const headers = 14 + (isIpv6 ? 40 : 20) + (isUdp ? 8 : 20);
  const payload = content(random, Math.max(0, size - headers));
  const host = { address: isIpv6 ? '2001:db8:1::5' : '172.31.5.9', port: random.between(32_768, 60_999) };
  const peer = isUdp ? datagramPeer(random, isIpv6) : streamPeer(random, isIpv6);
  const [source, destination] = random.chance(0.5) ? [host, peer] : [peer, host];
  const ip = isUdp
    ? udpPacket(source, destination, payload)
    : tcpPacket({
        source,
        destination,
        sequence: random.bits(),
        acknowledgment: random.bits(),
        flags: payload.length > 0 ? ['PSH', 'ACK'] : ['ACK'],
        payload,
      });
  return encapsulate('ethernet', ip, source === peer);
}

function streamPeer(random: Random, isIpv6: boolean) {
  const port = random.pick([443, 443, 443, 443, 80, 5432, 6379, 9092, 22]);
  const address = isIpv6
    ? `2001:db8:${random.between(2, 9)}::${random.between(1, 99)}`
    : random.pick([
        `172.31.${random.below(64)}.${random.between(10, 250)}`,
        `52.95.${random.below(256)}.${random.below(256)}`,
      ]);
  return { address, port };
}

/** The name server and the time server of an instance are neighbours of the metadata service. */
function datagramPeer(random: Random, isIpv6: boolean) {
  if (isIpv6)
    return random.pick([
      { address: 'fd00:ec2::253', port: 53 },
      { address: 'fd00:ec2::123', port: 123 },
    ]);
  return random.pick([
    { address: '169.254.169.253', port: 53 },
    { address: '169.254.169.123', port: 123 },
    { address: `172.31.${random.below(64)}.${random.between(10, 250)}`, port: 8125 },
  ]);
}

/** Mostly what looks random (TLS), a third of it text: what a compressor finds in real traffic. */
function content(random: Random, size: number): Uint8Array {
  if (random.chance(0.35)) {
    let text = '';
    while (text.length < size) text += `${random.pick(WORDS)} ${random.below(1000)} `;
    return Buffer.from(text.slice(0, size));
  }
  const bytes = Buffer.alloc(size + 4);
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(random.bits(), at);
  return bytes.subarray(0, size);
}

function mean([least, most]: readonly [number, number]): number {
  return (least + most) / 2;
}
