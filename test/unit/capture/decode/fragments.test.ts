import assert from 'node:assert/strict';
import { IMDS_V6, ipv4, ipv4Fragments, ipv6Fragments, snap } from '../../../support/packets/index.ts';
import { assembled, linesOf } from '../assembled.ts';
import { CLIENT_V6, IPV4, IPV6, RAW, rawPackets, requestSegment, TARGET } from './packets.ts';

const ONE = [`v1 GET ${TARGET}`];

/** Every order of the items. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => orders(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));
}

/** One fragment of an IPv4 datagram. */
function piece(bytes: Uint8Array, offset: number, more: boolean, identification = 7): Buffer {
  return ipv4({ ...IPV4, identification, fragmentOffset: offset, moreFragments: more }, bytes);
}

describe('capture/decode, fragments', () => {
  const segment = requestSegment();
  const v4 = ipv4Fragments({ ...IPV4, identification: 7 }, segment, 32);
  const v6 = ipv6Fragments(IPV6, requestSegment(undefined, CLIENT_V6, IMDS_V6.address), 32);

  it('are there to be put together', () => {
    assert.ok(v4.length >= 4 && v6.length >= 4);
  });

  for (const [family, all] of [
    ['IPv4', v4],
    ['IPv6', v6],
  ] as const) {
    it(`of ${family} make a segment in any order`, () => {
      for (const order of orders(all)) {
        const { calls, losses } = assembled(rawPackets(order), RAW);
        assert.deepEqual([calls.length, calls[0]?.version, losses], [1, 'v1', {}]);
      }
    });

    it(`of ${family} count once, each seen on two interfaces`, () => {
      for (const twice of [all.flatMap((fragment) => [fragment, fragment]), [...all, ...all]]) {
        const { calls, losses } = assembled(rawPackets(twice), RAW);
        assert.deepEqual([calls.length, losses], [1, {}]);
      }
    });

    it(`of ${family} of which one is missing make nothing, and are counted`, () => {
      for (let missing = 0; missing < all.length; missing++) {
        const rest = all.filter((_, i) => i !== missing);
        const { calls, losses } = assembled(rawPackets(rest), RAW);
        assert.deepEqual([calls, losses], [[], { 'ip.fragments_expired': 1 }]);
      }
    });

    it(`of ${family} that the snap length cut are counted, not put together`, () => {
      const { calls, losses } = assembled(snap(rawPackets(all), 48), RAW);
      assert.deepEqual(calls, []);
      assert.ok((losses['ip.fragments_cut'] ?? 0) >= all.length - 1);
    });
  }

  it('of two datagrams, interleaved, stay apart', () => {
    const other = ipv4Fragments(
      { ...IPV4, identification: 8 },
      requestSegment(undefined, { address: '172.31.5.9', port: 40_001 }),
      32,
    );
    const packets = v4.flatMap((fragment, i) => [fragment, other[i] ?? fragment]);
    assert.deepEqual(linesOf(rawPackets(packets), RAW), [...ONE, ...ONE]);
  });

  it('that overlap with other bytes leave the first copy, and are counted', () => {
    const hidden = Buffer.from(segment);
    hidden.fill(0x58, 32, 64);
    const { calls, losses } = assembled(
      rawPackets([
        piece(segment.subarray(0, 64), 0, true),
        piece(hidden.subarray(32, 96), 32, true),
        piece(segment.subarray(88), 88, false),
      ]),
      RAW,
    );
    assert.deepEqual([calls.length, calls[0]?.target], [1, TARGET]);
    assert.deepEqual(losses, { 'ip.fragments_conflicting': 1 });
  });

  it('that span a hole fill it, and leave what was there', () => {
    const hidden = Buffer.from(segment);
    hidden.fill(0x58, 32, 64);
    const { calls, losses } = assembled(
      rawPackets([
        piece(segment.subarray(32, 64), 32, true),
        piece(hidden.subarray(0, 96), 0, true),
        piece(segment.subarray(96), 96, false),
      ]),
      RAW,
    );
    assert.deepEqual([calls.length, calls[0]?.target], [1, TARGET]);
    assert.deepEqual(losses, { 'ip.fragments_conflicting': 1 });
  });

  it('have the end that was told first, and another end is counted', () => {
    const { calls, connections, losses } = assembled(
      rawPackets([
        piece(segment.subarray(64), 64, false),
        piece(segment.subarray(32, 40), 32, false),
        piece(segment.subarray(0, 64), 0, true),
      ]),
      RAW,
    );
    assert.deepEqual([calls.length, calls[0]?.version], [1, 'v1']);
    assert.equal(connections[0]?.requestBytes, segment.length - 20);
    assert.deepEqual(losses, { 'ip.fragments_conflicting': 1 });
  });

  it('beyond the largest datagram, or without a byte, are counted', () => {
    const beyond = piece(Buffer.alloc(64), 65_528, false);
    assert.deepEqual(assembled(rawPackets([beyond]), RAW).losses, { 'ip.fragments_invalid': 1 });
    const empty = piece(Buffer.alloc(0), 32, true);
    assert.deepEqual(assembled(rawPackets([empty]), RAW).losses, { 'ip.fragments_invalid': 1 });
  });

  it('that come a minute after the first make nothing', () => {
    const [first, ...rest] = v4;
    assert.ok(first !== undefined);
    const { calls, losses } = assembled(rawPackets([first, ...rest], [0, 61, 61, 61, 61, 61, 61]), RAW);
    assert.deepEqual([calls, losses], [[], { 'ip.fragments_expired': 2 }]);
  });

  it('of a later datagram with the same identification are its own', () => {
    const later = ipv4Fragments(
      { ...IPV4, identification: 7 },
      requestSegment('GET /2 HTTP/1.1\r\n\r\n'),
      32,
    );
    const seconds = [...v4.map(() => 0), ...later.map(() => 30)];
    const { losses } = assembled(rawPackets([...v4, ...later], seconds), RAW);
    // The segment has the numbers of the first one, and other bytes: that both were put together shows there.
    assert.deepEqual(losses, { 'tcp.overlap_conflicts': 1 });
  });

  it('of more datagrams than are kept push out the oldest, counted', () => {
    const openings = Array.from({ length: 1000 }, (_, i) => piece(Buffer.alloc(32), 0, true, 1000 + i));
    const { calls, losses } = assembled(rawPackets([...openings, ...v4]), RAW);
    assert.equal(calls.length, 1);
    assert.equal((losses['ip.fragments_evicted'] ?? 0) + (losses['ip.fragments_expired'] ?? 0), 1000);
    assert.ok((losses['ip.fragments_evicted'] ?? 0) > 700);
  });

  it('with more holes than any real datagram has are refused, counted', () => {
    const pieces = Array.from({ length: 1000 }, (_, i) => piece(Buffer.alloc(8), 16 * i, true, 9));
    const { losses } = assembled(rawPackets(pieces), RAW);
    assert.deepEqual(losses, { 'ip.fragments_expired': 1, 'ip.fragments_invalid': 936 });
  });
});
