import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { crossCheck } from '../../../../src/capture/cross-check/index.ts';
import type { Endpoint, ImdsCall } from '../../../../src/model.ts';
import {
  curl,
  curlTokenPut,
  curlWithToken,
  LINK_NAMES,
  linkTypeOf,
  type PcapOptions,
  packetsToPcapng,
  request,
  response,
  TcpConversation,
  type TestPacket,
  writePcap,
} from '../../../support/packets/index.ts';
import { assembled } from '../assembled.ts';
import { atPath } from '../read/temporary.ts';

const ENDPOINTS: Endpoint[] = [
  { address: '169.254.169.254', port: 80, family: 4 },
  { address: 'fd00:ec2::254', port: 80, family: 6 },
];

function call(talk: TcpConversation, fields: Partial<ImdsCall>): ImdsCall {
  return {
    endpoint: ENDPOINTS[0] as Endpoint,
    client: talk.client,
    requestOffset: 0,
    connectionTime: 0n,
    time: 0n,
    packetNumber: 4,
    version: 'v1',
    method: 'GET',
    ...fields,
  };
}

async function check(file: Buffer, packets: readonly TestPacket[], calls: readonly ImdsCall[]) {
  const bytes = packets.reduce((sum, packet) => sum + packet.bytes.length, 0);
  return atPath(file, (path) => crossCheck([path], ENDPOINTS, { packets: packets.length, bytes, calls }));
}

describe('capture/cross-check', () => {
  const talk = new TcpConversation()
    .handshake()
    .exchange(curlTokenPut(), response(200, 'token', { tokenTtl: 21600, connection: 'keep-alive' }))
    .exchange(curlWithToken('/latest/meta-data/'), response(200, 'ami-id', { connection: 'keep-alive' }))
    .exchange(curl('/latest/user-data'), response(404, ''))
    .fin();
  const calls = [
    call(talk, { method: 'PUT', target: '/latest/api/token', version: 'v2' }),
    call(talk, { target: '/latest/meta-data/', version: 'v2', packetNumber: 8 }),
    call(talk, { target: '/latest/user-data', packetNumber: 12 }),
  ];
  const packets = talk.packets();

  it('takes what is written in another way for the same path, as the first reader does', async () => {
    for (const [target, version] of [
      ['/latest/./x/../api/%74oken', 'v2'],
      ['/latest/api/token/.', 'v1'],
      ['/latest/api%2Ftoken', 'v1'],
      ['/latest\\api/token', 'v1'],
    ] as const) {
      const put = request(target, {
        method: 'PUT',
        headers: [['X-aws-ec2-metadata-token-ttl-seconds', '60']],
      });
      const other = new TcpConversation().handshake().exchange(put, response(404, '')).fin();
      const found = assembled(other.packets());
      assert.deepEqual(
        found.calls.map((one) => one.version),
        [version],
        target,
      );
      assert.equal((await check(writePcap(other.packets()), other.packets(), found.calls)).calls, 1, target);
    }
  });

  const variants: [string, PcapOptions][] = [
    ['nanoseconds', {}],
    ['microseconds', { nanoseconds: false }],
    ['nanoseconds, big-endian', { bigEndian: true }],
    ['microseconds, big-endian', { nanoseconds: false, bigEndian: true }],
  ];
  for (const [name, options] of variants) {
    it(`agrees with itself: ${name}`, async () => {
      const file = writePcap(packets, options);
      const agreed = { packets: packets.length, calls: 3, callsNotCompared: 0, callsNotWhole: 0 };
      for (const content of [file, gzipSync(file)]) {
        const { bytes, ...result } = await check(content, packets, calls);
        assert.deepEqual(result, agreed);
        assert.ok(bytes > 0);
      }
    });
  }

  for (const link of LINK_NAMES) {
    it(`decodes ${link}`, async () => {
      const linked = talk.packets({ link });
      const result = await check(writePcap(linked, { linkType: linkTypeOf(link) }), linked, calls);
      assert.equal(result.calls, 3);
    });
  }

  it('decodes IPv6', async () => {
    const server = { address: 'fd00:ec2::254', port: 80 };
    const six = new TcpConversation({ server }).handshake().exchange(curl('/latest/'), response(200, ''));
    const result = await check(writePcap(six.packets()), six.packets(), [call(six, { target: '/latest/' })]);
    assert.equal(result.calls, 1);
  });

  it('puts segments in order, once each, on both sides of a NAT', async () => {
    const body = 'x'.repeat(700);
    const mixed = new TcpConversation()
      .handshake()
      .send(request('/a', { method: 'POST', headers: [['Content-Length', '700']], body }), { mss: 100 })
      .send(curl('/b'), { mss: 7 })
      .swap(5, 9)
      .swap(12, 14)
      .retransmit(6)
      .reply(response(200, ''));
    const inside = mixed.packets();
    const outside = mixed.packets({ client: { address: '10.9.9.9', port: 50_000 } });
    const both = inside.flatMap((packet, i) => [packet, outside[i] as TestPacket]);
    const result = await check(writePcap(both), both, [
      call(mixed, { method: 'POST', target: '/a' }),
      call(mixed, { target: '/b' }),
    ]);
    assert.deepEqual([result.calls, result.callsNotCompared], [2, 0]);
  });

  it('tells connections with one number of their clients apart by that of the endpoint', async () => {
    const [one, other] = [40_001, 40_002].map((port, i) =>
      new TcpConversation({ client: { address: `10.0.0.${i + 1}`, port }, serverIsn: 900_000 + i * 5000 })
        .handshake()
        .exchange(curl('/same'), response(200, '')),
    ) as [TcpConversation, TcpConversation];
    const second = other.packets();
    const both = one.packets().flatMap((packet, i) => [packet, second[i] as TestPacket]);
    const found = [call(one, { target: '/same' }), call(other, { target: '/same' })];
    const result = await check(writePcap(both), both, found);
    assert.deepEqual([result.calls, result.callsNotCompared], [2, 0]);
  });

  it('compares no call of a connection that it cannot judge', async () => {
    const expecting = request('/expect', { method: 'PUT', headers: [['Expect', '100-continue']] });
    const unjudged: [conversation: TcpConversation, notWhole: number][] = [
      [new TcpConversation().send(curl('/mid-stream')), 1],
      [new TcpConversation().handshake().send(curl('/gap'), { mss: 30 }).drop(4), 1],
      [new TcpConversation().handshake().send('GET /head HTTP/1.1\r\nHost:'), 1],
      [new TcpConversation().handshake().send('nonsense\r\n\r\n').send(curl('/')), 0],
      [new TcpConversation().handshake().send(expecting), 0],
      [new TcpConversation().handshake().send('GET /latest/\r\n'), 0],
      [new TcpConversation().handshake().send(curl('/')).keepAliveProbe('client', 'x'), 0],
      [new TcpConversation().handshake().raw('client', ['SYN'], { sequence: 55_555_555 }).send(curl('/')), 0],
      [new TcpConversation().handshake().raw('client', ['SYN'], { sequence: 500 }).send(curl('/')), 1],
    ];
    for (const [one, notWhole] of unjudged) {
      const result = await check(writePcap(one.packets()), one.packets(), [call(one, { target: '/x' })]);
      assert.deepEqual([result.calls, result.callsNotCompared, result.callsNotWhole], [0, 1, notWhole]);
    }
  });

  it('takes a foreign request for one without a token', async () => {
    const one = new TcpConversation().handshake().exchange(curl('/metadata/instance'), response(404, ''));
    const found = [call(one, { target: '/metadata/instance', version: 'foreign' })];
    assert.equal((await check(writePcap(one.packets()), one.packets(), found)).calls, 1);
  });

  it('names the first packet of a call that differs', async () => {
    const wrong = calls.map((one, i) => (i === 1 ? { ...one, version: 'v1' as const } : one));
    await assert.rejects(check(writePcap(packets), packets, wrong), {
      code: 'cross-check.difference',
      exitCode: 1,
      message: /: packet 8 differs: the pipeline found \d of the call .*, the second reader \d$/,
    });
    await assert.rejects(check(writePcap(packets), packets, calls.slice(0, 2)), {
      message:
        /: packet 12 differs: the pipeline found 0 of the call \["GET","\/latest\/user-data",.*, the second reader 1$/,
    });
  });

  it('names the first packet that only one of the readers takes for one', async () => {
    const long = [...packets.slice(0, 2), { timeNs: packets[0]?.timeNs ?? 0n, bytes: Buffer.alloc(70_000) }];
    await assert.rejects(check(writePcap(long, { snaplen: 96 }), long, []), {
      code: 'cross-check.difference',
      message: /: packet 3 differs: imds reads none, pcap-parser reads one$/,
    });
  });

  it('tells of totals that differ', async () => {
    await assert.rejects(check(writePcap(packets), packets.slice(1), calls), {
      code: 'cross-check.difference',
      message: new RegExp(
        `the pipeline counted ${packets.length - 1} packets with \\d+ bytes, the second reader ${packets.length}`,
      ),
    });
  });

  it('counts the packets of a link type that is not decoded', async () => {
    const result = await check(writePcap(packets, { linkType: 147 }), packets, []);
    assert.equal(result.packets, packets.length);
  });

  it('compares long files chunk by chunk', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({
      timeNs: BigInt(i) * 1_000_000_007n,
      bytes: Buffer.alloc(1000 + (i % 1000), i),
    }));
    const result = await check(writePcap(many), many, []);
    assert.equal(result.packets, 3000);
  });

  it('reads the files of a ring as one', async () => {
    const [first, second] = [packets.slice(0, 6), packets.slice(6)];
    const bytes = packets.reduce((sum, packet) => sum + packet.bytes.length, 0);
    await atPath(writePcap(first), (one) =>
      atPath(writePcap(second), async (two) => {
        const result = await crossCheck([one, two], ENDPOINTS, { packets: packets.length, bytes, calls });
        assert.equal(result.calls, 3);
      }),
    );
  });

  it('agrees on a file that is cut short', async () => {
    const file = writePcap(packets);
    for (const length of [24, 30, 41, file.length - 1]) {
      const whole = packets.filter((_, i) => writePcap(packets.slice(0, i + 1)).length <= length);
      const result = await check(file.subarray(0, length), whole, whole.length > 12 ? calls : []);
      assert.equal(result.packets, whole.length);
    }
  });

  it('does not follow pcap-parser into zero bytes, which are no packets', async () => {
    const file = writePcap(packets);
    await assert.rejects(check(Buffer.concat([file, Buffer.alloc(4096)]), packets, calls), {
      code: 'cross-check.damaged',
      message: new RegExp(
        `: expected a packet, found zero bytes, at offset ${file.length}, packet ${packets.length + 1}; it cannot`,
      ),
    });
  });

  it('does not follow pcap-parser into the header of another file', async () => {
    const file = writePcap(packets);
    await assert.rejects(check(Buffer.concat([file, file]), packets, calls), {
      code: 'cross-check.damaged',
      message: new RegExp(`found the header of another file, at offset ${file.length}, packet`),
    });
  });

  it('refuses what is no classic pcap, and lengths without end', async () => {
    await assert.rejects(check(packetsToPcapng(packets), packets, []), {
      code: 'cross-check.format',
      exitCode: 2,
    });
    await assert.rejects(check(writePcap(packets, { modified: true }), packets, []), {
      code: 'cross-check.format',
    });
    const damaged = writePcap(packets);
    damaged.writeUInt32LE(0xffffffff, 24 + 8);
    await assert.rejects(check(damaged, packets, []), {
      code: 'cross-check.damaged',
      exitCode: 4,
      message: /: expected a captured length of at most 262144, found 4294967295, at offset 24, packet 1;/,
    });
  });

  it('reads empty files without a wait', async () => {
    for (const content of [Buffer.alloc(0), Buffer.from('abc'), writePcap([])]) {
      assert.equal((await check(content, [], [])).packets, 0);
    }
  });
});
