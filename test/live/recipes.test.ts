import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { callerProgram } from './caller.ts';
import { succeed } from './probe/world.ts';
import { prepareLogrotate } from './recipes/logrotate.ts';
import { areThere, LOGS, linesOf, until } from './recipes/recipes.ts';
import { Rsyslog } from './recipes/rsyslog.ts';
import { type Scene, V4_ENDPOINT, withScene } from './scene.ts';
import { endSessions, needsRoot } from './session.ts';

/** Processes with a call each, one batch of them after the other. */
const BATCH = 50;
/** Milliseconds from one batch to the next. */
const PACE_MS = 200;
/** What imds live becomes, and logrotate with it; Debian's has this group. */
const ACCOUNT = { user: 'nobody', group: 'nogroup' };
const LOG = 'imds-trace.log';
/** Of what imds itself rolls over, after a megabyte each. */
const ROLLS = 2;

/** Every call once: they are numbered in the last arguments of their processes, and in their paths. */
function assertEachOnce(lines: readonly string[], path: string, calls: number): void {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const number = new RegExp(`${path}/(\\d+/\\d+)/`).exec(line)?.[1];
    if (number !== undefined) counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  const doubled = [...counts].filter(([, count]) => count > 1);
  assert.equal(doubled.length, 0, `doubled: ${doubled[0]}`);
  assert.equal(counts.size, calls, 'none is lost');
}

/** Calls until that is done; gives the number of calls, when all of them were told. */
async function callWhile({ client, session, mark, path }: Scene, doing: Promise<void>): Promise<number> {
  let done = false;
  const ended = doing.finally(() => {
    done = true;
  });
  let batch = 0;
  while (!done) {
    const next = sleep(PACE_MS);
    const flood = ['flood', V4_ENDPOINT, `${path}/${batch++}`, String(BATCH), '4'];
    await succeed(client.run(callerProgram(), flood));
    await next;
  }
  await ended;
  await session.eventsOf(mark, batch * BATCH);
  return batch * BATCH;
}

async function times(count: number, act: () => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) await act();
}

describe('imds live: recipes for its logs', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot.call(this);
    if (!areThere()) this.skip();
  });
  let parent: string;
  let logs: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'imds-recipes-'));
    // Root is given up, and the files are opened again without it.
    chmodSync(parent, 0o755);
    logs = join(parent, 'imds');
  });
  afterEach(() => {
    endSessions();
    rmSync(parent, { recursive: true });
  });

  const options = (...more: string[]) => ({
    args: ['--capture', 'sockets', '--log-dir', logs, '--user', ACCOUNT.user, ...more],
  });
  const filesOf = (name: string) => readdirSync(logs).filter((entry) => entry.startsWith(name));

  // Short lines: where imds rolls over itself just then, a file may get two names (docs/logs.md).
  it('logrotate moves the files while calls go on: each call is in them once', () =>
    withScene(
      async (scene) => {
        const { session, path } = scene;
        const rotate = prepareLogrotate(parent, logs, session.child.pid ?? 0, ACCOUNT);
        const calls = await callWhile(scene, times(6, rotate));
        assert.equal(await session.stop(), 0);
        for (const name of LOGS) {
          const files = filesOf(name);
          const moved = files.filter((entry) => /\.(?:log|jsonl)-\d{8}-\d{6}(?:\.gz)?$/.test(entry));
          assert.equal(moved.length, 6, files.join(' '));
          assert.equal(moved.filter((entry) => entry.endsWith('.gz')).length, 5);
          const lines = files.flatMap((entry) => linesOf(join(logs, entry)));
          assertEachOnce(lines, path, calls);
          for (const file of files) assert.equal(statSync(join(logs, file)).mode & 0o777, 0o600, file);
        }
      },
      options('--ancestors', '0'),
    ));

  /** Lines of the log that were forwarded not at all, or more than once. */
  const forwardedWrongly = async (scene: Scene, disturb: (rsyslog: Rsyslog) => Promise<void>) => {
    const { session, path } = scene;
    const rsyslog = new Rsyslog(parent, logs);
    try {
      await rsyslog.start();
      const calls = await callWhile(scene, disturb(rsyslog));
      assert.equal(await session.stop(), 0);
      const written = filesOf(LOG).flatMap((name) => linesOf(join(logs, name)));
      assertEachOnce(written, path, calls);
      for (let i = 0; i < 50 && rsyslog.lines.length < written.length; i++) await sleep(100);
      await rsyslog.stop();
      const counts = new Map(written.map((line) => [line, -1]));
      for (const line of rsyslog.lines) counts.set(line, (counts.get(line) ?? 0) + 1);
      const of = (wrong: (count: number) => boolean) => [...counts.values()].filter(wrong).length;
      return { lost: of((count) => count < 0), doubled: of((count) => count > 0) };
    } finally {
      await rsyslog.stop();
    }
  };
  const EACH_ONCE = { lost: 0, doubled: 0 };

  it('rsyslog forwards each line once while logrotate moves the log', () =>
    withScene(
      async (scene) => {
        const rotate = prepareLogrotate(parent, logs, scene.session.child.pid ?? 0, ACCOUNT);
        const path = join(logs, LOG);
        // A file that has gone again before rsyslogd has opened it is not read (docs/logs.md).
        const isOpened = (rsyslog: Rsyslog) => {
          const [first] = existsSync(path) ? linesOf(path) : [];
          return first !== undefined && rsyslog.lines.includes(first);
        };
        const disturb = (rsyslog: Rsyslog) =>
          times(3, async () => {
            await rotate();
            await until(() => isOpened(rsyslog));
          });
        assert.deepEqual(await forwardedWrongly(scene, disturb), EACH_ONCE);
      },
      options('--ancestors', '0'),
    ));

  it('rsyslog forwards each line once while imds rolls the log over', () =>
    withScene(
      async (scene) => {
        const rolled = () => until(() => filesOf(LOG).length > ROLLS);
        assert.deepEqual(await forwardedWrongly(scene, rolled), EACH_ONCE);
      },
      options('--ancestors', '8'),
    ));

  it('rsyslog forwards each line once when it is started anew', () =>
    withScene(
      async (scene) => {
        const restart = async (rsyslog: Rsyslog) => {
          await sleep(2000);
          await rsyslog.stop();
          await sleep(1000);
          await rsyslog.start();
          await sleep(1000);
        };
        assert.deepEqual(await forwardedWrongly(scene, restart), EACH_ONCE);
      },
      options('--ancestors', '0'),
    ));
});
