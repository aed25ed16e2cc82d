import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Namespace } from '../support/netns.ts';
import type { Ledger } from './ledger.ts';

/** What a session had at one moment. */
export interface Sample {
  session: number;
  /** Seconds since it was ready. */
  age: number;
  descriptors: number;
  children: number;
  /** Resident, of it and all that it started; MB. */
  megabytes: number;
}

const READY = /^imds live: ready/;
const READY_MS = 20_000;
const SAMPLE_MS = 2000;
/** In a storm a session may be behind by so much: with the process, what it held is gone. */
const UNWRITTEN_MS = 15_000;
/** So much the probe may have held that its reader had not taken. */
const UNREAD_MS = 15_000;

/** Does what a service manager does: starts `imds live`, and starts it again when it has ended. */
export class Keeper {
  readonly samples: Sample[] = [];
  readonly diagnostics: string[] = [];
  /** Every process that a session started, with its start: a pid alone is soon that of another. */
  readonly #descendants = new Map<number, string>();
  sessions = 0;
  readonly #where: Namespace;
  readonly #args: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #ledger: Ledger;
  #child: ChildProcess | undefined;
  #readyAt = 0;
  /** When it was last seen to that the session ends: from then on it may watch no more. */
  #endsFrom: number | undefined;
  #isWanted = true;
  #running: Promise<void> = Promise.resolve();

  constructor(where: Namespace, args: readonly string[], env: NodeJS.ProcessEnv, ledger: Ledger) {
    this.#where = where;
    this.#args = args;
    this.#env = env;
    this.#ledger = ledger;
  }

  /** Resolves when the first session is ready. */
  async start(): Promise<void> {
    const ready = this.#startOne();
    this.#running = this.#keep();
    await ready;
  }

  /** Undefined between two sessions. */
  get pid(): number | undefined {
    return this.#readyAt > 0 ? this.#child?.pid : undefined;
  }

  /** A session is ready, and nobody has seen to its end. */
  get isSteady(): boolean {
    return this.pid !== undefined && this.#endsFrom === undefined;
  }

  /** Processes that a session started and that go on. */
  get left(): number[] {
    return [...this.#descendants].flatMap(([pid, start]) =>
      start !== '' && startOf(pid) === start ? pid : [],
    );
  }

  get probe(): number | undefined {
    return childrenOf(this.pid).find((child) => nameOf(child).startsWith('imds-probe'));
  }

  signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    if (signal !== 'SIGHUP') this.#endsFrom ??= Date.now();
    this.#child?.kill(signal);
  }

  kill(): void {
    if (this.pid === undefined) return;
    this.#ledger.gap(Date.now() - UNWRITTEN_MS, Date.now(), 'main process killed');
    this.signal('SIGKILL');
  }

  killProbe(): void {
    const { probe } = this;
    if (probe === undefined) return;
    this.#endsFrom ??= Date.now();
    this.#ledger.gap(Date.now() - UNREAD_MS, Date.now(), 'probe killed');
    process.kill(probe, 'SIGKILL');
  }

  async stop(): Promise<number | null> {
    this.#isWanted = false;
    this.#child?.kill('SIGTERM');
    await this.#running;
    return this.#child?.exitCode ?? null;
  }

  async #keep(): Promise<void> {
    const timer = setInterval(() => this.#sample(), SAMPLE_MS);
    while (this.#child !== undefined) {
      await once(this.#child, 'close');
      this.#readyAt = 0;
      if (!this.#isWanted) break;
      const from = this.#endsFrom ?? Date.now();
      this.#endsFrom = undefined;
      await this.#startOne();
      this.#ledger.gap(from, Date.now(), 'between two sessions');
    }
    clearInterval(timer);
  }

  async #startOne(): Promise<void> {
    const child = this.#where.spawn(process.execPath, ['bin/run.js', 'live', ...this.#args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: this.#env,
    });
    this.#child = child;
    this.sessions++;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('imds live was not ready in time')), READY_MS);
      if (child.stderr === null) throw new Error('the standard error is not a pipe');
      createInterface({ input: child.stderr }).on('line', (line) => {
        this.diagnostics.push(line);
        if (!READY.test(line)) return;
        clearTimeout(late);
        this.#readyAt = Date.now();
        resolve();
      });
      child.once('close', () => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  #sample(): void {
    const { pid } = this;
    if (pid === undefined) return;
    try {
      const children = childrenOf(pid);
      for (const child of children) this.#descendants.set(child, startOf(child));
      this.samples.push({
        session: this.sessions,
        age: (Date.now() - this.#readyAt) / 1000,
        descriptors: readdirSync(`/proc/${pid}/fd`).length,
        children: children.length,
        megabytes: [pid, ...children].reduce((sum, each) => sum + residentOf(each), 0),
      });
    } catch {
      // It ended in between.
    }
  }
}

function childrenOf(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Clock ticks since the boot, field 22 of proc(5); empty where there is no such process. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    return '';
  }
}

function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}
