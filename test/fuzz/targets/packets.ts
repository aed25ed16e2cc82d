import {
  curl,
  curlTokenPut,
  IMDS_V6,
  LINK_NAMES,
  linkTypeOf,
  response,
  TcpConversation,
  type TestPacket,
  tokenResponse,
} from '../../support/packets/index.ts';
import { assemble, type FedPacket, featuresOf } from '../assemble.ts';
import type { Target } from '../target.ts';

const MAX_PACKETS = 512;
/** Waits between packets, by the two highest bits of a packet's length: none, 1 ms, 1 s, ten minutes. */
const WAITS_NS = [0, 1e6, 1e9, 600e9];

/**
 * Input: for each packet an index into {@link LINK_NAMES}, two bytes of length (14 bits) and wait (2 bits), the
 * bytes. Every input is readable as some packets.
 */
export const packets: Target = {
  name: 'packets',
  seeds: () =>
    LINK_NAMES.flatMap((link) => {
      const isIpv6 = link === 'ipv6';
      const talk = new TcpConversation(isIpv6 ? { server: IMDS_V6 } : {})
        .handshake()
        .exchange(curlTokenPut(), tokenResponse())
        .exchange(curl('/latest/user-data'), response(200, 'x'.repeat(40)))
        .keepAliveProbe()
        .fin();
      return [encode(talk.packets({ link }), link)];
    }),
  run: async (input) => featuresOf(assemble(decodePackets(input))),
};

function encode(list: readonly TestPacket[], link: (typeof LINK_NAMES)[number]): Buffer {
  return Buffer.concat(
    list.flatMap(({ bytes }) => {
      const head = Buffer.from([LINK_NAMES.indexOf(link), 0x40 | (bytes.length >> 8), bytes.length & 0xff]);
      return [head, bytes];
    }),
  );
}

export function* decodePackets(input: Uint8Array): Generator<FedPacket> {
  let number = 0;
  for (let at = 0; at + 3 <= input.length && number < MAX_PACKETS; number++) {
    const [link = 0, high = 0, low = 0] = input.subarray(at, at + 3);
    const length = ((high & 0x3f) << 8) | low;
    const bytes = input.subarray(at + 3, at + 3 + length);
    at += 3 + length;
    const name = LINK_NAMES[link % LINK_NAMES.length] ?? 'raw';
    // A bit of the link byte says that the snap length cut the packet.
    const originalLength = link & 0x80 ? bytes.length + 100 : bytes.length;
    yield { bytes, linkType: linkTypeOf(name), waitNs: WAITS_NS[high >> 6] ?? 0, originalLength };
  }
}
