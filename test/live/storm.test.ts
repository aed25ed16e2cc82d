import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { callerProgram } from './caller.ts';
import { succeed } from './probe/world.ts';
import { proofOf } from './proof.ts';
import { V4_ENDPOINT, WATCHING, withScene } from './scene.ts';
import { endSessions, type LiveEvent, type LiveSession, needsRoot } from './session.ts';

const CALLERS = 10_000;
const AT_ONCE = 64;
/** The metadata service itself takes no more from an interface. */
const A_SECOND = 1024;
const SECONDS = 60;
const BURST = 20_000;
/** More than come before the end that the test makes. */
const ENDLESS = 400_000;
const PATIENCE_MS = 100_000;

/** Nothing was lost on the way, and the kernel counted what was captured. */
function assertNothingMissing(session: LiveSession, connections: number): void {
  const proof = proofOf(session);
  assert.deepEqual(proof.losses, {});
  assert.equal(proof.connections, connections);
  assert.equal(proof.unprovable, 0);
  assert.equal(proof.captured, proof.counted, 'no byte is missing');
}

/** The numbers at the end of the paths below one, each of which has to come once. */
class Numbers {
  readonly #path: string;
  readonly #seen = new Set<number>();

  constructor(path: string) {
    this.#path = `${path}/`;
  }

  get count(): number {
    return this.#seen.size;
  }

  take({ url, imds: { version }, attribution, process: caller }: LiveEvent): void {
    if (!url?.path.startsWith(this.#path)) return;
    const number = Number(url.path.slice(this.#path.length));
    assert.ok(!this.#seen.has(number), `${url.path} once`);
    this.#seen.add(number);
    assert.equal(version, 'v1');
    assert.equal(attribution.source, 'ebpf');
    assert.equal(caller?.executable, callerProgram());
  }
}

describe('imds live: storms', function () {
  this.timeout(240_000);
  before(needsRoot);
  afterEach(endSessions);

  it(`has ${CALLERS} short-lived callers, ${AT_ONCE} at once: each with its pid, its arguments and its parent`, () =>
    withScene(async ({ client, session, mark, path }) => {
      const flood = [callerProgram(), 'flood', V4_ENDPOINT, path, String(CALLERS), String(AT_ONCE)];
      await succeed(client.run(callerProgram(), flood.slice(1), { timeoutMs: PATIENCE_MS }));
      await session.eventsOf(mark, CALLERS, PATIENCE_MS);
      assert.equal(await session.stop(), 0);
      const calls = await session.eventsOf(mark, CALLERS);
      assert.equal(calls.length, CALLERS, 'also after the end');
      const numbers = new Set<string>();
      for (const { url, process: caller } of calls) {
        const [number = '', pid] = (url?.path ?? '').slice(path.length + 1).split('/');
        assert.equal(caller?.pid, Number(pid));
        assert.deepEqual(caller?.args, [callerProgram(), 'get', V4_ENDPOINT, `${path}/${number}/@`]);
        assert.deepEqual(caller?.parent?.args, flood);
        numbers.add(number);
      }
      assert.equal(numbers.size, CALLERS);
      assert.equal(new Set(calls.map(({ process: caller }) => caller?.parent?.pid)).size, 1);
      assertNothingMissing(session, CALLERS);
    }));

  it(`has ${A_SECOND} requests a second for ${SECONDS} s, then a burst of ${BURST} connections`, () =>
    withScene(async ({ client, session, path }) => {
      const paced = new Numbers(`${path}/paced`);
      const burst = new Numbers(`${path}/burst`);
      session.take = (event) => {
        paced.take(event);
        burst.take(event);
      };
      const call = (...args: string[]) =>
        succeed(client.run(callerProgram(), args, { timeoutMs: PATIENCE_MS }));
      await call('pace', V4_ENDPOINT, `${path}/paced`, String(A_SECOND), String(SECONDS));
      await call('burst', V4_ENDPOINT, `${path}/burst`, String(BURST), '512');
      const all = A_SECOND * SECONDS + BURST;
      await session.until(() => paced.count + burst.count === all, `${all} calls`, PATIENCE_MS);
      assert.equal(await session.stop(), 0);
      assertNothingMissing(session, all);
    }));

  it('ends in the storm on SIGTERM, and what is saved replays to what was printed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imds-storm-'));
    try {
      await withScene(
        async ({ client, session, mark, path }) => {
          const flood = client.spawn(
            callerProgram(),
            ['flood', V4_ENDPOINT, path, String(ENDLESS), String(AT_ONCE)],
            // A session of its own, as services have: the scheduler is fair among sessions (autogroup).
            { stdio: 'ignore', detached: true },
          );
          const ended = once(flood, 'close');
          await session.eventsOf(mark, 500);
          const { probe } = session;
          assert.equal(await session.stop('SIGTERM'), 0);
          assert.equal(flood.exitCode, null, 'the storm goes on');
          assert.throws(() => process.kill(probe, 0), /ESRCH/, 'no probe is left');
          flood.kill('SIGKILL');
          await ended;
          const [file = ''] = readdirSync(folder);
          const { code, stdout, stderr } = await imds([
            'analyze',
            '--jsonl',
            ...WATCHING,
            join(folder, file),
          ]);
          assert.equal(code, 0, stderr);
          assert.deepEqual(stdout.split('\n').filter(Boolean), session.lines);
        },
        { args: ['--capture', 'sockets', '--keep-root', '-w', join(folder, 'storm.pcapng')] },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
