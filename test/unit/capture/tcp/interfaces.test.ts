import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type ConversationOptions,
  curl,
  curlTokenPut,
  curlWithToken,
  merge,
  response,
  TcpConversation,
  type TestPacket,
  type TransportAddress,
  tokenResponse,
} from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';

const TARGET = '/latest/meta-data/';
const KEPT = { connection: 'keep-alive' } as const;
const NAMES = ['veth7', 'docker0', 'ens5'];
const HOST = { address: '10.0.0.5', port: 55_123 };

function talk(options: ConversationOptions = {}, target = TARGET): TcpConversation {
  return new TcpConversation({ client: { address: '172.17.0.2', port: 40_000 }, ...options })
    .handshake()
    .exchange(curlTokenPut(), tokenResponse(21_600, undefined, KEPT), { mss: 50 })
    .exchange(curlWithToken(target), response(200, 'a', KEPT))
    .exchange(curl('/latest/user-data'), response(401, '', KEPT))
    .fin();
}

const LINES = ['v2 PUT /latest/api/token 200', `v2 GET ${TARGET} 200`, 'v1 GET /latest/user-data 401'];

/** The copies that veth, bridge and uplink show: the last one behind masquerading. */
function copies(delayNs: bigint, conversation = talk()): TestPacket[][] {
  return [
    conversation.packets({ interfaceId: 0 }),
    conversation.packets({ interfaceId: 1, delayNs }),
    conversation.packets({ interfaceId: 2, delayNs: delayNs * 2n, client: HOST }),
  ];
}

describe('capture/tcp, the same packets on several interfaces', () => {
  for (const [name, packets] of [
    ['one after the other, packet by packet', merge(...copies(1000n))],
    ['half a step late', merge(...copies(450_000n))],
    ['the whole conversation of one interface, then the next', copies(0n).flat()],
    ['the whole conversation, the NAT side first', copies(0n).reverse().flat()],
    ['files of three interfaces put together, most of a minute long', slow().flat()],
  ] as const) {
    it(`are one connection: ${name}`, () => {
      const { calls, connections, losses } = assembled(packets, { interfaces: NAMES });
      assert.deepEqual(calls.map(lineOf), LINES);
      assert.deepEqual([connections.length, losses], [1, {}]);
    });
  }

  for (const isClosed of [false, true]) {
    it(`are one with keep-alive probes, the last ${isClosed ? 'late' : 'in time'}, whose byte is none of its bytes`, () => {
      const conversation = new TcpConversation({ client: { address: '172.17.0.2', port: 40_000 } })
        .handshake()
        .exchange(curl(TARGET), response(200, 'a', KEPT))
        .wait(15_000_000_000n)
        .keepAliveProbe('client', '\0')
        .ack('server')
        .wait(15_000_000_000n)
        .exchange(curl('/latest/user-data'), response(401, '', KEPT));
      if (isClosed) conversation.fin().retransmit(-5, '\0');
      else conversation.wait(15_000_000_000n).keepAliveProbe('client', '\0').ack('server').fin();
      const last = conversation.segments.at(-1);
      if (isClosed && last !== undefined) last.sequence = conversation.clientNext - 2;
      const { calls, connections, losses } = assembled(merge(...copies(1000n, conversation)));
      assert.deepEqual(calls.map(lineOf), [`v1 GET ${TARGET} 200`, 'v1 GET /latest/user-data 401']);
      assert.deepEqual([connections.length, losses], [1, {}]);
    });
  }

  it('name the interfaces and the other addresses', () => {
    const { calls, connections } = assembled(merge(...copies(1000n)), { interfaces: NAMES });
    assert.deepEqual(connections[0]?.client, { address: '172.17.0.2', port: 40_000 });
    assert.deepEqual(connections[0]?.aliases, [HOST]);
    assert.deepEqual(connections[0]?.interfaces, NAMES);
    assert.ok(calls.every(({ client }) => client.address === '172.17.0.2'));
  });

  it('are named up to a number, so that no packet is looked up among thousands', () => {
    const names = Array.from({ length: 100 }, (_, i) => `veth${i}`);
    const packets = merge(...names.map((_, interfaceId) => talk().packets({ interfaceId })));
    const { calls, connections } = assembled(packets, { interfaces: names });
    assert.deepEqual(calls.map(lineOf), LINES);
    assert.deepEqual(connections[0]?.interfaces, names.slice(0, 16));
  });

  it('are of one client with a few addresses: a scanner that uses one ISN is many', () => {
    const attempts = Array.from({ length: 100 }, (_, i) =>
      new TcpConversation({ client: { address: '172.17.0.2', port: 20_000 + i } }).syn().packets(),
    );
    const { connections } = assembled(attempts.flat());
    assert.ok(connections.every(({ aliases }) => aliases.length < 16));
    assert.equal(
      connections.reduce((clients, { aliases }) => clients + 1 + aliases.length, 0),
      100,
    );
  });

  it('are one connection in any interleaving', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 2 })), (choices) => {
        const queues = copies(0n);
        const packets: TestPacket[] = [];
        while (queues.some((queue) => queue.length > 0)) {
          const queue = queues[choices.next().value as number];
          const packet = queue?.shift();
          if (packet !== undefined) packets.push(packet);
        }
        const { calls, connections, losses } = assembled(packets, { interfaces: NAMES });
        assert.deepEqual(calls.map(lineOf), LINES);
        assert.deepEqual([connections.length, losses], [1, {}]);
      }),
      { numRuns: 200 },
    );
  });

  it('fill the gaps of each other', () => {
    const [a = [], b = []] = copies(1000n);
    const packets = merge(
      a.filter((_, i) => i % 2 === 0 || i < 3),
      b.filter((_, i) => i % 2 === 1 || i < 3),
    );
    const { calls, losses } = assembled(packets);
    assert.deepEqual([calls.map(lineOf), losses], [LINES, {}]);
  });
});

/** Copies of a conversation that takes its time: of each interface, time begins anew. */
function slow(): TestPacket[][] {
  return copies(0n, talk({ stepNs: 2_000_000_000n }));
}

describe('capture/tcp, clients that share an ISN', () => {
  const other = { address: '172.17.0.3', port: 41_000 };
  const OTHER = ['v2 PUT /latest/api/token 200', 'v2 GET /other 200', 'v1 GET /latest/user-data 401'];

  /** One request each, so that the first bytes differ. */
  function single(target: string, options: ConversationOptions): TestPacket[] {
    return new TcpConversation(options)
      .handshake()
      .exchange(curl(target), response(200, 'a'))
      .fin()
      .packets();
  }

  for (const serverIsn of [900_000, 12_345]) {
    const a = () => single('/a', { client: { address: '172.17.0.2', port: 40_000 } });
    const b = (startNs = 1_768_471_200_000_000_000n) => single('/b', { client: other, serverIsn, startNs });

    for (const [name, packets] of [
      ['at the same time', merge(a(), b(1_768_471_200_000_050_000n))],
      ['one after the other', [...a(), ...b(1_768_471_200_500_000_000n)]],
      ['ten seconds apart', [...a(), ...b(1_768_471_210_000_000_000n)]],
      ['half a minute apart', [...a(), ...b(1_768_471_230_000_000_000n)]],
      ['three minutes apart', [...a(), ...b(1_768_471_380_000_000_000n)]],
    ] as const) {
      it(`but send other bytes are two: ${name}, server ISN ${serverIsn}`, () => {
        const { calls, connections } = assembled(packets);
        assert.deepEqual(calls.map(lineOf), ['v1 GET /a 200', 'v1 GET /b 200']);
        assert.equal(connections.length, 2);
        assert.deepEqual(
          calls.map(({ client }) => client.address),
          ['172.17.0.2', '172.17.0.3'],
        );
      });
    }
  }

  it('are two where each is seen on both sides of a NAT', () => {
    const both = (options: ConversationOptions, client: TransportAddress, target: string) => {
      const conversation = talk({ startNs: 1_768_471_200_000_000_000n, ...options }, target);
      return [conversation.packets(), conversation.packets({ interfaceId: 1, delayNs: 20_000n, client })];
    };
    const later = { client: other, serverIsn: 12_345, startNs: 1_768_471_200_400_000_000n };
    const packets = merge(...both({}, HOST, TARGET), ...both(later, { ...HOST, port: 60_001 }, '/other'));
    const { calls, connections } = assembled(packets, { interfaces: NAMES });
    assert.deepEqual(calls.map(lineOf), [...LINES, ...OTHER]);
    assert.equal(connections.length, 2);
  });

  it('and begin alike, on keep-alive connections, are two', () => {
    const packets = merge(talk().packets(), talk({ client: other, serverIsn: 77 }, '/other').packets());
    assert.deepEqual(assembled(packets).calls.map(lineOf).sort(), [...LINES, ...OTHER].sort());
  });
});
