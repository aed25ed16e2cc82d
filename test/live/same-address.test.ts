import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { imds } from '../cli/run.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { connectTwins, type Twins } from '../support/topologies.ts';
import { BoundClient } from './bound-client.ts';
import { proofOf } from './proof.ts';
import { PORT, startServing, WATCHING } from './scene.ts';
import { endSessions, type LiveEvent, LiveSession, needsRoot, newMark } from './session.ts';

const CLIENT_PORT = 45_000;
const ROUNDS = 3;
/** On a wire, one is enough (docs/records.md). */
const MILLISECONDS_APART = 2;

/**
 * Every rootless container of slirp4netns is 10.0.2.100: the same client twice, at the same time. Two that connect at
 * once wait for the same locks of the kernel, and leave them together: of 60 pairs three had the same ISN, and a third
 * had ISNs of at most 16 apart. Where numbers alone tell them apart, they connect one after the other.
 */
async function askTogether(
  twins: readonly Namespace[],
  mark: string,
  isNumbersAlone: boolean,
): Promise<number[]> {
  const clients = twins.map((twin) => new BoundClient(twin, CLIENT_PORT, PORT, `/latest/meta-data/${mark}`));
  const [left, right] = clients;
  assert.ok(left !== undefined && right !== undefined);
  if (isNumbersAlone) {
    await left.step('connect');
    await setTimeout(MILLISECONDS_APART);
    await right.step('connect');
  } else await Promise.all(clients.map((client) => client.step('connect')));
  for (let i = 0; i < ROUNDS; i++) {
    await Promise.all(clients.map((client) => client.step('ask')));
    await left.step('ask');
    await right.step('ask');
  }
  await left.step('close');
  await right.step('ask');
  // The port is used anew in the one, while the other's connection goes on.
  await left.step('connect');
  await right.step('ask');
  await left.step('ask');
  await right.step('close');
  await left.step('close');
  return Promise.all(clients.map((client) => client.end()));
}

const CALLS = 2 * (2 * ROUNDS) + 3;

function assertOwnPids(events: readonly LiveEvent[], pids: readonly number[], source: string): void {
  assert.equal(events.length, CALLS);
  for (const pid of pids) {
    const own = events.filter(({ url }) => url?.path.endsWith(`/${pid}`));
    assert.ok(own.length >= 2 * ROUNDS, `${own.length} calls of ${pid}`);
    for (const { process: caller, http } of own) {
      if (source !== 'wire') assert.equal(caller?.pid, pid);
      assert.equal(http?.response?.status_code, 404);
    }
  }
}

describe('imds live: two network namespaces with one address', function () {
  this.timeout(60_000);
  before(needsRoot);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-live-twins-'));
    chmodSync(folder, 0o777);
  });
  afterEach(() => {
    endSessions();
    rmSync(folder, { recursive: true });
  });

  const together = (use: (twins: Twins) => Promise<void>) =>
    Network.with(async (network) => {
      const twins = connectTwins(network);
      for (const server of twins.servers) await startServing(server, ['--keep-alive']);
      await use(twins);
    });

  for (const capture of ['sockets', 'both', 'wire'] as const) {
    for (const form of ['none', 'pcapng', 'pcap'] as const) {
      it(`has each call once, with its own process (${capture}, saved: ${form})`, () =>
        together(async ({ clients, host }) => {
          const file = join(folder, `capture.${form}`);
          const args = ['--capture', capture, ...(form === 'none' ? [] : ['-w', file])];
          const session = await LiveSession.start([...WATCHING, ...args], host);
          const mark = newMark();
          const pids = await askTogether(clients, mark, capture === 'wire');
          const events = await session.eventsOf(mark, CALLS);
          assert.equal(await session.stop(), 0);
          assertOwnPids(events, pids, capture);
          assert.equal(session.lines.length, CALLS, 'and no other call');
          if (capture !== 'wire') {
            const proof = proofOf(session);
            assert.deepEqual(
              { ...proof, counted: 0, captured: 0 },
              { counted: 0, captured: 0, connections: 3, unprovable: 0, losses: {} },
            );
            assert.equal(proof.captured, proof.counted);
          }
          if (form === 'none') return;
          const files = readdirSync(folder).filter((name) => !name.endsWith('.jsonl'));
          const { code, stdout, stderr } = await imds([
            'analyze',
            '--jsonl',
            ...WATCHING,
            ...files.map((name) => join(folder, name)),
          ]);
          assert.equal(code, 0, stderr);
          assert.deepEqual(stdout.split('\n').filter(Boolean), session.lines);
        }));
    }
  }
});
