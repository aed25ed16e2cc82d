import assert from 'node:assert/strict';
import { startEndpoint } from '../../support/endpoint/index.ts';
import { type Namespace, Network } from '../../support/netns.ts';
import { canMasquerade, connectContainer } from '../../support/topologies.ts';
import { type Capture, payload, payloadBytes } from './capture.ts';
import { needsProbe, Probe } from './probe.ts';
import { client, PYTHON, V4, withWorld } from './world.ts';

const PORT = 8181;

/** Packets that have none of the socket's addresses would be of no stream. */
function assertSeenOnce(capture: Capture, where: Namespace, address: string): void {
  const socket = capture.socket(where);
  assert.equal(socket.local?.address, address);
  assert.deepEqual(socket.remote, { address: V4, port: 80 });
  assert.equal(payloadBytes(socket, true), Number(socket.closed?.sent));
  assert.equal(payloadBytes(socket, false), Number(socket.closed?.received));
  const syns = socket.packets.filter(({ seq, out }) => out && seq === socket.isn);
  assert.equal(syns.length, 1, 'one copy of each packet');
  assert.match(payload(socket, true), /^GET .*\r\n\r\n$/s);
}

describe('imds-probe: networks', function () {
  this.timeout(60_000);
  before(function () {
    needsProbe(this);
    if (!canMasquerade()) this.skip();
  });

  it('has a container behind veth, bridge and masquerade once, with its own address', () =>
    Network.with(async (network) => {
      const { client: where, server } = connectContainer(network);
      await startEndpoint(server, ['--address', V4, '--port', '80']);
      const capture = await Probe.watch(async () => {
        await client(where, ['request', V4]);
      });
      assertSeenOnce(capture, where, '10.88.0.5');
    }));

  it("has packets as the socket has them, whatever the socket's own namespace makes of them", () =>
    withWorld(async ({ client: where, server }) => {
      await startEndpoint(server, ['--address', '172.31.0.1', '--port', String(PORT)]);
      // As agents that stand in for the service do it (kube2iam, kiam).
      const rule = `ip daddr ${V4} tcp dport 80 dnat to 172.31.0.1:${PORT}`;
      where.command(
        'nft',
        ['-f', '-'],
        `table ip nat { chain output { type nat hook output priority -100; ${rule}; }; }`,
      );
      const capture = await Probe.watch(async () => {
        await client(where, ['request', V4]);
      });
      assertSeenOnce(capture, where, '172.31.5.9');
    }));

  it('has a namespace whose network the host does not see', () =>
    Network.with(async (network) => {
      const alone = network.namespace('alone');
      alone.ip(`address add ${V4}/32 dev lo`);
      await startEndpoint(alone, ['--address', V4, '--port', '80']);
      const capture = await Probe.watch(async () => {
        await client(alone, ['request', V4]);
      });
      assertSeenOnce(capture, alone, V4);
    }));

  it('leaves out what is not TCP', () =>
    withWorld(async ({ client: where }) => {
      const udp = `import socket; s=socket.socket(type=socket.SOCK_DGRAM); s.connect(("${V4}", 80)); s.send(b"x")`;
      const capture = await Probe.watch(async () => {
        await where.run(PYTHON, ['-c', udp]);
      });
      assert.deepEqual(capture.sockets(where), []);
      assert.ok(capture.packets.every(({ cookie }) => cookie !== ''));
    }));
});
