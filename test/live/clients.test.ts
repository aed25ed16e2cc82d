import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { type EndpointProcess, startEndpoint } from '../support/endpoint/index.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { areClientsThere, CLIENT_ENVIRONMENT, type Client, REAL_CLIENTS } from './clients/clients.ts';
import { lineOfEvent, lineOfRequest } from './lines.ts';
import { succeed } from './probe/world.ts';
import { endSessions, type LiveEvent, LiveSession, needsRoot } from './session.ts';

const ADDRESSES = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);

/** The part of a caller in the report that is looked at (schemas/report.schema.json). */
interface Caller {
  program: string;
  started_by?: string;
  v1: number;
  v2: number;
  example_pid: number;
}

/** Its end is the client's, or it is stopped when it has asked often enough. */
async function run(client: Client, where: Namespace, endpoint: EndpointProcess, cwd: string): Promise<void> {
  const [name = '', ...args] = client.command;
  const options = { env: CLIENT_ENVIRONMENT, cwd };
  if (client.stopAfter === undefined) {
    await succeed(where.run(name, args, options));
    return;
  }
  const running = where.spawn(name, args, { ...options, stdio: 'ignore' });
  const ended = once(running, 'close');
  await endpoint.received(client.stopAfter);
  running.kill('SIGTERM');
  await ended;
}

describe('imds live: real clients', function () {
  this.timeout(90_000);
  before(function () {
    needsRoot.call(this);
    if (!areClientsThere()) this.skip();
  });
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-clients-'));
    chmodSync(folder, 0o777);
  });
  afterEach(() => {
    endSessions();
    rmSync(folder, { recursive: true });
  });

  for (const client of REAL_CLIENTS) {
    it(`names ${client.title}, and tells its calls as the endpoint received them`, () =>
      Network.with(async (network) => {
        const { client: where, server } = connectPair(network);
        const endpoint = await startEndpoint(server, [
          '--port',
          '80',
          ...ADDRESSES,
          ...(client.endpoint ?? []),
        ]);
        const file = join(folder, 'capture.pcapng');
        const session = await LiveSession.start(['--capture', 'sockets', '-w', file]);
        await run(client, where, endpoint, folder);
        const { requests } = await endpoint.stop();
        // The whole host is watched: the test's own are those that descend from it.
        const isOwn = ({ imds: { ancestors, operation } }: LiveEvent) =>
          operation !== 'attempt' && ancestors?.some(({ pid }) => pid === process.pid) === true;
        await session.until(() => session.events.filter(isOwn).length >= requests.length, 'its calls');
        assert.equal(await session.stop(), 0);
        const calls = session.events.filter(isOwn);
        assert.deepEqual(calls.map(lineOfEvent).sort(), requests.map(lineOfRequest).sort());
        assert.deepEqual([...new Set(calls.map(({ imds: { version } }) => version))].sort(), client.versions);
        for (const { process: caller, attribution } of calls) {
          assert.match(caller?.executable ?? '', client.executable);
          assert.equal(attribution.source, 'ebpf');
        }

        const { code, stdout, stderr } = await imds(['analyze', '--json', file]);
        assert.equal(code, 0, stderr);
        const pids = new Set(calls.map(({ process: caller }) => caller?.pid));
        const callers = (JSON.parse(stdout).callers as Caller[]).filter(({ example_pid }) =>
          pids.has(example_pid),
        );
        assert.deepEqual(
          callers.map(({ program, started_by }) => [program, started_by]),
          [[client.program, client.startedBy]],
        );
        for (const version of ['v1', 'v2'] as const) {
          const count = calls.filter(({ imds: { version: own } }) => own === version).length;
          assert.equal(callers[0]?.[version], count, version);
        }
      }));
  }
});
