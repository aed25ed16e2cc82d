/**
 * The entry of the process that looks up what the host says of callers: packages, containers, timers, users.
 * It keeps root, because containers' roots and runtimes' files are for nobody else; so it is told paths and
 * ids and nothing of what was sent, and what it is told is checked. Questions come as JSON lines. Journal
 * records go out as JSON lines, and behind them for each question a line that it is done.
 */
import { setPriority } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { WallClock } from '../wall-clock.ts';
import { Answers } from './answers.ts';
import { keyOf, MAX_QUESTION_BYTES, parseQuestion, type Question } from './question.ts';

/** Nobody waits for it; at 19, a busy host would let it wait for minutes. */
const PRIORITY = 10;
/** Answered together: the packages' lists are read once for all. */
const MAX_TOGETHER = 32;
/** More than whoever asks has under way. */
const MAX_WAITING = 2048;
/** What comes within this time is answered together. */
const GATHER_MS = 50;
/** So many times as long as it worked it rests: a tenth of one CPU at most. */
const REST_FACTOR = 9;

try {
  setPriority(PRIORITY);
} catch {
  // Then it runs as others do, with its rests.
}
const clock = new WallClock(process.argv[2] === undefined ? undefined : BigInt(process.argv[2]));
const answers = new Answers({ root: '/', proc: '/proc', now: () => clock.now() });
const waiting: Question[] = [];
let rest = '';
let isWorking = false;
const ending = new AbortController();

// One line for whoever started it, instead of a page.
process.on('uncaughtException', ({ message }) => {
  process.stderr.write(`${message}\n`, () => process.exit(1));
});
// Ctrl-C and `systemctl stop` go to the whole group; this one is needed until its reader has ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// Else it makes Node open its debugger, in a process that keeps root, to every user of this host.
process.on('SIGUSR1', () => {});
process.stdout.on('error', () => process.exit(0));
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  const parts = (rest + text).split('\n');
  rest = parts.pop() ?? '';
  if (rest.length > MAX_QUESTION_BYTES || waiting.length > MAX_WAITING) process.exit(1);
  for (const part of parts) {
    const question = part.length > MAX_QUESTION_BYTES ? undefined : parseQuestion(part);
    if (question === undefined) process.exit(1);
    waiting.push(question);
  }
  void work();
});
process.stdin.on('end', () => ending.abort());
process.stdin.on('error', () => process.exit(0));
process.stdout.write('\n');

/** Ends by itself when nothing is left to do. */
async function work(): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  while (waiting.length > 0) {
    await pause(GATHER_MS);
    const began = performance.now();
    const questions = waiting.splice(0, MAX_TOGETHER);
    for (const record of await answers.answer(questions)) process.stdout.write(`${JSON.stringify(record)}\n`);
    for (const question of questions) process.stdout.write(`${JSON.stringify({ done: keyOf(question) })}\n`);
    await pause((performance.now() - began) * REST_FACTOR);
  }
  isWorking = false;
}

/** Not where the session is about to end: what is known by then is in its report. */
async function pause(milliseconds: number): Promise<void> {
  if (ending.signal.aborted) return;
  await setTimeout(milliseconds, undefined, { signal: ending.signal }).catch(() => {});
}
