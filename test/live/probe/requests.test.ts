import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { shown } from '../../support/netns.ts';
import { type Pair, sysctl } from '../../support/topologies.ts';
import { payload, payloadBytes, type SeenSocket } from './capture.ts';
import { needsProbe, Probe } from './probe.ts';
import { CLIENTS, client, PYTHON, succeed, V4, V6, withWorld } from './world.ts';

const WHOLE = ['socket_opened', 'socket_established', 'socket_closed'];

/** What the kernel counted was captured, and neither more nor less. */
function assertComplete(socket: SeenSocket): void {
  const { closed, types } = socket;
  assert.ok(closed, `no end: ${types}`);
  assert.equal(payloadBytes(socket, true), Number(closed.sent), 'bytes sent');
  assert.equal(payloadBytes(socket, false), Number(closed.received), 'bytes received');
}

/** Without cookies; in the server for whatever listens from now on (ip-sysctl, tcp_fastopen). */
function enableFastOpen({ client: where, server }: Pair): void {
  sysctl(where, 'net.ipv4.tcp_fastopen', String(0x1 | 0x4));
  sysctl(server, 'net.ipv4.tcp_fastopen', String(0x2 | 0x200 | 0x400));
}

describe('imds-probe: requests', function () {
  this.timeout(60_000);
  before(function () {
    needsProbe(this);
  });

  it('sees 23 of 23 requests, each with its process and its parent', () =>
    withWorld(async ({ client: where }) => {
      const script = `for i in $(seq 23); do curl -s -o /dev/null http://${V4}/latest/meta-data/?n=$i; done`;
      const capture = await Probe.watch(async () => {
        await succeed(where.run('bash', ['-c', script]));
      });
      const sockets = capture.sockets(where);
      assert.equal(sockets.length, 23);
      for (const [i, socket] of sockets.entries()) {
        assert.deepEqual(socket.types, WHOLE);
        assertComplete(socket);
        const url = `http://${V4}/latest/meta-data/?n=${i + 1}`;
        assert.ok(payload(socket, true).startsWith(`GET /latest/meta-data/?n=${i + 1} HTTP/1.1\r\n`));
        const process = capture.process(socket.reference);
        assert.deepEqual(process.args, ['curl', '-s', '-o', '/dev/null', url]);
        assert.equal(process.executable, '/usr/bin/curl');
        assert.equal(process.netns, socket.netns);
        const parent = capture.process(process.ancestors[0]);
        assert.deepEqual(parent.args, ['bash', '-c', script]);
        assert.equal(process.ancestors.at(-1)?.pid, 1);
      }
    }));

  for (const command of ['two_writes', 'byte_by_byte', 'nonblocking']) {
    it(`has all of a request: ${command}`, () =>
      withWorld(async ({ client: where }) => {
        const capture = await Probe.watch(async () => {
          await client(where, [command, V4]);
        });
        const socket = capture.socket(where);
        assert.deepEqual(socket.types, WHOLE);
        assertComplete(socket);
        assert.match(payload(socket, true), /^GET .*\r\n\r\n$/s);
        assert.match(payload(socket, false), /^HTTP\/1.1 200 /);
      }));
  }

  it('has IPv6', () =>
    withWorld(async ({ client: where }) => {
      const capture = await Probe.watch(async () => {
        await client(where, ['request', V6]);
      });
      const socket = capture.socket(where);
      assert.deepEqual(socket.remote, { address: V6, port: 80 });
      assert.deepEqual(socket.types, WHOLE);
      assertComplete(socket);
    }));

  it('takes IPv4-mapped IPv6 as IPv4', () =>
    withWorld(async ({ client: where }) => {
      const capture = await Probe.watch(async () => {
        await client(where, ['mapped', V4]);
      });
      const socket = capture.socket(where);
      assert.deepEqual(socket.remote, { address: V4, port: 80 });
      assert.equal(socket.local?.address, '172.31.5.9');
      assert.deepEqual(socket.types, WHOLE);
      assert.equal(capture.process(socket.reference).args?.[2], 'mapped');
      assertComplete(socket);
    }));

  it('knows the ISN with TCP Fast Open, whose SYN carries the request', () =>
    withWorld(async ({ client: where }) => {
      const capture = await Probe.watch(async () => {
        await client(where, ['fast_open', V4]);
      });
      const socket = capture.socket(where);
      assert.deepEqual(socket.types, WHOLE);
      assert.equal(socket.packets[0]?.seq, socket.isn);
      assert.equal(socket.packets[0]?.payload, Number(socket.closed?.sent), 'the SYN carries the request');
      assert.equal(capture.process(socket.reference).args?.[2], 'fast_open');
      assertComplete(socket);
    }, enableFastOpen));

  it('names the process of a connection over MPTCP', function () {
    if (!existsSync('/proc/sys/net/mptcp/enabled')) return this.skip();
    return withWorld(async ({ client: where }) => {
      const capture = await Probe.watch(async () => {
        await client(where, ['mptcp', V4]);
      });
      const socket = capture.socket(where);
      assert.deepEqual(socket.types, WHOLE);
      assert.equal(capture.process(socket.reference).args?.[2], 'mptcp');
      assertComplete(socket);
    });
  });

  it('has a refused connect as failed, with its errno', () =>
    withWorld(async ({ client: where, endpoint }) => {
      await endpoint.stop();
      const capture = await Probe.watch(async () => {
        await client(where, ['refused', V4]);
      });
      const socket = capture.socket(where);
      assert.deepEqual(socket.types, ['socket_opened', 'socket_closed']);
      const { failed, errno, sent, received } = socket.closed ?? {};
      assert.deepEqual(
        { failed, errno, sent, received },
        { failed: true, errno: 111, sent: '0', received: '0' },
      );
      assert.equal(capture.process(socket.reference).args?.[2], 'refused');
    }));

  it('has a connect that there is no route for', () =>
    withWorld(async ({ client: where }) => {
      where.ip(`route del ${V4} dev eth0`);
      const capture = await Probe.watch(
        async (probe) => {
          await client(where, ['unreachable', V4]);
          await probe.until((seen) => seen.hasEnded(where, 1));
        },
        ['--json'],
      );
      const socket = capture.socket(where);
      assert.deepEqual(socket.types, ['socket_opened', 'socket_closed']);
      assert.equal(socket.local, undefined);
      assert.equal(capture.process(socket.reference).args?.[2], 'unreachable');
    }));

  it('has each of several connects on one socket that there is no route for, also as it ends', () =>
    withWorld(async ({ client: where }) => {
      where.ip(`route del ${V4} dev eth0`);
      const capture = await Probe.watch(async () => {
        await client(where, ['unreachable_thrice', V4]);
        // Less than the second for which a SYN is waited for, and more than what it is given at the end.
        await setTimeout(300);
      });
      const { cookie } = capture.socket(where);
      const own = capture.records.filter((record) => 'cookie' in record && record.cookie === cookie);
      const pair = ['socket_opened', 'socket_closed'];
      assert.deepEqual(
        own.map(({ type }) => type),
        [...pair, ...pair, ...pair],
      );
    }));

  for (const [command, owned] of [
    ['held', true],
    ['held_forked', false],
  ] as const) {
    it(`finds a socket that is older than the session: ${command}`, () =>
      withWorld(async ({ client: where }) => {
        const older = where.spawn(PYTHON, [CLIENTS, command, V4], { stdio: ['pipe', 'pipe', 'inherit'] });
        await shown(older, older.stdout, /connected/);
        const capture = await Probe.watch(async () => {
          older.stdin?.end('\n');
          await once(older, 'exit');
        });
        const socket = capture.socket(where);
        assert.equal(socket.types[0], 'socket_inherited');
        // Its end is seen only if another program asked the kernel for it when it was opened.
        assert.ok(!socket.types.includes('socket_opened'));
        assert.match(payload(socket, true), /^GET /);
        // Where two processes have it, nobody knows which one opened it.
        if (owned) assert.equal(capture.process(socket.reference).args?.[2], command);
        else assert.equal(socket.reference, undefined);
      }));
  }

  it('has packets of 64 KB whole', () =>
    withWorld(async ({ client: where }) => {
      where.ip('link set eth0 mtu 65535');
      const capture = await Probe.watch(async () => {
        await where.run(PYTHON, [CLIENTS, 'large', V4, '4000000']);
      });
      const socket = capture.socket(where);
      const longest = Math.max(...socket.packets.map((packet) => packet.length));
      assert.ok(longest > 60_000, `longest ${longest}`);
      assert.ok(socket.packets.every((packet) => packet.captured === packet.length));
      assert.equal(payloadBytes(socket, true), Number(socket.closed?.sent));
      assert.equal(capture.losses['packets.incomplete'], 0);
    }));

  it('counts what is sent again once', () =>
    withWorld(async ({ client: where, server }) => {
      const rule = 'iifname "imds0" numgen random mod 5 0 drop';
      server.command(
        'nft',
        ['-f', '-'],
        `table ip t { chain c { type filter hook input priority 0; ${rule}; }; }`,
      );
      const capture = await Probe.watch(async (probe) => {
        for (let i = 0; i < 3; i++) await client(where, ['byte_by_byte', V4]);
        await probe.until((seen) => seen.hasEnded(where, 3));
      });
      const sockets = capture.sockets(where);
      for (const socket of sockets) assertComplete(socket);
      const copies = sockets.flatMap(({ packets }) => packets.filter((packet) => packet.out));
      const bytes = copies.reduce((sum, packet) => sum + packet.payload, 0);
      assert.ok(
        bytes > sockets.reduce((sum, socket) => sum + payloadBytes(socket, true), 0),
        'none was sent again',
      );
    }));
});
