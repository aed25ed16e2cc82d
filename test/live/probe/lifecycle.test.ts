import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BPFTOOL, hasBpftool } from './bpftool.ts';
import { needsProbe, PROBE, Probe } from './probe.ts';
import { client, V4, withWorld } from './world.ts';

function run(args: readonly string[], prefix: readonly string[] = []) {
  const [command = PROBE, ...rest] = [...prefix, PROBE, ...args];
  const { status, stdout, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    timeout: 20_000,
    input: '',
  });
  return { status, stdout, stderr };
}

/** Ids of the kernel's links or programs that exist now. */
function existing(what: 'link' | 'prog'): number[] {
  const { stdout } = spawnSync(BPFTOOL, ['-j', what, 'list'], { encoding: 'utf8', maxBuffer: 1e8 });
  const list: { id: number }[] = JSON.parse(stdout);
  return list.map(({ id }) => id);
}

/** Those that a process holds, by its descriptors. */
function held(pid: number, what: 'link' | 'prog'): number[] {
  const infos = readdirSync(`/proc/${pid}/fdinfo`).map((name) =>
    readFileSync(`/proc/${pid}/fdinfo/${name}`, 'utf8'),
  );
  const pattern = new RegExp(`^${what}_id:\\s*(\\d+)`, 'm');
  return infos
    .map((info) => pattern.exec(info)?.[1] ?? '')
    .filter(Boolean)
    .map(Number);
}

/** Instructions of a program's own function; those that it calls stand behind it. */
function instructions(program: number): { name: string; count: number } {
  const { stdout } = spawnSync(BPFTOOL, ['prog', 'dump', 'xlated', 'id', String(program)], {
    encoding: 'utf8',
  });
  const [, name = '', body = ''] = /^\w+ (\w+)\(.*\):\n((?: .*\n|;.*\n)*)/.exec(stdout) ?? [];
  return { name, count: body.match(/^ +\d+: /gm)?.length ?? 0 };
}

const MOST_RESIDENT_KB = 6000;
/** Two lines of an instruction cache, about. */
const MOST_INSTRUCTIONS = 32;

describe('imds-probe: its life', function () {
  this.timeout(60_000);
  before(function () {
    needsProbe(this);
  });

  it('is small and static', () => {
    assert.ok(readFileSync(PROBE).length < 3_000_000);
    assert.match(
      spawnSync('file', [PROBE], { encoding: 'utf8' }).stdout || 'statically linked',
      /statically linked/,
    );
  });

  it('has little resident of the buffers that it shares with the kernel, and of what loading took', async () => {
    const probe = await Probe.start();
    const status = readFileSync(`/proc/${probe.child.pid}/status`, 'utf8');
    await probe.stop();
    const most = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]);
    // The buffers are 10 MB, and libbpf would map them twice; to load the programs takes 11 MB.
    assert.ok(most < MOST_RESIDENT_KB, `${most} kB`);
  });

  it('has what runs for packets and connects of others apart from all else', async function () {
    if (!hasBpftool) this.skip();
    const probe = await Probe.start();
    const found = held(probe.child.pid ?? 0, 'prog').map(instructions);
    await probe.stop();
    for (const name of ['imds_connect4', 'imds_connect6', 'imds_sockops', 'imds_egress', 'imds_ingress']) {
      const { count = 0 } = found.find((each) => each.name === name) ?? {};
      assert.ok(count > 0 && count <= MOST_INSTRUCTIONS, `${name}: ${count} instructions`);
    }
  });

  for (const [how, kill] of [
    ['when its standard input closes', (probe: Probe) => probe.child.stdin?.end()],
    ['on SIGTERM', (probe: Probe) => probe.child.kill('SIGTERM')],
    ['on SIGINT', (probe: Probe) => probe.child.kill('SIGINT')],
    ['on SIGKILL', (probe: Probe) => probe.child.kill('SIGKILL')],
    ['when nobody reads', (probe: Probe) => probe.child.stdout?.destroy()],
  ] as const) {
    it(`leaves nothing attached: ends ${how}`, async function () {
      if (!hasBpftool) this.skip();
      const probe = await Probe.start();
      const [links, programs] = (['link', 'prog'] as const).map((what) => held(probe.child.pid ?? 0, what));
      assert.ok(links && programs);
      // Two for connect, two for packets, sockops, exec and fork.
      assert.equal(links.length, 7);
      assert.ok(links.every((id) => existing('link').includes(id)));
      const ended = once(probe.child, 'exit');
      kill(probe);
      const [code, signal] = await ended;
      assert.deepEqual([code, signal], how === 'on SIGKILL' ? [null, 'SIGKILL'] : [0, null]);
      await gone('link', links);
      await gone('prog', programs);
    });
  }

  it('is not disturbed by another at the same time', () =>
    withWorld(async ({ client: where }) => {
      const [one, two] = await Promise.all([Probe.start(), Probe.start(['--json'])]);
      await client(where, ['request', V4]);
      const [first, second] = [await one.stop(), await two.stop()];
      for (const capture of [first, second]) {
        const socket = capture.socket(where);
        assert.deepEqual(socket.types, ['socket_opened', 'socket_established', 'socket_closed']);
      }
      assert.equal(first.socket(where).packets.length, second.socket(where).packets.length);
    }));

  it('is read by tshark without a complaint', () =>
    withWorld(async ({ client: where }) => {
      const probe = await Probe.start();
      await client(where, ['byte_by_byte', V4]);
      const capture = await probe.stop();
      const folder = mkdtempSync(join(tmpdir(), 'imds-probe-'));
      try {
        const file = join(folder, 'capture.pcapng');
        writeFileSync(file, probe.bytes);
        const { status, stdout, stderr } = spawnSync(
          'tshark',
          ['-r', file, '-T', 'fields', '-e', 'frame.len'],
          {
            encoding: 'utf8',
          },
        );
        assert.equal(status, 0, stderr);
        assert.doesNotMatch(stderr, /tshark: /);
        const lengths = stdout.trim().split('\n').map(Number);
        assert.deepEqual(
          lengths,
          capture.packets.map(({ length }) => length),
        );
        const info = spawnSync('capinfos', ['-TrE', file], { encoding: 'utf8' }).stdout;
        assert.match(info, /rawip/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));

  it('watches the endpoints that it is told', () =>
    withWorld(async ({ client: where, server }) => {
      server.ip('address add 172.31.0.77/32 dev imds0');
      const other = await Probe.watch(async () => {
        await client(where, ['request', V4]);
      }, ['--endpoint', '172.31.0.77:8080', '--endpoint', '[fd00:ec2::254]:80']);
      assert.deepEqual(other.sockets(where), []);
      const [session] = other.records;
      assert.ok(session?.type === 'session');
      assert.deepEqual(session.endpoints, [
        { address: '172.31.0.77', port: 8080 },
        { address: 'fd00:ec2::254', port: 80 },
      ]);
    }));

  it('tells its version, and how it is used', () => {
    assert.match(run(['--version']).stdout, /^imds-probe \d+\.\d+\.\d+\n$/);
    const { status, stdout } = run(['--help']);
    assert.equal(status, 0);
    for (const option of ['--endpoint', '--cgroup', '--json', '--without-session'])
      assert.ok(stdout.includes(option));
  });

  for (const [args, message] of [
    [['--endpoint', 'nowhere'], /^imds-probe: --endpoint nowhere: expected IP or IP:PORT/],
    [['--endpoint', '10.0.0.7:0'], /expected IP or IP:PORT/],
    [['--endpoint', '[::1'], /expected IP or IP:PORT/],
    [['more'], /^imds-probe: more: expected no argument/],
    [['--nonsense'], /see imds-probe --help/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, () => {
      const { status, stderr, stdout } = run(args);
      assert.equal(status, 2);
      assert.match(stderr, message);
      assert.equal(stdout, '');
    });
  }

  for (const [what, prefix, args, message] of [
    [
      'without privileges',
      ['setpriv', '--reuid', '65534', '--clear-groups'],
      [],
      /^imds-probe: missing CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN \(uid 65534, kernel \S+\): run it as root/,
    ],
    [
      'without BTF',
      ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /sys/kernel/btf && exec "$0"'],
      [],
      /^imds-probe: kernel \S+ has no BTF \(\/sys\/kernel\/btf\/vmlinux: No such file or directory\)/,
    ],
    [
      'in a folder that is none of cgroup v2',
      [],
      ['--cgroup', '/tmp'],
      /^imds-probe: \/tmp is not a folder of cgroup v2/,
    ],
    [
      'in a folder that is not there',
      [],
      ['--cgroup', '/nowhere'],
      /^imds-probe: \/nowhere: No such file or directory/,
    ],
  ] as const) {
    it(`says in one line what is missing: ${what}`, () => {
      const { status, stderr } = run(args, prefix);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
      assert.equal(status, 5);
    });
  }

  it('mounts cgroup v2 for itself where it is not mounted', () => {
    const script =
      'umount -l /sys/fs/cgroup/unified 2>/dev/null || umount -l /sys/fs/cgroup; : | "$0" --json 2>&1 >/dev/null';
    const { stdout } = spawnSync('unshare', ['--mount', 'sh', '-c', script, PROBE], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.match(stdout, /^imds-probe: ready: 2 endpoints, cgroup own mount \(whole host\)/);
  });

  it('leaves the frame of the session to who asks for it', async () => {
    const child = spawn(PROBE, ['--json', '--without-session'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    await once(child.stderr, 'data');
    child.stdin.end();
    await once(child, 'close');
    const types = new Set(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).type),
    );
    assert.ok(types.has('losses'));
    assert.ok(!types.has('session') && !types.has('end'));
  });
});

/** The kernel frees programs a little after the last descriptor is closed. */
async function gone(what: 'link' | 'prog', ids: readonly number[]): Promise<void> {
  const left = () => existing(what).filter((id) => ids.includes(id));
  for (let i = 0; i < 100 && left().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(left(), []);
}
