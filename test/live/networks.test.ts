import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { bufferBytesOf } from '../../src/live/wire-view.ts';
import { imds } from '../cli/run.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { addEndpoint, connectContainer, IMDS_ADDRESSES } from '../support/topologies.ts';
import { succeed } from './probe/world.ts';
import { startServing, V4_ENDPOINT, WATCHING, withScene } from './scene.ts';
import { endSessions, type LiveEvent, LiveSession, needsRoot, newMark } from './session.ts';

/** One request each without a token, for one, and with it. */
async function askAll(where: Namespace, path: string): Promise<void> {
  const url = `http://${V4_ENDPOINT}`;
  const script = [
    `curl -sf -o /dev/null ${url}/latest/meta-data/mac?${path}`,
    `T=$(curl -sf -X PUT '${url}/latest/api/token?${path}' -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')`,
    `curl -sf -o /dev/null -H "X-aws-ec2-metadata-token: $T" ${url}/latest/user-data`,
  ].join(' && ');
  await succeed(where.run('sh', ['-c', script]));
}

/** So many requests, each on a connection of its own, while the session stands still. */
function fill(session: LiveSession, client: Namespace, path: string, requests: number): Promise<void> {
  const urls = `http://${V4_ENDPOINT}${path}/[1-${requests}]`;
  return session.suspended(() => succeed(client.run('curl', ['-s', '-o', '/dev/null', urls])));
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ');

const words = ({ imds, url, http }: LiveEvent) =>
  `${imds.version} ${imds.operation} ${url?.path} ${http?.response?.status_code}`;

/** Requests whose packets fill most of the ring on this host: each has a connection of its own, of nine to twelve. */
const FILLING = Math.floor(bufferBytesOf(totalmem(), 1) / 65_536 / 16);

const ALL = [
  'v1 read /latest/meta-data/mac 200',
  'v2 token /latest/api/token 200',
  'v2 read /latest/user-data 200',
];

describe('imds live: networks', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  for (const capture of ['sockets', 'both']) {
    it(`has a namespace whose interface the host does not see, with its process (${capture})`, () =>
      Network.with(async (network) => {
        const alone = network.namespace('alone');
        addEndpoint(alone, 'lo');
        await startServing(alone);
        const session = await LiveSession.start([...WATCHING, '--capture', capture]);
        await askAll(alone, newMark());
        await session.until(() => session.events.length >= ALL.length, 'the calls');
        assert.equal(await session.stop(), 0);
        assert.deepEqual(session.events.map(words), ALL);
        for (const { process: caller, source, imds } of session.events) {
          assert.equal(caller?.name, 'curl');
          assert.equal(source.ip, IMDS_ADDRESSES.v4);
          assert.ok(imds.ancestors?.some(({ pid }) => pid === process.pid));
        }
      }));
  }

  it('tells calls and versions from the wire alone, and a process only where it was looked up', () =>
    withScene(
      async ({ client, session, mark }) => {
        await askAll(client, mark);
        await session.until(() => session.events.length >= ALL.length, 'the calls');
        assert.equal(await session.stop(), 0);
        assert.match(session.ready, /views wire \(any\)/);
        assert.deepEqual(session.events.map(words), ALL);
        for (const { process: caller, attribution } of session.events) {
          const { source, match, reason = '' } = attribution;
          if (source === 'procfs') assert.equal(caller?.name, 'curl');
          else {
            assert.equal(caller, undefined);
            assert.deepEqual([source, match], ['none', 'none']);
            assert.notEqual(reason, '');
          }
        }
      },
      { args: ['--capture', 'wire'], within: true },
    ));

  it('loses nothing on the wire of some hundred packets that come while it is busy', () =>
    withScene(
      async ({ client, session, mark, path }) => {
        await fill(session, client, path, FILLING);
        const events = await session.eventsOf(mark, FILLING);
        const numbers = events.map(({ url }) => Number(url?.path.split('/').at(-1)));
        assert.deepEqual(
          numbers,
          Array.from({ length: FILLING }, (_, i) => i + 1),
        );
        assert.equal(await session.stop(), 0);
        assert.match(
          oneLine(session.diagnostics.join(' ')),
          /Drops while capturing: 0 packets of interfaces, as the kernel counted\./,
        );
      },
      { args: ['--capture', 'wire'], within: true },
    ));

  for (const form of ['pcapng', 'pcap']) {
    it(`counts what passed on the wire while it was busy, and had no room, also in a replay (${form})`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'imds-live-drops-'));
      chmodSync(folder, 0o777);
      const file = join(folder, `capture.${form}`);
      try {
        await withScene(
          async ({ client, session, mark, path }) => {
            await fill(session, client, path, FILLING * 4);
            await session.eventsOf(mark, FILLING);
            assert.equal(await session.stop(), 0);
            assert.ok(session.events.length < FILLING * 4, `${session.events.length} calls`);
            const said = oneLine(session.diagnostics.join(' '));
            const drops =
              /Drops while capturing: [\d,]{3,} packets of interfaces, as the kernel counted\./.exec(said);
            assert.ok(drops !== null, said);
            assert.match(said, /Lost, cut or turned away: [^.]*\(wire\.dropped_packets\)/);
            const replay = await imds(['analyze', ...WATCHING, file]);
            assert.ok(oneLine(replay.stdout).includes(drops[0]), replay.stdout);
          },
          { args: ['--capture', 'wire', '-w', file], within: true },
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  for (const capture of ['sockets', 'both', 'wire']) {
    it(`tells the hop limit that a container behind a bridge needs (${capture})`, () =>
      Network.with(async (network) => {
        const { client, host, server } = connectContainer(network);
        await startServing(server);
        const session = await LiveSession.start([...WATCHING, '--capture', capture], host);
        await askAll(client, newMark());
        await session.until(() => session.events.length >= ALL.length, 'the calls');
        assert.equal(await session.stop(), 0);
        assert.deepEqual(session.events.map(words), ALL);
        // The stand-in sends with 64, and the host is a router on the way.
        for (const { imds, http } of session.events) {
          if (http?.request?.method === 'GET') assert.equal(imds.response_ttl, 63);
        }
        assert.match(
          session.diagnostics.join(' ').replaceAll(/\s+/g, ' '),
          /crossed 1 hop: the hop limit has to be 2 at least/,
        );
      }));
  }

  it('counts a call once that the wire shows at veth, bridge and uplink, with both its addresses', () =>
    Network.with(async (network) => {
      const { client, host, server } = connectContainer(network);
      await startServing(server);
      const session = await LiveSession.start([...WATCHING, '--capture', 'wire'], host);
      await askAll(client, newMark());
      await session.until(() => session.events.length >= ALL.length, 'the calls');
      assert.equal(await session.stop(), 0);
      assert.deepEqual(session.events.map(words), ALL);
      for (const { source } of session.events) assert.equal(source.ip, '10.88.0.5');
    }));
});
