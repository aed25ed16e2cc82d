import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessRecord } from '../../../src/bpf/records.ts';
import type { Namespace } from '../../support/netns.ts';
import type { Capture } from './capture.ts';
import { needsProbe, Probe } from './probe.ts';
import { CLIENTS, client, PYTHON, succeed, V4, withWorld } from './world.ts';

const CURL = ['-s', '-o', '/dev/null', `http://${V4}/`];
const CGROUP2 = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
const CONTAINER = '0123456789abcdef'.repeat(4);

/** Runs a client while the probe stands still: whoever has ended is known all the same. */
async function afterTheFact(where: Namespace, use: () => Promise<unknown>): Promise<Capture> {
  return Probe.watch(async (probe) => {
    await probe.suspended(use);
    await probe.until((capture) => capture.sockets(where).length > 0);
  });
}

function onlyProcess(capture: Capture, where: Namespace): ProcessRecord {
  return capture.process(capture.socket(where).reference);
}

describe('imds-probe: identity', function () {
  this.timeout(60_000);
  before(function () {
    needsProbe(this);
  });

  it('knows a process that has ended before its event is read, and its ancestors', () =>
    withWorld(async ({ client: where }) => {
      const script = `curl ${CURL.join(' ')}; :`;
      const capture = await afterTheFact(where, () => where.run('sh', ['-c', script]));
      const process = onlyProcess(capture, where);
      assert.deepEqual(process.args, ['curl', ...CURL]);
      assert.equal(process.name, 'curl');
      assert.equal(process.executable, '/usr/bin/curl');
      assert.equal(process.user_id, 0);
      assert.deepEqual(capture.process(process.ancestors[0]).args, ['sh', '-c', script]);
      assert.equal(capture.losses['processes.args_unknown'], 0);
    }));

  it('knows it also when thousands of others have started since', () =>
    withWorld(async ({ client: where }) => {
      const others = 'i=0; while [ $i -lt 3000 ]; do /bin/true; i=$((i + 1)); done';
      const capture = await afterTheFact(where, async () => {
        await succeed(where.run('curl', CURL));
        await succeed(where.run('sh', ['-c', others]));
      });
      assert.deepEqual(onlyProcess(capture, where).args, ['curl', ...CURL]);
    }));

  it('knows an ancestry of ten that have all ended', () =>
    withWorld(async ({ client: where }) => {
      const capture = await afterTheFact(where, () => client(where, ['deep', V4, '10']));
      const process = onlyProcess(capture, where);
      assert.ok(process.ancestors.length >= 11);
      for (let level = 0; level <= 10; level++) {
        const ancestor = level === 0 ? process : capture.process(process.ancestors[level - 1]);
        assert.deepEqual(ancestor.args?.slice(1), [CLIENTS, 'deep', V4, String(level)]);
      }
    }));

  it('shows an orphan under who has adopted it', () =>
    withWorld(async ({ client: where }) => {
      let printed = '';
      const capture = await afterTheFact(where, async () => {
        printed = await client(where, ['orphan', V4]);
      });
      const [pid, parent] = printed.trim().split(' ').map(Number);
      const process = onlyProcess(capture, where);
      assert.equal(process.pid, pid);
      assert.equal(process.ancestors[0]?.pid, parent);
      // It runs what it was forked from, two generations up.
      assert.equal(process.args?.[2], 'orphan');
    }));

  it('tells two processes with one pid apart', () =>
    withWorld(async ({ client: where }) => {
      let pid = 0;
      const capture = await afterTheFact(where, async () => {
        pid = Number(await client(where, ['reuse_pid', V4]));
      });
      const [first, second] = capture
        .sockets(where)
        .map(({ reference }) => capture.process(reference))
        .filter((process) => process.pid === pid);
      assert.deepEqual([first?.args?.[4], second?.args?.[4]], ['first', 'second']);
      assert.ok(BigInt(first?.start ?? 0) < BigInt(second?.start ?? 0));
    }));

  it('takes the leader as the process, and keeps the thread', () =>
    withWorld(async ({ client: where }) => {
      let tid = 0;
      const capture = await afterTheFact(where, async () => {
        tid = Number(await client(where, ['from_thread', V4]));
      });
      const socket = capture.socket(where);
      assert.equal(socket.tid, tid);
      assert.notEqual(socket.reference?.pid, tid);
      assert.equal(onlyProcess(capture, where).args?.[2], 'from_thread');
    }));

  it('knows the process behind a connect by io_uring', async function () {
    const allowed = '/proc/sys/kernel/io_uring_disabled';
    if (existsSync(allowed) && readFileSync(allowed, 'utf8').trim() === '2') return this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'imds-uring-'));
    try {
      const program = join(folder, 'uring');
      const { stderr } = spawnSync('gcc', ['-o', program, join(import.meta.dirname, 'uring.c')]);
      assert.equal(String(stderr), '');
      await withWorld(async ({ client: where }) => {
        let pid = 0;
        const capture = await afterTheFact(where, async () => {
          pid = Number(await succeed(where.run(program, [V4])));
        });
        const socket = capture.socket(where);
        assert.equal(socket.reference?.pid, pid);
        assert.notEqual(socket.tid, pid, 'a worker thread connects');
        assert.deepEqual(onlyProcess(capture, where).args, [program, V4]);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names the child where a child connects, with the arguments it was forked with', () =>
    withWorld(async ({ client: where }) => {
      let pid = 0;
      const capture = await afterTheFact(where, async () => {
        pid = Number(await client(where, ['from_fork', V4]));
      });
      const process = onlyProcess(capture, where);
      assert.equal(process.pid, pid);
      assert.equal(process.args?.[2], 'from_fork');
      assert.deepEqual(capture.process(process.ancestors[0]).args, process.args);
    }));

  it('tells the images of a process apart', () =>
    withWorld(async ({ client: where }) => {
      const capture = await afterTheFact(where, () => client(where, ['exec_after_connect', V4]));
      const [before, after] = capture.sockets(where).map(({ reference }) => capture.process(reference));
      assert.ok(before !== undefined && after !== undefined);
      assert.equal(before.pid, after.pid);
      assert.equal(before.start, after.start);
      assert.ok((after.exec ?? 0) > (before.exec ?? 0));
      assert.equal(before.args?.[2], 'exec_after_connect');
      assert.equal(after.args?.[2], 'after_exec');
    }));

  it('shows the arguments that a program was started with, not what it has made of them', () =>
    withWorld(async ({ client: where }) => {
      const capture = await Probe.watch(async () => {
        await client(where, ['retitled', V4]);
      });
      assert.deepEqual(onlyProcess(capture, where).args?.slice(1), [CLIENTS, 'retitled', V4]);
    }));

  it('writes hostile arguments so that they come back', () =>
    withWorld(async ({ client: where }) => {
      const hostile = ['\u001b[31m', 'a\nb\r\t', '"\\', '\u202e', '', 'é', '\ud83d\ude00', '{"type":"end"}'];
      const capture = await Probe.watch(async () => {
        // After `--` and with a body: curl takes none of it.
        await succeed(where.run(PYTHON, [CLIENTS, 'request', V4]));
        await succeed(where.run('sh', ['-c', `curl ${CURL.join(' ')}`, ...hostile]));
      });
      const parents = capture.records.filter((each) => each.type === 'process' && each.args?.[0] === 'sh');
      const args = parents.map((each) => (each.type === 'process' ? each.args : undefined));
      assert.deepEqual(args.at(-1)?.slice(3), hostile);
    }));

  it('writes bytes that are not UTF-8 as \\xNN', () =>
    withWorld(async ({ client: where }) => {
      const capture = await Probe.watch(async () => {
        await succeed(where.run('bash', ['-c', `exec curl -A $'a\\xff\\xc0\\x80z' ${CURL.join(' ')}`]));
      });
      assert.equal(onlyProcess(capture, where).args?.[2], 'a\\xFF\\xC0\\x80z');
    }));

  it('cuts a path to what a record may hold', () =>
    withWorld(async ({ client: where }) => {
      const folder = mkdtempSync(join(tmpdir(), 'imds-path-'));
      try {
        const capture = await Probe.watch(async (probe) => {
          const odd = where.spawn(PYTHON, [CLIENTS, 'odd_path', V4, folder], {
            stdio: ['pipe', 'ignore', 'inherit'],
          });
          await probe.until((seen) => seen.sockets(where).length > 0);
          odd.stdin?.end('\n');
          await once(odd, 'exit');
        });
        const { executable } = onlyProcess(capture, where);
        assert.match(executable ?? '', /\/imds-path-\w+\/(\\xFF|\/)+$/);
        assert.ok((executable ?? '').length > 4090 && (executable ?? '').length <= 4096);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));

  it('cuts arguments of 100 KB, and says so', () =>
    withWorld(async ({ client: where }) => {
      const long = 'x'.repeat(100_000);
      const capture = await Probe.watch(async () => {
        await succeed(where.run('curl', [...CURL, '-A', long]));
      });
      const process = onlyProcess(capture, where);
      assert.equal(process.args_truncated, true);
      assert.equal(`${process.args?.join('\0')}`.length, 4096);
      assert.deepEqual(process.args?.slice(0, 5), ['curl', ...CURL]);
    }));

  it('has a program without a name of its own', () =>
    withWorld(async ({ client: where }) => {
      const capture = await Probe.watch(async () => {
        await succeed(where.run('bash', ['-c', `exec -a '' curl ${CURL.join(' ')}`]));
      });
      assert.deepEqual(onlyProcess(capture, where).args, ['', ...CURL]);
    }));

  it('has the effective user of a setuid program', () =>
    withWorld(async ({ client: where }) => {
      const folder = mkdtempSync(join(tmpdir(), 'imds-setuid-'));
      try {
        const program = join(folder, 'curl');
        copyFileSync('/usr/bin/curl', program);
        chmodSync(folder, 0o755);
        chmodSync(program, 0o4755);
        const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
        const capture = await Probe.watch(async () => {
          await succeed(where.run('setpriv', [...user, program, ...CURL]));
          await succeed(where.run('setpriv', [...user, 'curl', ...CURL]));
        });
        const [setuid, plain] = capture.sockets(where).map(({ reference }) => capture.process(reference));
        assert.deepEqual([setuid?.user_id, setuid?.group_id], [0, 65534]);
        assert.equal(setuid?.executable, program);
        assert.deepEqual([plain?.user_id, plain?.group_id], [65534, 65534]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));

  it('has the pid in a pid namespace, and the host beside it', () =>
    withWorld(async ({ client: where }) => {
      const capture = await afterTheFact(where, () =>
        succeed(where.run('unshare', ['--pid', '--fork', '--mount-proc', '--cgroup', 'curl', ...CURL])),
      );
      const process = onlyProcess(capture, where);
      assert.equal(process.namespace_pid, 1);
      assert.notEqual(process.pid, 1);
      assert.equal(capture.process(process.ancestors[0]).args?.[0], 'unshare');
    }));

  it('has cgroup, container and unit', function () {
    const root = CGROUP2.find((path) => {
      try {
        mkdirSync(join(path, `imds-test-${process.pid}.slice`));
        return true;
      } catch {
        return false;
      }
    });
    if (root === undefined) return this.skip();
    const slice = `imds-test-${process.pid}.slice`;
    const scope = `docker-${CONTAINER}.scope`;
    mkdirSync(join(root, slice, scope));
    return withWorld(async ({ client: where }) => {
      // Entered outside of the namespace, where another /sys would be mounted.
      const procs = join(root, slice, scope, 'cgroup.procs');
      const enter = `echo $$ > ${procs} && exec ip netns exec ${where.name} curl ${CURL.join(' ')}`;
      const capture = await afterTheFact(where, async () => {
        assert.equal(spawnSync('sh', ['-c', enter], { timeout: 20_000 }).status, 0);
      });
      const found = onlyProcess(capture, where);
      assert.equal(found.cgroup_path, `/${slice}/${scope}`);
      assert.equal(found.container_id, CONTAINER);
      assert.equal(found.unit, scope);
      assert.match(found.cgroup_id ?? '', /^\d+$/);
    }).finally(() => {
      rmdirSync(join(root, slice, scope));
      rmdirSync(join(root, slice));
    });
  });
});
