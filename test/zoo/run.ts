import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LiveEvent, LiveSession } from '../live/session.ts';
import { type EndpointProcess, type ReceivedRequest, startEndpoint } from '../support/endpoint/index.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { addAddress, connectContainer, connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import type { ZooClient } from './clients.ts';
import { MODE_NAMES, MODES, type Mode } from './modes.ts';

const ADDRESSES = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);
/** Most of them wait; two processors are busy with so many. */
const AT_ONCE = 8;
/** What runs on by itself (a daemon, or who tries again) is stopped when it has asked nothing for so long. */
const QUIET_MS = 8000;
const LIMIT_MS = 120_000;
/** What waits for an answer for ever is not seen to have asked before its connection ends. */
const WAITING_LIMIT_MS = 25_000;
const NO_ANSWER: ReadonlySet<Mode> = new Set(['unanswered', 'routed']);
/** Until the last events are there. */
const SETTLING_MS = 1500;

export interface ZooRun {
  client: ZooClient;
  mode: Mode;
  /** Its calls, without attempts. */
  events: readonly LiveEvent[];
  /** It was stopped. */
  stopped: boolean;
}

export interface ZooResult {
  runs: readonly ZooRun[];
  /** The events of a mode as imds live printed them, a file each. */
  files: Readonly<Record<string, string>>;
  /** All requests that the endpoints of a mode received. */
  received: Readonly<Record<string, readonly ReceivedRequest[]>>;
}

/** Runs every client in every mode, under one session of imds live, a network of its own for each mode. */
export async function runZoo(
  clients: readonly ZooClient[],
  folder: string,
  modes: readonly Mode[] = MODE_NAMES,
): Promise<ZooResult> {
  return withPlaces(modes, async (places) => {
    const session = await LiveSession.start(['--capture', 'sockets']);
    const pairs = places.flatMap((place) =>
      clients
        .filter(({ modes: own }) => own?.includes(place.mode) !== false)
        .map((client) => ({ client, place })),
    );
    // What runs in some modes only runs long: it begins first.
    pairs.sort((a, b) => Number(a.client.modes === undefined) - Number(b.client.modes === undefined));
    const lives = await pooled(
      pairs.map(
        ({ client, place }) =>
          () =>
            liveOf(client, place, session, folder),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    const code = await session.stop();
    if (code !== 0) throw new Error(`imds live ended with ${code}: ${session.diagnostics.join('\n')}`);
    const received: Record<string, readonly ReceivedRequest[]> = {};
    for (const { mode, endpoint } of places) received[mode] = (await endpoint.stop()).requests;
    return { ...sorted(lives, session, folder), received };
  });
}

interface Place {
  mode: Mode;
  where: Namespace;
  endpoint: EndpointProcess;
}

function withPlaces<T>(
  [mode, ...others]: readonly Mode[],
  use: (places: readonly Place[]) => Promise<T>,
  places: readonly Place[] = [],
): Promise<T> {
  if (mode === undefined) return use(places);
  return Network.with(async (network) => {
    const { client, server } = mode === 'routed' ? connectContainer(network) : connectPair(network);
    if (mode !== 'routed') setAddress(client, places.length);
    const endpoint = await startEndpoint(server, ['--port', '80', ...ADDRESSES, ...MODES[mode]]);
    return withPlaces(others, use, [...places, { mode, where: client, endpoint }]);
  });
}

/** An address of its own: the kernel gives namespaces of the same addresses the same ports, too. */
function setAddress(client: Namespace, number: number): void {
  const address = `172.31.6.${number + 1}`;
  addAddress(client, `${address}/20`, 'eth0');
  client.ip(`route replace ${IMDS_ADDRESSES.v4} dev eth0 src ${address}`);
}

interface Life {
  client: ZooClient;
  mode: Mode;
  pid: number;
  stopped: boolean;
}

async function liveOf(
  client: ZooClient,
  { mode, where }: Place,
  session: LiveSession,
  folder: string,
): Promise<Life> {
  const [name = '', ...args] = client.command;
  const cwd = join(folder, `${client.id}-${mode}`);
  mkdirSync(cwd);
  const child = where.spawn(name, args, { env: client.env, cwd, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const end = Date.now() + (client.waits && NO_ANSWER.has(mode) ? WAITING_LIMIT_MS : LIMIT_MS);
  let read = session.events.length;
  let last: number | undefined;
  const watch = setInterval(() => {
    const isNew = session.events.slice(read).some((event) => pidsOf(event).includes(pid));
    read = session.events.length;
    const now = Date.now();
    if (isNew) last = now;
    if (now > end || (last !== undefined && now - last > QUIET_MS)) child.kill('SIGKILL');
  }, 250);
  await once(child, 'close');
  clearInterval(watch);
  return { client, mode, pid, stopped: child.signalCode !== null };
}

/** Of the process that called, and of all that started it. */
function pidsOf({ process: caller, imds: { ancestors = [] } }: LiveEvent): number[] {
  return [caller?.pid ?? 0, ...ancestors.map(({ pid }) => pid)];
}

/** In the order of the jobs. */
async function pooled<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < jobs.length; at = next++) {
      const job = jobs[at];
      if (job !== undefined) results[at] = await job();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

function sorted(
  lives: readonly Life[],
  session: LiveSession,
  folder: string,
): Pick<ZooResult, 'runs' | 'files'> {
  const byPid = new Map(lives.map((life) => [life.pid, { life, events: [] as LiveEvent[] }]));
  const lines: Record<string, string[]> = {};
  for (const [at, event] of session.events.entries()) {
    const own = pidsOf(event).flatMap((pid) => byPid.get(pid) ?? [])[0];
    if (own === undefined) continue;
    if (event.imds.operation !== 'attempt') own.events.push(event);
    lines[own.life.mode] ??= [];
    lines[own.life.mode]?.push(session.lines[at] ?? '');
  }
  const files = Object.fromEntries(
    Object.entries(lines).map(([mode, own]) => {
      const file = join(folder, `${mode}.jsonl`);
      writeFileSync(file, `${own.join('\n')}\n`);
      return [mode, file];
    }),
  );
  const runs = [...byPid.values()].map(({ life: { client, mode, stopped }, events }) => ({
    client,
    mode,
    stopped,
    events,
  }));
  return { runs, files };
}
