import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../cli/run.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { type Namespace, Network, type RunOptions, shown } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { UNPRIVILEGED } from '../support/unprivileged.ts';
import { PYTHON } from './probe/world.ts';
import { endSessions, LiveSession, needsRoot } from './session.ts';

/** The part of the report that the tests look at (schemas/doctor.schema.json). */
interface Report {
  checks: { id: string; status: string; text: string; remedy?: string }[];
  live: { status: string; text: string; views?: string; missing: { message: string }[] };
  exit_code: number;
}

const BOTH = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);
/** Root without what the probe needs. */
const WITHOUT_BPF = ['setpriv', '--bounding-set=-bpf,-perfmon,-sys_admin'];
const WITHOUT_RAW = ['setpriv', '--bounding-set=-net_raw'];
/** In a mount namespace where nothing is in its place. */
const WITHOUT_BTF = [
  ...['unshare', '--mount', 'sh', '-c'],
  ...['mount -t tmpfs none /sys/kernel/btf && exec "$@"', 'sh'],
];
const WITHOUT_BOTH = ['setpriv', '--bounding-set=-bpf,-perfmon,-sys_admin,-net_raw,-net_admin'];

describe('imds doctor, beside imds live', function () {
  this.timeout(90_000);
  before(needsRoot);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-doctor-live-'));
  });
  afterEach(() => {
    endSessions();
    rmSync(folder, { recursive: true, force: true });
  });

  const folders = () => ['--log-dir', join(folder, 'logs'), '--state-dir', join(folder, 'state')];

  async function doctor(
    where: Namespace,
    args: readonly string[] = [],
    prefix: readonly string[] = [],
    options: RunOptions = {},
  ): Promise<Report> {
    const words = [...prefix, process.execPath, join(root, 'bin/run.js'), 'doctor', '--json', ...args];
    const { code, stdout, stderr } = await where.run(words[0] ?? '', words.slice(1), {
      cwd: root,
      ...options,
    });
    assert.notEqual(stdout, '', stderr);
    const report: Report = JSON.parse(stdout);
    assert.equal(code, report.exit_code, stderr);
    return report;
  }

  const find = ({ checks }: Report, id: string) => {
    const check = checks.find((each) => each.id === id);
    assert.ok(check !== undefined, id);
    return check;
  };

  for (const [what, prefix, views, failed] of [
    ['with everything', [], /^views sockets, wire \(any\); attribution ebpf$/, []],
    [
      'without the right to load eBPF',
      WITHOUT_BPF,
      /^views wire \(any\); attribution procfs$/,
      // `ip netns exec` leaves no cgroup v2 mounted, and a mount of its own is for CAP_SYS_ADMIN.
      ['capabilities', 'cgroup'],
    ],
    ['without the right to capture', WITHOUT_RAW, /^views sockets; attribution ebpf$/, ['capabilities']],
    ['without BTF', WITHOUT_BTF, /^views wire \(any\); attribution procfs$/, ['btf']],
  ] as const) {
    it(`says what live is ready for, ${what}`, async () => {
      await Network.with(async (network) => {
        const { client } = connectPair(network);
        const report = await doctor(client, folders(), prefix);
        assert.match(report.live.views ?? '', views);
        const session = await LiveSession.start(folders(), client, prefix);
        assert.ok(session.ready.startsWith(`imds live: ready: ${report.live.views}; `), session.ready);
        // What is missing is said in the same words.
        const told = session.diagnostics.join('\n');
        for (const { message } of report.live.missing)
          assert.ok(told.includes(message), `${message} in ${told}`);
        const isWhole = failed.length === 0;
        assert.equal(report.live.missing.length, isWhole ? 0 : 1);
        assert.equal(report.exit_code, isWhole ? 0 : 3);
        const failures = report.checks.filter(({ status }) => status === 'fail').map(({ id }) => id);
        assert.deepEqual(failures, failed);
        await session.stop();
      });
    });
  }

  for (const [what, prefix] of [
    ['root without capabilities', WITHOUT_BOTH],
    ['somebody else', ['setpriv', ...UNPRIVILEGED]],
  ] as const) {
    it(`says why live does not run for ${what}`, async () => {
      await Network.with(async (network) => {
        const { client } = connectPair(network);
        const [report, live] = [
          await doctor(client, folders(), prefix),
          await client.run(
            prefix[0],
            [...prefix.slice(1), process.execPath, 'bin/run.js', 'live', ...folders(), '--duration', '1s'],
            { cwd: root },
          ),
        ];
        assert.equal(live.code, 5);
        assert.equal(report.exit_code, 5);
        const [missing] = report.live.missing;
        assert.ok(missing !== undefined && live.stderr.includes(missing.message), live.stderr);
        assert.ok(report.live.text.startsWith(`would not run: ${missing.message}`));
        assert.match(find(report, 'capabilities').text, /CAP_BPF, CAP_PERFMON \(to load eBPF\)/);
        // It looked at what it may look at.
        assert.equal(find(report, 'kernel').status, 'ok');
        assert.match(find(report, 'hooks').text, /programs could not be asked for/);
      });
    });
  }

  it('finds a session that runs, and its probe', async () => {
    await Network.with(async (network) => {
      const { client } = connectPair(network);
      const session = await LiveSession.start(['--capture', 'sockets'], client);
      const { status, text } = find(await doctor(client, folders()), 'hooks');
      assert.equal(status, 'warn');
      assert.match(text, new RegExp(`imds live \\(pid [^)]*\\b${session.child.pid}\\b`));
      assert.match(text, new RegExp(`imds-probe \\(pid [^)]*\\b${session.probe}\\b`));
      assert.match(text, /programs of another imds-probe/);
      await session.stop();
    });
  });

  describe('--probe-endpoint', () => {
    /** What the check says of a stand-in endpoint with these options, and what that was asked. */
    function asked(options: readonly string[], args: readonly string[] = ['--probe-endpoint']) {
      return Network.with(async (network) => {
        const { client, server } = connectPair(network);
        const endpoint = await startEndpoint(server, ['--port', '80', ...options]);
        const began = Date.now();
        const report = await doctor(client, [...folders(), ...args]);
        const { requests } = await endpoint.stop();
        return { ...find(report, 'endpoint'), report, requests, elapsed: Date.now() - began };
      });
    }

    it('asks both addresses for a token, with it, and without', async () => {
      const { status, text, requests } = await asked(BOTH);
      assert.equal(status, 'warn');
      assert.match(
        text,
        /^169\.254\.169\.254:80: token 200 in \d+ ms, GET with it 200 in \d+ ms, IMDSv1 is answered too; \[fd00:ec2::254\]:80: token 200 /,
      );
      assert.equal(requests.length, 6);
    });

    it('says that IMDSv1 is refused', async () => {
      const { status, text } = await asked([...BOTH, '--tokens', 'required']);
      assert.equal(status, 'ok');
      assert.match(text, /IMDSv1 is not \(401 in \d+ ms\)/);
    });

    it('takes one address for enough', async () => {
      const { status, text } = await asked(['--address', IMDS_ADDRESSES.v4, '--tokens', 'required']);
      assert.equal(status, 'ok');
      assert.match(text, /\[fd00:ec2::254\]:80 does not answer \(the connection is refused\)$/);
    });

    it('fails in time where nothing is answered, and shows no token', async () => {
      const silent = await asked([...BOTH, '--put', 'silence']);
      assert.equal(silent.status, 'fail');
      assert.match(silent.text, /169\.254\.169\.254:80 does not answer \(no answer within 2 s\)/);
      assert.ok(silent.elapsed < 20_000);
      assert.equal(silent.report.exit_code, 3);
      const forbidden = await asked([...BOTH, '--put', '403', '--get', '403']);
      assert.match(forbidden.text, /token 403 in \d+ ms, IMDSv1 is not \(403 /);
    });

    it('is asked only with that flag', async () => {
      const { requests, text } = await asked(BOTH, []);
      assert.deepEqual(requests, []);
      assert.match(text, /^not asked/);
    });
  });

  it('is not held up by a file system that does not answer, and says so', async () => {
    const mount = join(folder, 'hung');
    mkdirSync(mount);
    const script = join(import.meta.dirname, 'hung-mount.py');
    // In a mount namespace of its own, which the doctor enters.
    const hung = spawn('unshare', ['--mount', PYTHON, script, mount], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await shown(hung, hung.stdout, /^mounted$/);
      await Network.with(async (network) => {
        const began = Date.now();
        const args = ['--log-dir', join(mount, 'logs'), '--state-dir', join(folder, 'state')];
        const enter = ['nsenter', `--mount=/proc/${hung.pid}/ns/mnt`];
        const report = await doctor(network.namespace('client'), args, enter, { timeoutMs: 40_000 });
        assert.ok(Date.now() - began < 20_000);
        const { status, text } = find(report, 'logs');
        assert.deepEqual([status, text], ['unknown', 'could not be looked at: no answer within 3 s']);
        assert.equal(find(report, 'state').status, 'ok');
        assert.equal(report.live.views, 'views sockets, wire (any); attribution ebpf');
      });
    } finally {
      hung.kill('SIGKILL');
    }
  });
});
