import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DoctorOptions } from './context.ts';
import { examinersOn, type Told, unseen, untried } from './examine.ts';
import { NoAnswer, within } from './time-limit.ts';
import type { Check, Part, Prospect } from './types.ts';

/** All that has a limit of its own is over by then. */
const LIMIT_MS = 25_000;
/** A thread for each file that may hang, so that others are still read: Node has four. */
const THREADS = '64';

export interface Examination {
  checks: readonly Check[];
  prospect: Prospect;
  /** For a bundle. */
  parts: readonly Part[];
}

/** Has another process look, and takes what that has found when time is up. */
export async function examineHost(options: DoctorOptions): Promise<Examination> {
  const entry = join(options.root, 'dist', 'doctor', 'worker.js');
  const worker = spawn(process.execPath, [entry, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Nothing that a user put there is for a process that may be root; Windows starts none without the last.
    env: { UV_THREADPOOL_SIZE: THREADS, SystemRoot: process.env.SystemRoot },
    cwd: '/',
  });
  const checks = new Map<string, Check>();
  const parts: Part[] = [];
  let prospect: Prospect | undefined;
  let words = '';
  let isDone = () => {};
  worker.stdin.on('error', () => {});
  worker.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(0, 1000);
  });
  createInterface({ input: worker.stdout }).on('line', (line) => {
    const told: Told = JSON.parse(line);
    if (told.check !== undefined) checks.set(told.check.id, told.check);
    if (told.prospect !== undefined) prospect = told.prospect;
    if (told.part !== undefined) parts.push(told.part);
    if (told.done) isDone();
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    isDone = () => resolve(undefined);
    worker.once('error', resolve);
    worker.once('close', (code, signal) =>
      resolve(new Error(words.trim() || `it ended with ${signal ?? code}`)),
    );
  });
  const why = await within(LIMIT_MS, ended).catch((error: unknown) => error);
  // One that hangs in the kernel cannot be killed; it is not waited for either.
  worker.kill('SIGKILL');
  worker.unref();
  for (const stream of [worker.stdin, worker.stdout, worker.stderr]) stream.destroy();
  return {
    checks: examinersOn(process.platform).map(
      ({ id, title }) => checks.get(id) ?? { id, title, ...unseen(why) },
    ),
    prospect: prospect ?? untried(why instanceof NoAnswer ? why.message : String(why)),
    parts,
  };
}
