import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PORT, WATCHING } from '../live/scene.ts';
import { type LiveEvent, newMark } from '../live/session.ts';
import { IMDS_ADDRESSES, type Pair } from '../support/topologies.ts';
import type { HostRoot, Words } from './roots.ts';

const PATIENCE_MS = 60_000;

/** What one session of an installed imds showed. */
export interface Seen {
  /** The line that begins "imds live: ready". */
  ready: string;
  /** All of standard error. */
  diagnostics: string[];
  /** Of client.sh: a call without a token by a process that is older than the session, and one with by its child. */
  events: LiveEvent[];
  code: number | null;
}

/** Runs the installed `imds live`, with calls by a client that is in the root too, and ends it. */
export function watchCalls(root: HostRoot, pair: Pair, ...args: readonly string[]): Promise<Seen> {
  return watch(root, pair, root.command(pair.client, 'imds', 'live', '--jsonl', ...WATCHING, ...args));
}

/**
 * The same of a session that `words` start.
 *
 * @param whileLive what else is done with it once both calls are there, before it is ended
 */
export async function watch(
  root: HostRoot,
  { client: where }: Pair,
  words: Words,
  whileLive: (seen: Seen) => Promise<void> = async () => {},
): Promise<Seen> {
  const mark = newMark();
  copyFileSync(join(import.meta.dirname, 'client.sh'), root.path('client.sh'));
  const target = [IMDS_ADDRESSES.v4, String(PORT), `/latest/meta-data/${mark}`];
  const client = start(root.command(where, 'bash', '/client.sh', 'old', ...target), 'pipe');
  const session = start(words, 'ignore');
  const seen: Seen = { ready: '', diagnostics: [], events: [], code: null };
  const late = setTimeout(() => session.kill('SIGKILL'), PATIENCE_MS);
  try {
    await follow(session, seen, mark, { onReady: () => client.stdin?.end('\n'), whileLive });
  } finally {
    clearTimeout(late);
    for (const child of [client, session]) child.kill('SIGKILL');
  }
  return seen;
}

function start([program, ...args]: Words, input: 'pipe' | 'ignore'): ChildProcess {
  return spawn(program, args, { stdio: [input, 'pipe', 'pipe'] });
}

/** Resolves when it has ended: with SIGINT once both calls are there, or by itself. */
async function follow(
  session: ChildProcess,
  seen: Seen,
  mark: string,
  { onReady, whileLive }: { onReady: () => void; whileLive: (seen: Seen) => Promise<void> },
): Promise<void> {
  let rest = Promise.resolve();
  const { stdout, stderr } = session;
  assert.ok(stdout !== null && stderr !== null);
  createInterface({ input: stderr }).on('line', (line) => {
    seen.diagnostics.push(line);
    if (!line.startsWith('imds live: ready')) return;
    seen.ready = line;
    onReady();
  });
  createInterface({ input: stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const event: LiveEvent = JSON.parse(line);
    if (event.url?.path.includes(mark)) seen.events.push(event);
    if (seen.events.length === 2) rest = whileLive(seen).finally(() => session.kill('SIGINT'));
  });
  const [code] = await once(session, 'close');
  seen.code = code;
  await rest;
}

/** Both calls, each once, with the process that made it. */
export function checkCalls({ events, diagnostics, code }: Seen): void {
  const told = diagnostics.join('\n');
  assert.equal(code, 0, told);
  const shown = events.map(({ imds, attribution, process, http }) => [
    imds.version,
    attribution.source,
    process?.name,
    process?.args?.slice(1, 3).join(' '),
    process?.executable?.replace(/^.*\//, ''),
    http?.response?.status_code !== undefined,
  ]);
  const expected = [
    ['v1', 'ebpf', 'bash', '/client.sh old', 'bash', true],
    ['v2', 'ebpf', 'bash', '/client.sh new', 'bash', true],
  ];
  assert.deepEqual(shown, expected, told);
}
