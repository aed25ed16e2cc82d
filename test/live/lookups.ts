import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { startEndpoint } from '../support/endpoint/index.ts';
import { type Namespace, Network, shown } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { type LiveEvent, type LiveSession, newMark } from './session.ts';

export const V4 = `http://${IMDS_ADDRESSES.v4}`;
export const ADDRESSES = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);

/**
 * Connects, asks a while later, and stays until its standard input ends, with its socket, also when the service has
 * closed its end: it can be found, however busy the machine is.
 */
const CLIENT = `
const { hostname, pathname } = new URL(process.argv.at(-1));
const host = hostname.replace(/[\\[\\]]/g, '');
const socket = require('net').connect({ port: 80, host, localAddress: process.env.LOCAL, allowHalfOpen: true });
socket.once('connect', () => console.log('connected'));
setTimeout(() => socket.write('GET ' + pathname + ' HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'), 300);
socket.once('data', () => console.log('answered ' + process.pid)).on('error', () => {});
process.stdin.resume().on('end', () => process.exit());
`;

/** A client and the service, one cable between them. */
export async function pair(use: (client: Namespace, server: Namespace) => Promise<void>): Promise<void> {
  await Network.with(async (network) => {
    const { client, server } = connectPair(network);
    await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
    await use(client, server);
  });
}

interface CallOptions {
  /** What runs the client. */
  prefix?: string[];
  args?: string[];
  url?: string;
  /** Address to call from. */
  local?: string;
  /** Called when the client is connected, and has not asked yet. */
  onConnect?: () => void;
}

/** Calls once from a process that stays until its answer was seen. */
export async function call(
  session: LiveSession,
  client: Namespace,
  { prefix = [], args = [], url = V4, local, onConnect }: CallOptions = {},
): Promise<{ event: LiveEvent; pid: number }> {
  const mark = newMark();
  const words = [...prefix, process.execPath, '-e', CLIENT, '--', ...args, `${url}/latest/meta-data/${mark}`];
  const child = client.spawn(words[0] as string, words.slice(1), {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...(local === undefined ? {} : { LOCAL: local }) },
  });
  const connected = shown(child, child.stdout, /^connected/).then(onConnect);
  const pid = Number((await shown(child, child.stdout, /^answered/)).split(' ')[1]);
  await connected;
  const [event] = await session.eventsOf(mark, 1);
  child.stdin?.end();
  assert.ok(event !== undefined);
  return { event, pid };
}

/** Lines of /proc/PID/status, by name. */
export function statusOf(pid: number): Map<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(/:\s*/, 2) as [string, string]));
}

/** A process of a session that keeps root: the one that looks into /proc, unless told. */
export function workerOf(session: LiveSession, which = 'procfs/worker'): number {
  return childOf(session, which);
}

export function probeOf(session: LiveSession): number {
  return childOf(session, 'imds-probe');
}

function childOf(session: LiveSession, word: string): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((name) => {
      try {
        const isChild = statusOf(Number(name)).get('PPid') === String(session.child.pid);
        return isChild && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word);
      } catch {
        return false;
      }
    });
  assert.ok(found !== undefined, `${word} runs`);
  return Number(found);
}

export async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    try {
      if (statusOf(pid).get('State')?.startsWith('Z')) return true;
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** Resolves when the session has said it on standard error. */
export async function said(session: LiveSession, what: RegExp): Promise<void> {
  await session.until(() => session.diagnostics.some((line) => what.test(line)), String(what));
}
