import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEndpoint } from '../../support/endpoint/index.ts';
import { type Namespace, Network } from '../../support/netns.ts';
import { canMasquerade, connectContainer } from '../../support/topologies.ts';
import { BPFTOOL, hasBpftool } from './bpftool.ts';
import { type Capture, payload, payloadBytes } from './capture.ts';
import { needsProbe, Probe } from './probe.ts';
import { CLIENTS, client, PYTHON, V4, withWorld } from './world.ts';

const PORT = 8181;
const CGROUP2_MAGIC = 0x63677270;
const CGROUP2 = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

/**
 * A cgroup with a program that sends connects elsewhere; undefined before kernel 6.15, where that
 * program runs first, and without bpftool.
 */
function redirected(): { procs: string; remove: () => void } | undefined {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const root = CGROUP2.find(
    (path) => existsSync(join(path, 'cgroup.procs')) && statfsSync(path).type === CGROUP2_MAGIC,
  );
  if (root === undefined || major * 1000 + minor < 6015 || !hasBpftool) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'imds-redirect-'));
  const cgroup = join(root, `imds-test-${process.pid}`);
  const pin = join(folder, 'bpf', 'redirect');
  const remove = () => {
    try {
      rmdirSync(cgroup);
    } finally {
      spawnSync('umount', [join(folder, 'bpf')]);
      rmSync(folder, { recursive: true });
    }
  };
  mkdirSync(cgroup);
  mkdirSync(join(folder, 'bpf'));
  const object = join(folder, 'redirect.o');
  const source = join(import.meta.dirname, 'redirect.bpf.c');
  const include = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  for (const [command = '', ...args] of [
    ['clang', '-O2', '-g', '-target', 'bpf', include, '-c', source, '-o', object],
    ['mount', '-t', 'bpf', 'bpf', join(folder, 'bpf')],
    [BPFTOOL, 'prog', 'load', object, pin],
    [BPFTOOL, 'cgroup', 'attach', cgroup, 'connect4', 'pinned', pin, 'multi'],
  ]) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
    if (status === 0) continue;
    remove();
    throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  }
  return { procs: join(cgroup, 'cgroup.procs'), remove };
}

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

  it('tells who asked for the service where another program sends the connect elsewhere', function () {
    const place = redirected();
    if (place === undefined) return this.skip();
    return withWorld(async ({ client: where, server }) => {
      await startEndpoint(server, ['--address', '172.31.0.1', '--port', String(PORT)]);
      const capture = await Probe.watch(async (probe) => {
        const enter = `echo $$ > ${place.procs} && exec ip netns exec ${where.name} ${PYTHON} ${CLIENTS} request ${V4}`;
        assert.equal(spawnSync('sh', ['-c', enter], { timeout: 20_000 }).status, 0);
        await probe.until((seen) => seen.sockets(where).length > 0);
      });
      const socket = capture.socket(where);
      assert.deepEqual(socket.types, ['socket_opened']);
      assert.deepEqual(socket.remote, { address: V4, port: 80 });
      assert.equal(capture.process(socket.reference).args?.[2], 'request');
      assert.equal(capture.losses['sockets.redirected'], 1);
    }).finally(place.remove);
  });

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
