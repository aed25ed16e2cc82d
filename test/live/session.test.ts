import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { UNPRIVILEGED } from '../support/unprivileged.ts';
import { said } from './lookups.ts';
import { PYTHON } from './probe/world.ts';
import { endSessions, LiveSession, needsRoot, newMark } from './session.ts';

const V4 = `http://${IMDS_ADDRESSES.v4}`;

/** Where nobody calls. */
const UNUSED = `${IMDS_ADDRESSES.v4}:9`;

/** What sudo sets: who called it. */
const SUDO = { SUDO_UID: '12345', SUDO_GID: '54321' };

/**
 * Starts a session in a terminal, sends it a SIGHUP, and then takes the terminal away; prints the pids, and ends with 3
 * to 6 where the session was not ready, ended before, ended otherwise than by a hang-up, or stayed.
 */
const IN_TERMINAL = `
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    line = f"exec '{sys.argv[2]}' bin/run.js live --no-log --no-state {sys.argv[1]}"
    os.execvp('sh', ['sh', '-c', line])
children, ready = [], False
for _ in range(250):
    time.sleep(0.1)
    with open(f'/proc/{pid}/task/{pid}/children') as file: children = file.read().split()
    uids = [line for line in open(f'/proc/{pid}/status') if line.startswith('Uid:')]
    ready = len(children) == 3 and uids[0].split()[1] != '0'
    if ready: break
if not ready: sys.exit(3)
time.sleep(0.5)
print(pid, *children)
os.kill(pid, 1)
time.sleep(0.5)
if os.waitpid(pid, os.WNOHANG)[0] != 0: sys.exit(4)
os.close(terminal)
for _ in range(100):
    time.sleep(0.1)
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended != 0: sys.exit(0 if os.WIFSIGNALED(status) and os.WTERMSIG(status) == 1 else 5)
os.kill(pid, 9)
sys.exit(6)
`;

/** Lines of /proc/PID/status, by name. */
function statusOf(pid: number): Map<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(/:\s*/, 2) as [string, string]));
}

function childrenOf(pid: number): { pid: number; name: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = statusOf(Number(name));
        return status.get('PPid') === String(pid)
          ? [{ pid: Number(name), name: status.get('Name') ?? '' }]
          : [];
      } catch {
        return [];
      }
    });
}

function isRunning(pid: number): boolean {
  try {
    return statusOf(pid).get('State')?.startsWith('Z') === false;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (!isRunning(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

describe('imds live: the session', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  it('has given up what programs that it could execute would gain, in every thread', async () => {
    const session = await LiveSession.start(['--capture', 'sockets']);
    const tasks = `/proc/${session.child.pid}/task`;
    const threads = readdirSync(tasks).map((tid) => readFileSync(`${tasks}/${tid}/status`, 'utf8'));
    assert.ok(threads.length > 1);
    for (const status of threads) assert.match(status, /^NoNewPrivs:\t1$/m);
    await session.stop();
    assert.doesNotMatch(session.diagnostics.join('\n'), /no_new_privs/);
  });

  it('has given back what only its start needed when it is ready', async () => {
    const session = await LiveSession.start(['--capture', 'sockets']);
    const status = statusOf(session.child.pid ?? 0);
    await session.stop();
    const [resident, peak] = ['VmRSS', 'VmHWM'].map((name) => Number.parseInt(status.get(name) ?? '', 10));
    assert.ok(resident !== undefined && peak !== undefined);
    assert.ok(peak - resident > 15_000, `${peak} kB → ${resident} kB`);
  });

  it('has given up root, its groups and its capabilities when it is ready', async () => {
    const session = await LiveSession.start(['--capture', 'sockets']);
    const status = statusOf(session.child.pid ?? 0);
    const uids = status.get('Uid')?.split('\t') ?? [];
    assert.equal(new Set(uids).size, 1);
    assert.notEqual(uids[0], '0');
    assert.equal(new Set(status.get('Gid')?.split('\t')).size, 1);
    assert.notEqual(status.get('Gid')?.split('\t')[0], '0');
    assert.equal(status.get('Groups')?.trim(), '');
    for (const set of ['CapPrm', 'CapEff']) assert.match(status.get(set) ?? '', /^0+$/);
    assert.equal(await session.stop(), 0);
  });

  it('stays root with --keep-root, and takes a named account', async () => {
    const kept = await LiveSession.start(['--capture', 'sockets', '--keep-root']);
    assert.match(statusOf(kept.child.pid ?? 0).get('Uid') ?? '', /^0\t/);
    await kept.stop();
    const named = await LiveSession.start(['--capture', 'sockets', '--user', 'nobody']);
    assert.match(named.ready, /now nobody/);
    await named.stop();
    const { code, stderr } = await imds(['live', '--user', 'no-such-account']);
    assert.equal(code, 2);
    assert.match(stderr, /^imds live: --user no-such-account: there is no such account\. /);
  });

  it("saves where only root may write, for whoever called sudo; files that follow have to be the account's", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imds-root-'));
    try {
      const file = join(folder, 'capture.pcapng');
      const session = await LiveSession.start(['--capture', 'sockets', '-w', file], undefined, [], SUDO);
      assert.notEqual(
        statusOf(session.child.pid ?? 0)
          .get('Uid')
          ?.split('\t')[0],
        '0',
      );
      assert.equal(await session.stop(), 0);
      const { mode, uid, gid, size } = statSync(file);
      assert.deepEqual([mode & 0o777, uid, gid], [0o600, 12_345, 54_321]);
      assert.ok(size > 0);
      const rotating = ['live', '--no-log', '--no-state', '--quiet', '--capture', 'sockets'];
      const { code, stderr } = await imds([
        ...rotating,
        '-w',
        join(folder, 'r.pcapng'),
        '--rotate-size',
        '1MB',
      ]);
      assert.equal(code, 2);
      assert.match(stderr, /files are created as (?:uid \d+|imds), which may not write to that folder/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves no probe behind, also when it is killed', async () => {
    const session = await LiveSession.start(['--capture', 'sockets']);
    const [probe] = childrenOf(session.child.pid ?? 0).filter(({ name }) => name.startsWith('imds-probe'));
    assert.ok(probe !== undefined, 'the probe runs');
    await session.stop('SIGKILL');
    assert.ok(await gone(probe.pid), 'the probe ended with its reader');
  });

  it('ends by itself after a time, or a number of calls', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', '--address', IMDS_ADDRESSES.v4]);
      const timed = await LiveSession.start(['--capture', 'sockets', '--duration', '300ms']);
      assert.equal(await timed.ended(), 0);
      const counted = await LiveSession.start(['--capture', 'sockets', '--count', '2']);
      const mark = newMark();
      await client.run('sh', ['-c', `for i in 1 2; do curl -s ${V4}/latest/meta-data/${mark}; done`]);
      assert.equal(await counted.ended(), 0);
      assert.ok(counted.events.length >= 2);
    }));

  it('is ready after the time that was asked for, where it is proven that nobody called', async () => {
    const session = await LiveSession.start([
      '--capture',
      'sockets',
      '--endpoint',
      UNUSED,
      '--endpoint',
      IMDS_ADDRESSES.v4,
      '--observed',
      '0s',
    ]);
    assert.equal(await session.stop(), 0);
    assert.match(session.diagnostics.join('\n'), /^Enforce +READY: /m);
    const elsewhere = await LiveSession.start([
      '--capture',
      'sockets',
      '--endpoint',
      UNUSED,
      '--observed',
      '0s',
    ]);
    assert.equal(await elsewhere.stop(), 0);
    const said = elsewhere.diagnostics.join('\n').replace(/\s+/g, ' ');
    assert.match(said, /Enforce NOT ENOUGH EVIDENCE: /);
    assert.match(
      said,
      /Recordings of 169\.254\.169\.254:80, .*: 1 recording is of other endpoints \(169\.254\.169\.254:9\)\./,
    );
    const { code, stderr } = await imds(['live', '--observed', '5']);
    assert.equal(code, 2);
    assert.match(stderr, /^imds live: --observed 5: not a time\. /);
  });

  it('goes on from the wire when the probe dies, and says so in the calls', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', '--address', IMDS_ADDRESSES.v4]);
      const session = await LiveSession.start(['--attribution', 'ebpf'], client);
      const [inner] = childrenOf(session.child.pid ?? 0).filter(({ name }) => name.startsWith('imds-probe'));
      assert.ok(inner !== undefined, 'the probe runs');
      process.kill(inner.pid, 'SIGKILL');
      await gone(inner.pid);
      const mark = newMark();
      await client.run('curl', ['-s', `${V4}/latest/meta-data/${mark}`]);
      const [call] = await session.eventsOf(mark, 1);
      assert.equal(call?.imds.version, 'v1');
      assert.equal(call?.attribution.reason, 'the probe had ended');
      assert.ok(
        session.diagnostics.some((line) =>
          /^imds live: the probe ended \(SIGKILL\); calls go on from the wire, without/.test(line),
        ),
      );
      assert.equal(await session.stop(), 0);
    }));

  it('ends with the probe where nothing else watches, or where it is asked to', async () => {
    for (const args of [['--capture', 'sockets'], ['--exit-on-probe-loss']]) {
      const session = await LiveSession.start(args);
      const [probe] = childrenOf(session.child.pid ?? 0).filter(({ name }) => name.startsWith('imds-probe'));
      process.kill(probe?.pid ?? 0, 'SIGKILL');
      assert.equal(await session.ended(), 1);
      assert.ok(
        session.diagnostics.some((line) => line.startsWith('imds live: the probe ended (SIGKILL); so does')),
      );
    }
  });

  it('goes on with all its processes on a SIGHUP that all of them get, as from a service manager', async () => {
    const session = await LiveSession.start();
    const pid = session.child.pid ?? 0;
    const children = childrenOf(pid).map((child) => child.pid);
    assert.equal(children.length, 3);
    for (const one of [...children, pid]) process.kill(one, 'SIGHUP');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(children.every(isRunning), session.diagnostics.join('\n'));
    assert.equal(await session.stop(), 0);
  });

  it('opens no debugger on a SIGUSR1, in none of its processes', async () => {
    const session = await LiveSession.start();
    const pid = session.child.pid ?? 0;
    const processes = [pid, ...childrenOf(pid).flatMap(({ pid, name }) => (name === 'node' ? [pid] : []))];
    assert.equal(processes.length, 3);
    for (const one of processes) process.kill(one, 'SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(processes.every(isRunning));
    const { stdout } = spawnSync('ss', ['-Hltnp'], { encoding: 'utf8' });
    assert.ok(!processes.some((one) => stdout.includes(`pid=${one},`)), stdout);
    assert.ok(!session.diagnostics.some((line) => line.startsWith('Debugger')));
    assert.equal(await session.stop(), 0);
  });

  it('ends with a report and exit code 0 where the probe gets the signal first', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const session = await LiveSession.start(['--capture', 'sockets']);
      process.kill(session.probe, signal);
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(await session.stop(signal), 0);
      assert.ok(!session.diagnostics.some((line) => line.includes('the probe ended')));
    }
  });

  it('ends when the terminal is gone that it was started from, whatever is shown there, and not on a SIGHUP before', async () => {
    for (const outputs of ['', '>/dev/null', '>/dev/null 2>&1']) {
      const { status, stdout } = spawnSync(PYTHON, ['-c', IN_TERMINAL, outputs, process.execPath], {
        encoding: 'utf8',
        timeout: 60_000,
      });
      assert.equal(status, 0, `with ${outputs || 'all of it shown'}`);
      for (const pid of stdout.trim().split(' ')) assert.ok(await gone(Number(pid)), `${pid} of ${stdout}`);
    }
  });

  it('fails where the probe could not hand over all that it saw before the end, and says so', async () => {
    const session = await LiveSession.start(['--capture', 'sockets']);
    const [probe] = childrenOf(session.child.pid ?? 0).filter(({ name }) => name.startsWith('imds-probe'));
    assert.ok(probe !== undefined, 'the probe runs');
    process.kill(probe.pid, 'SIGSTOP');
    session.child.kill('SIGINT');
    await said(session, /^imds live: reading what waits; /);
    process.kill(probe.pid, 'SIGKILL');
    assert.equal(await session.ended(), 1);
    assert.ok(
      session.diagnostics.some((line) =>
        /^imds live: not all that was seen was read .*\(SIGKILL\)$/.test(line),
      ),
    );
  });

  it('names the interface that cannot be captured, and goes on with the sockets', async () => {
    const session = await LiveSession.start(['-i', 'lo', '-i', 'nosuch0']);
    assert.ok(
      session.diagnostics.some((line) =>
        /^imds live: cannot capture on nosuch0: .* -i: any, .*\blo\b/.test(line),
      ),
    );
    assert.equal(await session.stop(), 0);
  });

  it('says which capability the wire lacks, and on which kernel', () => {
    const args = ['--bounding-set=-net_raw', '--inh-caps=-net_raw', process.execPath, 'bin/run.js', 'live'];
    const options = ['--capture', 'wire', '--no-log', '--no-state', '--duration', '1s'];
    const { status, stderr } = spawnSync('setpriv', [...args, ...options], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.equal(status, 5, stderr);
    assert.match(
      stderr,
      /^imds live: cannot capture on any: missing CAP_NET_RAW \(uid 0, kernel \d+\.[^)]*\): [^\n]+ give it this capability[^\n]+\n$/,
    );
  });

  it('goes on where there is no /proc, and says what is not known without it', () => {
    const hide = 'mount -t tmpfs none /proc && exec "$0" "$@"';
    const options = ['--no-log', '--no-state', '--duration', '1s'];
    const args = ['--mount', 'sh', '-c', hide, process.execPath, 'bin/run.js', 'live', ...options];
    const { status, stderr } = spawnSync('unshare', args, { encoding: 'utf8', timeout: 20_000 });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^imds live: there is no \/proc here\./m);
    assert.match(stderr, /^imds live: no_new_privs could not be set \(without \/proc nothing tells/m);
    assert.match(stderr, /^imds live: ready: views sockets, wire \(any\); attribution ebpf/m);
  });

  it('is one line and exit code 5 without the right to attach', () => {
    const args = [...UNPRIVILEGED, process.execPath, 'bin/run.js', 'live', '--capture', 'sockets'];
    const { status, stderr } = spawnSync('setpriv', args, {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, HOME: '/nonexistent' },
    });
    assert.equal(status, 5, stderr);
    assert.match(stderr, /^imds live: [^\n]+\n$/);
  });
});
