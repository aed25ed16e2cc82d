import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { imds } from '../cli/run.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { connectPair } from '../support/topologies.ts';
import { pair, statusOf, V4, workerOf } from './lookups.ts';
import { startServing, V4_ENDPOINT, WATCHING, withScene } from './scene.ts';
import { endSessions, type LiveEvent, LiveSession, needsRoot, newMark } from './session.ts';

/** What dpkg itself says. */
function versionOf(name: string): string {
  const text = execFileSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  return /^Version: (.+)$/m.exec(text)?.[1] ?? '';
}

/** Runs a program in the client's network, and in the host's mount namespace: `ip netns exec` makes one of its own. */
async function run({ name }: Namespace, words: readonly string[]): Promise<void> {
  await promisify(execFile)('nsenter', [`--net=/run/netns/${name}`, ...words]);
}

const url = (mark: string) => `http://${V4_ENDPOINT}/latest/meta-data/${mark}`;

/** Calls until the answer has come: it is in the events behind it. */
async function untilKnown(
  session: LiveSession,
  ask: (mark: string) => Promise<unknown>,
): Promise<LiveEvent | undefined> {
  for (let i = 0; i < 25; i++) {
    const mark = newMark();
    await ask(mark);
    const [event] = await session.eventsOf(mark, 1);
    if (event?.package !== undefined) return event;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return undefined;
}

function reportOf({ diagnostics }: LiveSession): string {
  return diagnostics.join(' ').replaceAll(/\s+/g, ' ');
}

const CGROUP2 = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
const CONTAINER = 'fedcba9876543210'.repeat(4);
const POD = '3f2a9c81-d0aa-52c3-8b1e-0a9c81d0aa52';

describe('imds live: what the host says of a caller', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  it('names package, version and user of a program that is gone when it is asked about', () =>
    withScene(async ({ client, session }) => {
      const event = await untilKnown(session, (mark) => run(client, ['curl', '-s', url(mark)]));
      assert.deepEqual(event?.package, { name: 'curl', version: versionOf('curl'), type: 'dpkg' });
      assert.equal(event.process?.user?.name, 'root');
    }));

  it('names them where processes are looked up in /proc, from another mount namespace', () =>
    pair(async (client) => {
      const session = await LiveSession.start(['--capture', 'wire'], client);
      const script = (mark: string) => `curl -s ${V4}/latest/meta-data/${mark}; sleep 3`;
      const event = await untilKnown(session, (mark) => client.run('sh', ['-c', script(mark)]));
      assert.deepEqual(event?.package, { name: 'curl', version: versionOf('curl'), type: 'dpkg' });
      assert.equal(await session.stop(), 0);
    }));

  it('tells in the report at the end what was not known with the only call', () =>
    withScene(async ({ client, session, mark }) => {
      await run(client, ['curl', '-s', url(mark)]);
      await session.eventsOf(mark, 1);
      assert.equal(await session.stop(), 0);
      assert.ok(reportOf(session).includes(`package curl ${versionOf('curl')}`), reportOf(session));
    }));

  it('says nothing of a file that another mount namespace has in the place of a package', () =>
    withScene(async ({ client, session, mark }) => {
      const folder = mkdtempSync(join(tmpdir(), 'imds-live-recognise-'));
      try {
        const script =
          'cp /usr/bin/curl "$1/own" && mount --bind "$1/own" /usr/bin/curl && curl -s "$2"; sleep 1';
        await run(client, ['unshare', '--mount', 'sh', '-c', script, 'sh', folder, url(mark)]);
        const [event] = await session.eventsOf(mark, 1);
        assert.equal(event?.process?.executable, '/usr/bin/curl');
        assert.equal(await session.stop(), 0);
        assert.doesNotMatch(reportOf(session), /package curl/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));

  it('knows a file of the host in another mount namespace, as a service with mounts of its own has', () =>
    withScene(async ({ client, session, mark }) => {
      const words = ['unshare', '--mount', 'sh', '-c', 'curl -s "$1"; sleep 1', 'sh', url(mark)];
      await run(client, words);
      await session.eventsOf(mark, 1);
      assert.equal(await session.stop(), 0);
      assert.ok(reportOf(session).includes(`package curl ${versionOf('curl')}`), reportOf(session));
    }));

  it('says nothing of a program below another root', () =>
    withScene(async ({ client, session, mark }) => {
      const folder = mkdtempSync(join(tmpdir(), 'imds-live-recognise-'));
      try {
        // The host's whole tree, below a root of its own: paths are the same, and mean something else.
        const script = 'mount --rbind / "$1" && chroot "$1" curl -s "$2"; umount -l "$1"';
        await run(client, ['unshare', '--mount', 'sh', '-c', script, 'sh', folder, url(mark)]);
        const [event] = await session.eventsOf(mark, 1);
        assert.equal(event?.process?.executable, '/usr/bin/curl');
        assert.equal(await session.stop(), 0);
        assert.doesNotMatch(reportOf(session), /package curl/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));

  it('looks up the program of a container in its own root, whatever else is in that', function () {
    const slice = `kubepods-burstable-pod${POD.replaceAll('-', '_')}.slice`;
    const scope = `cri-containerd-${CONTAINER}.scope`;
    const root = CGROUP2.find((path) => existsSync(join(path, 'cgroup.controllers')));
    if (root === undefined) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'imds-live-recognise-'));
    mkdirSync(join(root, slice, scope), { recursive: true });
    return withScene(async ({ client, session, mark }) => {
      const script = join(import.meta.dirname, 'container-root.sh');
      await run(client, ['unshare', '--mount', script, folder, join(root, slice, scope), url(mark)]);
      const [, event] = await session.eventsOf(mark, 2);
      assert.equal(event?.process?.executable, '/opt/agent');
      assert.deepEqual(event.package, { name: 'own-agent', version: '2.1~own', type: 'dpkg' });
      assert.deepEqual(event.container, { id: CONTAINER, runtime: 'containerd' });
      assert.deepEqual(event.orchestrator, { type: 'kubernetes', resource: { id: POD, type: 'pod' } });
      assert.equal(event.attribution.started_from, `container ${CONTAINER.slice(0, 12)}`);
      // Of whom the host's uid is, nobody knows.
      assert.equal(event.process.user?.name, undefined);
    }).finally(() => {
      rmdirSync(join(root, slice, scope));
      rmdirSync(join(root, slice));
      rmdirSync(folder);
    });
  });

  it('saves what it learned, and replays to the same calls, byte for byte', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startServing(server);
      const folder = mkdtempSync(join(tmpdir(), 'imds-live-recognise-'));
      try {
        chmodSync(folder, 0o777);
        for (const form of ['pcapng', 'pcap']) {
          const file = join(folder, `capture.${form}`);
          const session = await LiveSession.start([...WATCHING, '--capture', 'sockets', '-w', file]);
          const ask = (mark: string) => run(client, ['curl', '-s', url(mark)]);
          assert.equal((await untilKnown(session, ask))?.package?.name, 'curl');
          assert.equal(await session.stop(), 0);
          const { code, stdout, stderr } = await imds(['analyze', '--jsonl', ...WATCHING, file]);
          assert.equal(code, 0, stderr);
          assert.deepEqual(stdout.split('\n').filter(Boolean), session.lines);
          const saved = readFileSync(form === 'pcap' ? `${file}.correlations.jsonl` : file, 'latin1');
          assert.match(saved, /"type":"program",[^\n\0]*"path":"\/usr\/bin\/curl"/);
          assert.match(saved, /"type":"user",[^\n\0]*"name":"root"/);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));

  it('keeps root in a process of low priority, which ends with the session', () =>
    pair(async (client) => {
      const session = await LiveSession.start([], client);
      const worker = workerOf(session, 'host/worker');
      assert.match(statusOf(worker).get('Uid') ?? '', /^0\t/);
      const nice = readFileSync(`/proc/${worker}/stat`, 'latin1').split(') ')[1]?.split(' ')[16];
      assert.equal(nice, '10');
      assert.equal(await session.stop(), 0);
      assert.throws(() => statusOf(worker));
    }));

  it('asks nothing where nobody is named', () =>
    pair(async (client) => {
      const session = await LiveSession.start(['--attribution', 'off'], client);
      assert.throws(() => workerOf(session, 'host/worker'));
      await session.stop();
    }));
});
