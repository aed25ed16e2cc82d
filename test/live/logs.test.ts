import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { endSessions, LiveSession, needsRoot, newMark } from './session.ts';

const V4 = `http://${IMDS_ADDRESSES.v4}`;

describe('imds live: log files', function () {
  this.timeout(60_000);
  before(needsRoot);
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'imds-live-logs-'));
    // Root is given up, and the files are opened again without it.
    chmodSync(parent, 0o755);
  });
  afterEach(() => {
    endSessions();
    rmSync(parent, { recursive: true });
  });

  it('hold every call, for those who grep and for programs, and are moved by SIGHUP', () =>
    Network.with(async (network) => {
      const folder = join(parent, 'imds');
      const log = join(folder, 'imds-trace.log');
      const events = join(folder, 'imds-calls.jsonl');
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', '--address', IMDS_ADDRESSES.v4]);
      const session = await LiveSession.start(['--capture', 'sockets', '--log-dir', folder]);
      const ask = async (mark: string) => {
        await client.run('curl', ['-s', `${V4}/latest/meta-data/${mark}`]);
        await session.eventsOf(mark, 1);
      };
      const [before, after] = [newMark(), newMark()];
      await ask(before);
      await until(() => existsSync(log) && readFileSync(log, 'utf8').includes(before));
      for (const file of [log, events]) renameSync(file, `${file}.old`);
      session.child.kill('SIGHUP');
      await until(() => existsSync(log));
      await ask(after);
      assert.equal(await session.stop(), 0);
      assert.match(
        lineWith(`${log}.old`, before),
        /^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\] \[WARNING\] IMDSv1\(!\) \(pid:\d+:curl argv:curl -s /,
      );
      assert.match(lineWith(log, after), / called by -> \(pid:/);
      assert.equal(JSON.parse(lineWith(events, after)).imds.version, 'v1');
      // The session says at its beginning that it watches, and at its end what it can prove.
      const [begun, ended] = [`${events}.old`, events].map((file) =>
        JSON.parse(lineWith(file, '"imds.sessions"')),
      );
      assert.deepEqual(begun.event.type, ['info']);
      assert.deepEqual(ended.event.type, ['end']);
      assert.equal(begun.imds.session, ended.imds.session);
      assert.ok(ended.imds.calls.v1 >= 2);
      assert.equal(ended.imds.captured_bytes, ended.imds.kernel_bytes);
      const report = await imds(['report', '--json', '--observed', '0s', folder, `${events}.old`]);
      const [host] = JSON.parse(report.stdout).verdict.hosts;
      assert.equal(host.status, 'not-ready');
      assert.equal(host.watched.recordings, 1);
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      for (const file of [log, events]) assert.equal(statSync(file).mode & 0o777, 0o600);
    }));

  it('are those of one session: another is told who has them, and takes nothing from it', async () => {
    const folder = join(parent, 'imds');
    const folders = ['--log-dir', folder, '--state-dir', join(parent, 'state')];
    const first = await LiveSession.start(['--capture', 'sockets', ...folders]);
    const { uid } = statSync(folder);
    const { code, stderr } = await imds(['live', '--capture', 'sockets', ...folders]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      new RegExp(`^imds live: --log-dir \\S+: another imds live \\(pid ${first.child.pid}\\)`),
    );
    assert.equal(statSync(folder).uid, uid);
    assert.equal(await first.stop('SIGKILL'), null);
    const second = await LiveSession.start(['--capture', 'sockets', ...folders]);
    assert.equal(await second.stop(), 0);
    assert.equal(existsSync(join(folder, 'imds-live.lock')), false);
  });
});

function lineWith(file: string, mark: string): string {
  return (
    readFileSync(file, 'utf8')
      .split('\n')
      .find((line) => line.includes(mark)) ?? ''
  );
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(condition(), 'in time');
}
