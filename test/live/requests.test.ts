import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Namespace, Network, shown } from '../support/netns.ts';
import { connectPair } from '../support/topologies.ts';
import { callerProgram } from './caller.ts';
import { CLIENTS, PYTHON, succeed, V4, V6 } from './probe/world.ts';
import { proofOf } from './proof.ts';
import { askBy, asking, PORT, startServing, V4_ENDPOINT, V6_ENDPOINT, WATCHING, withScene } from './scene.ts';
import { endSessions, type LiveEvent, LiveSession, needsRoot, newMark } from './session.ts';

const KEPT = 10_000;

/** The only call of a mark, also when the session has ended. */
async function onlyCall(session: LiveSession, mark: string): Promise<LiveEvent> {
  await session.eventsOf(mark, 1);
  assert.equal(await session.stop(), 0);
  const calls = await session.eventsOf(mark, 1);
  assert.equal(calls.length, 1, 'one call, also after the end');
  return calls[0] as LiveEvent;
}

describe('imds live: requests', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  const viaPython = (command: string) => (where: Namespace, path: string) =>
    askBy(where, [command, V4], path, 'AQAEAEXAMPLE==');
  for (const [how, ask, asked] of [
    // The token's header is in the second write.
    ['in two writes', viaPython('two_writes'), 'two_writes'],
    ['byte by byte', viaPython('byte_by_byte'), 'byte_by_byte'],
    [
      'in writev with two buffers',
      (where: Namespace, path: string) => succeed(where.run(callerProgram(), ['writev', V4_ENDPOINT, path])),
      'writev',
    ],
  ] as const) {
    it(`makes one call of a request ${how}, with the version of the whole`, () =>
      withScene(async ({ client, session, mark, path }) => {
        await ask(client, path);
        const call = await onlyCall(session, mark);
        assert.equal(call.imds.version, 'v2');
        assert.equal(call.url?.path, path);
        assert.equal(call.http?.response?.status_code, 401);
        assert.ok(call.process?.args?.includes(asked), String(call.process?.args));
      }));
  }

  it(`tells ${KEPT} requests of one connection apart, in their order`, () =>
    withScene(
      async ({ client, session, mark, path }) => {
        await askBy(client, ['kept', V4, String(KEPT)], path, 'AQAEAEXAMPLE==');
        const calls = await session.eventsOf(mark, KEPT);
        assert.equal(await session.stop(), 0);
        assert.equal((await session.eventsOf(mark, KEPT)).length, KEPT, 'also after the end');
        assert.equal(new Set(calls.map(({ source }) => source.port)).size, 1);
        assert.equal(new Set(calls.map(({ event }) => event.id)).size, KEPT);
        for (const [number, { url, imds, http, process: caller }] of calls.entries()) {
          assert.equal(url?.path, `${path}/${number}`);
          assert.equal(imds.version, number % 10 === 9 ? 'v1' : 'v2');
          assert.equal(http?.response?.status_code, number % 10 === 9 ? 404 : 401);
          assert.equal(caller?.args?.[2], 'kept');
        }
      },
      { endpoint: ['--keep-alive'] },
    ));

  it('has the endpoint over IPv6, and takes IPv4-mapped addresses as IPv4', () =>
    withScene(async ({ client, session, mark, path }) => {
      await askBy(client, ['request', V6], path);
      await askBy(client, ['mapped', V4], path);
      const calls = await session.eventsOf(mark, 2);
      assert.deepEqual(
        calls.map(({ imds, network, source }) => [imds.version, imds.endpoint, network.type, source.ip]),
        [
          ['v1', V6_ENDPOINT, 'ipv6', '2001:db8::5'],
          ['v1', V4_ENDPOINT, 'ipv4', '172.31.5.9'],
        ],
      );
      assert.deepEqual(
        calls.map(({ process: caller }) => caller?.args?.[2]),
        ['request', 'mapped'],
      );
    }));

  it('has the call of a process that has ended before the answer', () =>
    withScene(
      async ({ client, session, mark, path }) => {
        await session.probeSuspended(() =>
          succeed(client.run(callerProgram(), ['leave', V4_ENDPOINT, path])),
        );
        const call = await onlyCall(session, mark);
        assert.equal(call.imds.version, 'v1');
        assert.equal(call.http?.response, undefined);
        assert.equal(call.event.outcome, 'unknown');
        assert.deepEqual(call.process?.args?.slice(1), ['leave', V4_ENDPOINT, path]);
        assert.equal(call.attribution.source, 'ebpf');
      },
      { endpoint: ['--get', 'late:300'] },
    ));

  it('has each connection of one socket by itself: its process, and its counts', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startServing(server);
      const nobody = PORT + 1;
      const refusing = ['--endpoint', `${V4}:${nobody}`];
      const session = await LiveSession.start(['--capture', 'sockets', ...WATCHING, ...refusing]);
      const mark = newMark();
      await askBy(client, ['again', V4, String(nobody)], `/latest/meta-data/${mark}`);
      const calls = await session.eventsOf(mark, 2);
      for (const [number, { url, process: caller, attribution }] of calls.entries()) {
        const [name, pid] = url?.path.split('-').slice(-2) ?? [];
        assert.equal(name, ['first', 'second'][number]);
        assert.equal(String(caller?.pid), pid);
        assert.equal(attribution.match, 'cookie');
      }
      assert.notEqual(calls[0]?.process?.pid, calls[1]?.process?.pid);
      assert.equal(await session.stop(), 0);
      const refused = session.events.filter(({ destination }) => destination?.port === nobody);
      assert.deepEqual(
        refused.map(({ imds, process: caller }) => [imds.operation, caller?.pid]),
        [['attempt', calls[0]?.process?.pid]],
      );
      const { captured, counted, connections, unprovable } = proofOf(session);
      assert.deepEqual([connections, unprovable], [3, 0]);
      assert.equal(captured, counted);
      assert.ok(counted > 300, String(counted));
    }));

  for (const [command, owned] of [
    ['held', true],
    ['held_forked', false],
  ] as const) {
    it(`has the request on a connection that is older than the session: ${command}`, () =>
      Network.with(async (network) => {
        const { client, server } = connectPair(network);
        await startServing(server);
        const mark = newMark();
        const older = client.spawn(PYTHON, [CLIENTS, command, V4], {
          stdio: ['pipe', 'pipe', 'inherit'],
          env: asking(`/latest/meta-data/${mark}`),
        });
        await shown(older, older.stdout, /connected/);
        const session = await LiveSession.start(['--capture', 'sockets', ...WATCHING]);
        const ended = once(older, 'exit');
        older.stdin?.end('\n');
        await ended;
        const { imds, process: caller, attribution } = await onlyCall(session, mark);
        assert.equal(imds.version, 'v1');
        // Where two processes have it, nobody knows which one opened it.
        if (owned) assert.equal(caller?.args?.[2], command);
        else {
          assert.equal(caller, undefined);
          assert.equal(attribution.reason, 'socket older than the session');
        }
      }));
  }
});
