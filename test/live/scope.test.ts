import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { askBy, startServing, WATCHING } from './scene.ts';
import { endSessions, LiveSession, needsRoot, newMark } from './session.ts';

const CGROUP2 = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
/**
 * What a runtime does for a container: PLACE CGROUP COMMAND... At PLACE stand the host's cgroups meanwhile, and they
 * stay there as a volume of a DaemonSet does.
 */
const WITH_VOLUME =
  'mount -t cgroup2 none "$0" && echo $$ > "$0$1/cgroup.procs" && shift && exec unshare --cgroup "$@"';
const WITHOUT = WITH_VOLUME.replace('shift', 'umount "$0" && shift');
const ALONE = /One container alone was watched/;

describe("imds live: in a container's cgroup namespace", function () {
  this.timeout(60_000);
  before(function () {
    needsRoot.call(this);
    const found = CGROUP2.find((path) => existsSync(join(path, 'cgroup.controllers')));
    if (found === undefined) this.skip();
    else root = found;
  });
  let folder: string;
  let root: string;
  const cgroup = `/imds-scope-${process.pid}/container`;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-scope-'));
    chmodSync(folder, 0o777);
    mkdirSync(join(folder, 'cgroup'));
    // Below another one: the root of all is not the parent.
    mkdirSync(join(root, cgroup), { recursive: true });
  });
  afterEach(() => {
    endSessions();
    rmSync(folder, { recursive: true });
    rmdirSync(join(root, cgroup));
    rmdirSync(join(root, cgroup, '..'));
  });

  /** A session in the container, and a client that is not. */
  async function withSession(
    enter: string,
    args: readonly string[],
    use: (session: LiveSession, client: Namespace) => Promise<void>,
  ): Promise<void> {
    await Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startServing(server);
      const prefix = ['sh', '-c', enter, join(folder, 'cgroup'), cgroup];
      const words = [...WATCHING, '--capture', 'sockets', ...args];
      const session = await LiveSession.start(words, client, prefix);
      await use(session, client);
      assert.equal(await session.stop(), 0);
    });
  }

  const ask = (client: Namespace, mark: string) =>
    askBy(client, ['request', IMDS_ADDRESSES.v4], `/latest/meta-data/${mark}`);

  it('watches the whole host where that was given its cgroups', () =>
    withSession(WITH_VOLUME, [], async (session, client) => {
      assert.match(session.ready, /views sockets;/);
      const mark = newMark();
      await ask(client, mark);
      await session.eventsOf(mark, 1);
    }));

  it('says wherever it tells what was proven that it watched the container alone, where it was not', async () => {
    const [file, log] = [join(folder, 'alone.pcapng'), join(folder, 'log')];
    let ended: LiveSession | undefined;
    await withSession(WITHOUT, ['-w', file, '--log-dir', log], async (session, client) => {
      assert.match(session.ready, /views sockets \(of this container alone\);/);
      await ask(client, newMark());
      ended = session;
    });
    assert.deepEqual(ended?.events, []);
    const report = ended?.diagnostics.join(' ').replaceAll(/\s+/g, ' ') ?? '';
    assert.match(report, ALONE);
    assert.doesNotMatch(report, /nothing was lost/);
    const last = JSON.parse(
      readFileSync(join(log, 'imds-calls.jsonl'), 'utf8').trim().split('\n').at(-1) ?? '',
    );
    assert.equal(last.imds.scope, 'container');
    const saved = join(folder, 'report.json');
    assert.equal((await imds(['analyze', file, '--json', '-o', saved])).code, 0);
    for (const command of [
      ['analyze', file],
      ['report', log],
      ['report', saved],
    ]) {
      const { stdout } = await imds(command);
      assert.match(stdout.replaceAll(/\s+/g, ' '), ALONE, command.join(' '));
    }
  });
});
