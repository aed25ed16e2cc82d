import assert from 'node:assert/strict';
import { addAddress, addEndpoint, IMDS_ADDRESSES } from '../support/topologies.ts';
import { said } from './lookups.ts';
import { type Scene, startServing, V4_ENDPOINT, withScene } from './scene.ts';
import { endSessions, needsRoot } from './session.ts';

describe('imds live: interfaces that go', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  it('goes on when one went down, and sees it again when it is up', () =>
    withScene(
      async (scene) => {
        const { client, session, mark } = scene;
        await call(scene);
        client.ip('link set eth0 down');
        await said(session, /^imds live: the interface eth0 went down; what passes it is seen again/);
        client.ip('link set eth0 up');
        await said(session, /^imds live: the interface eth0 is up again$/);
        client.ip(`route add ${IMDS_ADDRESSES.v4} dev eth0`);
        await call(scene);
        await session.eventsOf(mark, 2);
        client.ip('link set eth0 down');
        await session.until(
          () => session.diagnostics.filter((line) => / went down; /.test(line)).length === 2,
          'both',
        );
        assert.equal(await session.stop(), 0);
      },
      { args: ['--capture', 'wire', '-i', 'eth0'], within: true },
    ));

  it('ends where the only one was removed, and nothing else is watched', () =>
    withScene(
      async (scene) => {
        const { client, session, mark } = scene;
        await call(scene);
        client.ip('link delete eth0');
        assert.equal(await session.ended(), 1);
        assert.ok(
          session.diagnostics.some((line) => REMOVED.test(line) && /, and this session ends$/.test(line)),
        );
        assert.equal((await session.eventsOf(mark, 1)).length, 1, 'what was seen before');
      },
      { args: ['--capture', 'wire', '-i', 'eth0'], within: true },
    ));

  it('goes on from the sockets where the only one was removed', () =>
    withScene(
      async (scene) => {
        const { client, server, session, mark } = scene;
        client.ip('link delete eth0');
        await said(session, /; calls go on from the sockets$/);
        client.ip(`link add eth0 type veth peer name imds0 netns ${server.name}`);
        addAddress(client, '172.31.5.9/20', 'eth0');
        addAddress(server, '172.31.0.1/20', 'imds0');
        addEndpoint(server, 'imds0');
        client.ip('link set eth0 up');
        server.ip('link set imds0 up');
        client.ip(`route add ${IMDS_ADDRESSES.v4} dev eth0`);
        await call(scene);
        const [seen] = await session.eventsOf(mark, 1);
        assert.equal(seen?.attribution.source, 'ebpf');
        assert.equal(await session.stop(), 0);
      },
      { args: ['-i', 'eth0'], within: true },
    ));

  it('goes on from the others, and is not ready: what passes another of that name is not seen', () =>
    withScene(
      async (scene) => {
        const { client, session, mark } = scene;
        client.ip('link delete eth0');
        await said(session, /; calls go on from the others$/);
        addEndpoint(client, 'lo');
        await startServing(client);
        await call(scene);
        await session.eventsOf(mark, 1);
        assert.equal(await session.stop(), 0);
        const report = session.diagnostics.join('\n');
        assert.match(
          report,
          /1 interface removed while its\s+traffic was captured \(wire\.interfaces_removed\)/,
        );
        assert.doesNotMatch(report, /^Enforce +READY/m);
      },
      { args: ['-i', 'lo', '-i', 'eth0', '--observed', '0s'], within: true },
    ));
});

const REMOVED = /^imds live: the interface eth0 was removed, and another of that name is not watched; /;

async function call({ client, path }: Scene): Promise<void> {
  const { code, stderr } = await client.run('curl', [
    '-sS',
    '--retry',
    '3',
    '--retry-all-errors',
    `http://${V4_ENDPOINT}${path}`,
  ]);
  assert.equal(code, 0, stderr);
}
