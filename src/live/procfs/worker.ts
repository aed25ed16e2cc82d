/**
 * The entry of the process that looks connections up in /proc. It keeps root, because /proc shows a
 * process' descriptors to nobody else; so it is told addresses and nothing of what was sent, and what
 * it is told is checked. Requests come as JSON lines, journal records go out as JSON lines.
 */
import { setPriority } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { WallClock } from '../wall-clock.ts';
import { clientOf } from './client-of.ts';
import { FairQueue } from './fair-queue.ts';
import { Lookup } from './lookup.ts';
import { type LookupRequest, MAX_REQUEST_BYTES, parseRequest } from './request.ts';

/** Requests of one round: those that came while the last one was under way. */
const MAX_ROUND = 128;
const PRIORITY = -15;
/** So that who comes while a table is being read need not wait for the next. */
const MAX_UNDER_WAY = 2;

try {
  // Who is looked for runs now, and soon no more. Before the first thread for files, which inherits it.
  setPriority(PRIORITY);
} catch {
  // In a container without the right to it: fewer are found in time.
}
const clock = new WallClock(process.argv[2] === undefined ? undefined : BigInt(process.argv[2]));
const lookup = new Lookup({
  proc: '/proc',
  now: () => clock.now(),
  write: (record) => process.stdout.write(`${JSON.stringify(record)}\n`),
});

const waiting = new FairQueue<LookupRequest>();
let rest = '';
let underWay = 0;

// One line for whoever started it, instead of a page.
process.on('uncaughtException', ({ message }) => {
  process.stderr.write(`${message}\n`, () => process.exit(1));
});
// Ctrl-C and `systemctl stop` go to the whole group; this one is needed until its reader has ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// Else it makes Node open its debugger, in a process that keeps root, to every user of this host.
process.on('SIGUSR1', () => {});
process.stdout.on('error', () => process.exit(0));
process.stdin.setEncoding('latin1');
process.stdin.on('data', (text: string) => {
  const parts = (rest + text).split('\n');
  rest = parts.pop() ?? '';
  if (rest.length > MAX_REQUEST_BYTES) process.exit(1);
  for (const part of parts) {
    const request = part.length > MAX_REQUEST_BYTES ? undefined : parseRequest(part);
    if (request === undefined) process.exit(1);
    waiting.push(clientOf(request.local.address), request);
  }
  // The table is read on another thread meanwhile.
  void rounds();
  lookup.glance();
});
process.stdin.on('error', () => process.exit(0));
process.stdout.write('\n');

/** Answers what has come in, also what comes meanwhile. Ends by itself when nothing is left to do. */
async function rounds(): Promise<void> {
  if (underWay >= MAX_UNDER_WAY) return;
  underWay++;
  while (waiting.size > 0) {
    const requests = waiting.take(MAX_ROUND);
    const began = performance.now();
    await lookup.round(requests);
    // A flood finds nobody in time whatever is done; the host has other work.
    if (waiting.size > MAX_ROUND / 2) await setTimeout(performance.now() - began);
  }
  underWay--;
}
