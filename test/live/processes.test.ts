import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENTS, succeed, V4 } from './probe/world.ts';
import { askBy, V4_ENDPOINT, withScene } from './scene.ts';
import { endSessions, needsRoot } from './session.ts';

const HOSTILE = [
  '\u001b[2J\u001b]0;owned\u0007',
  'a\nb\r\t',
  '[2026-01-01T00:00:00] [INFO] IMDSv2 (pid:1:init argv:init)',
  ') called by -> (pid:1:init argv:/sbin/init)',
  '"\\',
  '\u202e',
  // Beside each other: the zeros that the kernel keeps between arguments.
  '',
  '',
  '\u{1f600}',
  '{"type":"end"}',
];
const LONG = 100_000;

describe('imds live: processes', function () {
  this.timeout(60_000);
  before(needsRoot);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-live-processes-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => {
    endSessions();
    rmSync(folder, { recursive: true });
  });

  it('has hostile arguments as they are in JSON, and escaped in one line of the log', () =>
    withScene(
      async ({ client, session, mark, path }) => {
        const curl = ['curl', '-s', '-o', '/dev/null', `http://${V4_ENDPOINT}${path}`];
        await succeed(client.run('sh', ['-c', `${curl.join(' ')}; :`, ...HOSTILE]));
        const [call] = await session.eventsOf(mark, 1);
        assert.deepEqual(call?.process?.args, curl);
        assert.deepEqual(call?.process?.parent?.args?.slice(3), HOSTILE);
        assert.equal(await session.stop(), 0);
        const log = readFileSync(join(folder, 'log', 'imds-trace.log'), 'utf8');
        const lines = log.split('\n').filter(Boolean);
        assert.equal(lines.length, 1, log);
        assert.match(log, /^\[[\dT:-]+\] \[WARNING\] IMDSv1\(!\) \(pid:\d+:curl argv:curl -s /);
        assert.match(log, /\\x1B\[2J/i);
        assert.doesNotMatch(log.trimEnd(), /[\p{Cc}\u202e]/u);
        assert.equal(log.split(') called by -> (').length, 2, 'no argument passes for a process');
      },
      { args: ['--capture', 'sockets', '--ancestors', '1', '--log-dir', join(folder, 'log')] },
    ));

  it(`has the call of a process with ${LONG} bytes of arguments, whose first are told`, () =>
    withScene(async ({ client, session, mark, path }) => {
      const first = ['curl', '-s', '-o', '/dev/null', `http://${V4_ENDPOINT}${path}`, '-A'];
      await succeed(client.run('curl', [...first.slice(1), 'x'.repeat(LONG)]));
      const [call] = await session.eventsOf(mark, 1);
      assert.deepEqual(call?.process?.args?.slice(0, first.length), first);
      const told = call?.process?.args?.at(-1) ?? '';
      assert.match(told, /^x{1000,4096}/);
      assert.ok(told.length < LONG);
    }));

  it('has an ancestry of ten that have ended, each with its arguments', () =>
    withScene(async ({ client, session, mark, path }) => {
      await session.probeSuspended(() => askBy(client, ['deep', V4, '10'], path));
      const [call] = await session.eventsOf(mark, 1);
      const chain = [call?.process, ...(call?.imds.ancestors ?? [])].slice(0, 11);
      assert.deepEqual(
        chain.map((ancestor) => ancestor?.args?.slice(1)),
        Array.from({ length: 11 }, (_, level) => [CLIENTS, 'deep', V4, String(level)]),
      );
      for (const ancestor of chain) {
        assert.throws(() => process.kill(ancestor?.pid ?? 0, 0), /ESRCH/, 'has ended');
      }
    }));

  it('has the pid of this host for a process in a pid namespace', () =>
    withScene(async ({ client, session, mark, path }) => {
      const unshare = ['--pid', '--fork', '--mount-proc', '--cgroup'];
      const url = `http://${V4_ENDPOINT}${path}`;
      await session.probeSuspended(() =>
        succeed(client.run('unshare', [...unshare, 'curl', '-s', '-o', '/dev/null', url])),
      );
      const [call] = await session.eventsOf(mark, 1);
      assert.equal(call?.process?.name, 'curl');
      assert.ok((call?.process?.pid ?? 0) > 1);
      assert.equal(call?.process?.parent?.args?.[0], 'unshare');
    }));

  it('has the effective user of a setuid program', () =>
    withScene(async ({ client, session, mark, path }) => {
      const program = join(folder, 'fetch-role');
      copyFileSync('/usr/bin/curl', program);
      chmodSync(program, 0o4755);
      const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
      for (const each of [program, 'curl']) {
        await succeed(
          client.run('setpriv', [...user, each, '-s', '-o', '/dev/null', `http://${V4_ENDPOINT}${path}`]),
        );
      }
      const calls = await session.eventsOf(mark, 2);
      assert.deepEqual(
        calls.map(({ process: caller }) => [caller?.executable, caller?.user?.id]),
        [
          [program, '0'],
          ['/usr/bin/curl', '65534'],
        ],
      );
    }));
});
