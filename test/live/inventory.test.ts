import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { endSessions, LiveSession, needsRoot, newMark } from './session.ts';

describe('imds live: the inventory', function () {
  this.timeout(60_000);
  before(needsRoot);
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'imds-live-state-'));
    // Root is given up, and the files are written without it.
    chmodSync(parent, 0o755);
  });
  afterEach(() => {
    endSessions();
    rmSync(parent, { recursive: true });
  });

  it('names a caller when the log with its call is gone, and counts over sessions', () =>
    Network.with(async (network) => {
      const [logs, state] = [join(parent, 'log'), join(parent, 'state')];
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', '--address', IMDS_ADDRESSES.v4]);
      const mark = newMark();
      const script = `curl -s http://${IMDS_ADDRESSES.v4}/latest/meta-data/${mark}; :`;
      for (let calls = 1; calls <= 2; calls++) {
        const args = ['--capture', 'sockets', '--log-dir', logs, '--state-dir', state];
        const session = await LiveSession.start(args);
        await client.run('bash', ['-c', script, mark]);
        await session.eventsOf(mark, 1);
        assert.equal(await session.stop(), 0, session.diagnostics.join('\n'));
        assert.equal(await v1Of([logs, join(state, 'imds-callers.json')]), calls);
        assert.equal(await v1Of([logs]), 1);
        rmSync(logs, { recursive: true });
        const alone = await callersOf(['--state-dir', state]);
        assert.ok(alone.some(isOurs), 'it is named');
      }
      assert.equal(statSync(state).mode & 0o777, 0o700);
      assert.equal(statSync(join(state, 'imds-callers.json')).mode & 0o777, 0o600);

      function isOurs({ example_args: args, clients }: CallerOfReport): boolean {
        return args?.some((argument) => argument.includes(mark)) === true && clients.length > 0;
      }

      async function v1Of(paths: readonly string[]): Promise<number | undefined> {
        return (await callersOf(paths)).find(isOurs)?.v1;
      }
    }));
});

/** The part of a caller in the report that is looked at (schemas/report.schema.json). */
interface CallerOfReport {
  v1: number;
  clients: string[];
  example_args?: string[];
}

async function callersOf(args: readonly string[]): Promise<CallerOfReport[]> {
  // This machine may have logs of its own.
  const env = { IMDS_LOG_FOLDER: '/nonexistent' };
  const { stdout, stderr } = await imds(['report', '--json', ...args], { env });
  assert.equal(stderr, '');
  return (JSON.parse(stdout) as { callers: CallerOfReport[] }).callers;
}
