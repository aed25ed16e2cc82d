import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { PrerequisiteError } from '../errors.ts';

const START_MS = 30_000;
/** For the last answers, when the session ends. */
const END_MS = 2000;
const LINE_END = 0x0a;
const MAX_WORDS = 300;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface RootWorkerOptions {
  /** Folder of package.json. */
  root: string;
  /** Folder below src/live with its worker.ts. */
  folder: 'procfs' | 'host';
  /** What it is for, as messages have it: `look-ups in /proc`. */
  purpose: string;
  /** What is missing without it. */
  remedy: string;
  /** For its clock, so that it tells the same time. */
  clockOffset: bigint;
}

/** A process that keeps root and reads no packet, as its parent has it: lines to it, lines from it. */
export class RootWorker {
  /** Each line without its end; valid during the call only. */
  onLine: (line: Buffer) => void = () => {};
  /** Resolves with the reason. */
  readonly ended: Promise<string>;
  readonly #child: Child;
  #isRunning = true;
  #rest: Buffer = Buffer.alloc(0);
  #words = '';

  private constructor(child: Child) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      const end = (reason: string) => {
        this.#isRunning = false;
        resolve(reason);
      };
      child.once('close', (code, signal) => end(signal ?? (this.#words || `exit code ${code}`)));
      child.once('error', (error) => end(error.message));
    });
    // Writing to a worker that has died is no error of its own: its end is what is told.
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      // It says one line, and then ends; whatever else Node says is not for the user.
      this.#words ||= text.split('\n', 1)[0]?.slice(0, MAX_WORDS) ?? '';
    });
  }

  /** @throws PrerequisiteError where no second process can be started */
  static async start({ root, folder, purpose, remedy, clockOffset }: RootWorkerOptions): Promise<RootWorker> {
    const entry = join(root, 'dist', 'live', folder, 'worker.js');
    const child = spawn(process.execPath, ['--max-old-space-size=128', entry, String(clockOffset)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Nothing that a user put there is for a process that keeps root.
      env: {},
      cwd: '/',
    });
    const worker = new RootWorker(child);
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS);
    const ready = new Promise<undefined>((resolve) => child.stdout.once('data', () => resolve(undefined)));
    const reason = await Promise.race([ready, worker.ended]);
    clearTimeout(late);
    if (reason !== undefined) {
      throw new PrerequisiteError(`the process for ${purpose} cannot be started: ${reason}`, {
        code: `${folder}.unavailable`,
        remedy,
      });
    }
    return worker;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  ask(request: object): void {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  /** Waits for the answers that are under way, for a while. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.ended;
    clearTimeout(late);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, at)) {
      if (end > at) this.onLine(bytes.subarray(at, end));
      at = end + 1;
    }
    this.#rest = bytes.subarray(at);
  }
}
