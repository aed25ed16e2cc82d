import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { ProcfsRecord } from '../../bpf/records.ts';
import { PrerequisiteError } from '../../errors.ts';
import type { JournalHandler } from '../../ports.ts';
import type { LookupRequest } from './request.ts';

/** More than that in flight, and what comes is answered at once: there is no use in asking after seconds. */
const MAX_IN_FLIGHT = 1024;
const START_MS = 10_000;
/** For the last answers, when the session ends. */
const END_MS = 2000;
const LINE_END = 0x0a;
const ANSWER = Buffer.from('{"type":"procfs"');
const NOWHERE = { offset: 0, packetsBefore: 0 };

export interface LookupClientOptions {
  /** Folder of package.json. */
  root: string;
  now(): bigint;
  /** What `now` adds to the monotonic clock; the worker's clock is to tell the same. */
  clockOffset: bigint;
}

type Worker = ChildProcessByStdio<Writable, Readable, null>;
type RecordHandler = Pick<JournalHandler, 'record'>;

/** The asking side: requests to the worker that keeps root, its answers into the journal. */
export class LookupClient {
  readonly losses: Record<string, number> = {};
  readonly #worker: Worker;
  readonly #now: () => bigint;
  readonly #closed: Promise<void>;
  #handler: RecordHandler | undefined;
  #inFlight = 0;
  #hasEnded = false;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(worker: Worker, now: () => bigint) {
    this.#worker = worker;
    this.#now = now;
    this.#closed = new Promise((resolve) => {
      const done = () => {
        this.#hasEnded = true;
        resolve();
      };
      worker.once('close', done);
      worker.once('error', done);
    });
    // Writing to a worker that has died is no error of its own: its requests count as unanswered.
    worker.stdin.on('error', () => {});
    worker.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /**
   * Resolves when the worker runs. To be called as root, which it keeps.
   *
   * @throws PrerequisiteError where there is no /proc, or no second process can be started
   */
  static async start({ root, now, clockOffset }: LookupClientOptions): Promise<LookupClient> {
    if (!existsSync('/proc/self/net/tcp')) throw unavailable('there is no /proc here');
    const entry = join(root, 'dist', 'live', 'procfs', 'worker.js');
    const worker = spawn(process.execPath, ['--max-old-space-size=128', entry, String(clockOffset)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Nothing that a user put there is for a process that keeps root.
      env: {},
      cwd: '/',
    });
    const client = new LookupClient(worker, now);
    const late = setTimeout(() => worker.kill('SIGKILL'), START_MS);
    const ready = new Promise<void>((resolve) => worker.stdout.once('data', () => resolve()));
    await Promise.race([ready, client.#closed]);
    clearTimeout(late);
    if (client.#hasEnded) throw unavailable('the process for look-ups in /proc cannot be started');
    return client;
  }

  /** Where the answers go; before the first request. */
  answerTo(handler: RecordHandler): void {
    this.#handler = handler;
  }

  ask(request: LookupRequest): void {
    if (this.#hasEnded) this.#count('procfs.unanswered');
    else if (this.#inFlight >= MAX_IN_FLIGHT) this.#refuse(request);
    else {
      this.#inFlight++;
      this.#worker.stdin.write(`${JSON.stringify(request)}\n`);
    }
  }

  /** Waits for the answers that are under way, for a while. */
  async end(): Promise<void> {
    this.#worker.stdin.end();
    const late = setTimeout(() => this.#worker.kill('SIGKILL'), END_MS);
    await this.#closed;
    clearTimeout(late);
    if (this.#inFlight > 0) this.#count('procfs.unanswered', this.#inFlight);
  }

  #refuse({ local, remote, isn }: LookupRequest): void {
    this.#count('procfs.overloaded');
    const time = String(this.#now());
    const answer: ProcfsRecord = { type: 'procfs', time, local, remote, isn, failed: 'overloaded' };
    this.#handler?.record(Buffer.from(JSON.stringify(answer)), NOWHERE);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, at)) {
      if (end > at) this.#line(bytes.subarray(at, end));
      at = end + 1;
    }
    this.#rest = bytes.subarray(at);
  }

  #line(line: Buffer): void {
    if (line.subarray(0, ANSWER.length).equals(ANSWER)) this.#inFlight--;
    this.#handler?.record(line, NOWHERE);
  }

  #count(name: string, by = 1): void {
    this.losses[name] = (this.losses[name] ?? 0) + by;
  }
}

function unavailable(message: string): PrerequisiteError {
  return new PrerequisiteError(message, {
    code: 'procfs.unavailable',
    remedy: 'Calls are shown without their processes; --attribution off says so beforehand.',
  });
}
