import assert from 'node:assert/strict';
import {
  concat,
  IMDS_V6,
  type Ipv6ExtensionHeader,
  ipv6,
  ipv6Fragments,
  Protocol,
  snap,
} from '../../../support/packets/index.ts';
import { assembled, linesOf } from '../assembled.ts';
import { CLIENT_V6, IPV6, RAW, rawPackets, requestSegment, TARGET } from './packets.ts';

const ONE = [`v1 GET ${TARGET}`];
const AUTHENTICATION = 51;
const MOBILITY = 135;
const HOP: Ipv6ExtensionHeader = { protocol: Protocol.hopByHop };
const DESTINATION: Ipv6ExtensionHeader = { protocol: Protocol.destination };

describe('capture/decode, IPv6', () => {
  const segment = requestSegment(undefined, CLIENT_V6, IMDS_V6.address);

  for (const [name, extensions] of [
    ['none', []],
    ['hop-by-hop', [HOP]],
    ['routing', [{ protocol: Protocol.routing }]],
    ['all that RFC 8200 names', [HOP, DESTINATION, { protocol: Protocol.routing }, DESTINATION]],
    ['mobility', [{ protocol: MOBILITY }]],
    ['a large one', [{ protocol: Protocol.destination, content: Buffer.alloc(1000) }]],
    ['eleven', Array<Ipv6ExtensionHeader>(11).fill(DESTINATION)],
  ] as const) {
    it(`steps over extension headers: ${name}`, () => {
      const packet = ipv6({ ...IPV6, extensions }, segment);
      assert.deepEqual(linesOf(rawPackets([packet]), RAW), ONE);
    });
  }

  it('knows that the authentication header counts in units of four bytes', () => {
    // RFC 4302 §2.2: 12 bytes fixed and 12 of ICV, (24 / 4) - 2.
    const header = concat(Buffer.from([Protocol.tcp, 4]), Buffer.alloc(22, 7));
    const packet = ipv6({ ...IPV6, protocol: AUTHENTICATION }, concat(header, segment));
    assert.deepEqual(linesOf(rawPackets([packet]), RAW), ONE);
  });

  it('gives up, and counts, a chain without an end', () => {
    const packet = ipv6({ ...IPV6, extensions: Array<Ipv6ExtensionHeader>(200).fill(DESTINATION) }, segment);
    const { calls, losses } = assembled(rawPackets([packet]), RAW);
    assert.deepEqual([calls, losses], [[], { 'ip.extension_headers_invalid': 1 }]);
  });

  it('gives up, and counts, a header that reaches beyond the packet', () => {
    const packet = ipv6({ ...IPV6, extensions: [DESTINATION] }, segment);
    packet[41] = 255;
    const { calls, losses } = assembled(rawPackets([packet]), RAW);
    assert.deepEqual([calls, losses], [[], { 'ip.extension_headers_invalid': 1 }]);
  });

  it('counts what is cut within the chain or the TCP header, and calls none of it a request', () => {
    const packet = ipv6({ ...IPV6, extensions: [HOP, DESTINATION] }, segment);
    for (let length = 40; length < 76; length++) {
      const { calls, losses } = assembled(snap(rawPackets([packet]), length), RAW);
      assert.deepEqual(calls, [], `${length} bytes`);
      const names = Object.keys(losses);
      assert.ok(
        names.length === 1 && /^(?:ip\.extension_headers_invalid|tcp\.header_cut)$/.test(names[0] ?? ''),
        `${length} bytes: ${names}`,
      );
    }
  });

  it('takes an atomic fragment for a whole packet (RFC 6946)', () => {
    const atomic = ipv6Fragments(IPV6, segment, 8 * 1024);
    assert.equal(atomic.length, 1);
    const { calls, losses } = assembled(rawPackets([...atomic, ...atomic]), RAW);
    assert.deepEqual([calls.length, losses], [1, {}]);
  });

  it('takes payload length 0 for the whole frame', () => {
    const packet = ipv6({ ...IPV6, payloadLength: 0 }, segment);
    assert.deepEqual(linesOf(rawPackets([packet]), RAW), ONE);
  });

  it('leaves what is behind the payload length alone', () => {
    const packet = concat(ipv6(IPV6, segment), Buffer.from('GET /in-the-padding HTTP/1.1\r\n\r\n'));
    const { calls, connections } = assembled(rawPackets([packet]), RAW);
    assert.deepEqual([calls.length, calls[0]?.target], [1, TARGET]);
    assert.equal(connections[0]?.requestBytes, segment.length - 20);
  });

  it('takes no other protocol behind the headers for TCP', () => {
    for (const protocol of [Protocol.udp, Protocol.noNext, 58, 255]) {
      const packet = ipv6({ ...IPV6, protocol, extensions: [DESTINATION] }, segment);
      const { calls, connections, losses } = assembled(rawPackets([packet]), RAW);
      assert.deepEqual([calls, connections, losses], [[], [], {}], `protocol ${protocol}`);
    }
  });
});
