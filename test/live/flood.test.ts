import assert from 'node:assert/strict';
import { type Namespace, shown } from '../support/netns.ts';
import { callerProgram } from './caller.ts';
import { CLIENTS, PYTHON, succeed } from './probe/world.ts';
import { proofOf } from './proof.ts';
import { asking, V4_ENDPOINT, withScene } from './scene.ts';
import { endSessions, needsRoot } from './session.ts';

/** Another address of the server, which takes all that is sent before it answers. */
const SINK = '172.31.0.1';
const FLOODER = 65_534;
const CALLERS = [0, 1234, 1235];
const CALLS_EACH = 10;

async function startSink(server: Namespace): Promise<void> {
  const sink = server.spawn(PYTHON, [CLIENTS, 'sink', SINK], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: asking('/'),
  });
  await shown(sink, sink.stdout, /listening/);
}

function as(user: number, command: readonly string[]): string[] {
  return ['--reuid', String(user), '--regid', String(user), '--clear-groups', ...command];
}

describe('imds live: a flood by one user', function () {
  this.timeout(120_000);
  before(needsRoot);
  afterEach(endSessions);

  it('leaves the calls of others whole, with their processes, and counts what it shed', () => {
    const sinkEndpoint = V4_ENDPOINT.replace(/^[^:]+/, SINK);
    return withScene(
      async ({ client, server, session, mark, path }) => {
        await startSink(server);
        // The probe reads nothing meanwhile, as on a host without a free CPU: the buffers have to do.
        await session.probeSuspended(async () => {
          for (let i = 0; i < 4; i++) {
            const large = [PYTHON, CLIENTS, 'large', SINK, '4000000'];
            await succeed(client.run('setpriv', as(FLOODER, large), { env: asking('/') }));
          }
          for (const user of CALLERS) {
            const flood = [callerProgram(), 'flood', V4_ENDPOINT, `${path}/${user}`, String(CALLS_EACH), '4'];
            await succeed(client.run('setpriv', as(user, flood)));
          }
        });
        const count = CALLERS.length * CALLS_EACH;
        await session.eventsOf(mark, count);
        assert.equal(await session.stop(), 0);
        const calls = await session.eventsOf(mark, count);
        assert.equal(calls.length, count);
        for (const { url, imds, http, process: caller } of calls) {
          const [user, , pid] = url?.path.slice(path.length + 1).split('/') ?? [];
          assert.deepEqual([imds.version, http?.response?.status_code], ['v1', 404]);
          assert.equal(caller?.pid, Number(pid));
          assert.equal(caller?.user?.id, user);
          assert.equal(caller?.executable, callerProgram());
        }
        const { losses, captured, counted } = proofOf(session);
        assert.ok((losses['packets.shed'] ?? 0) > 0, JSON.stringify(losses));
        assert.equal(losses['packets.ring_full'], undefined);
        assert.ok(captured < counted, 'what was shed is missing, and is said to be');
      },
      { args: ['--capture', 'sockets', '--endpoint', sinkEndpoint] },
    );
  });
});
