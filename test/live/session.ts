import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { start } from '../cli/run.ts';
import { canCreateNamespaces, type Namespace } from '../support/netns.ts';

/** The part of an event that the tests look at (schemas/call.schema.json). */
export interface LiveEvent {
  '@timestamp': string;
  event: { id: string; outcome: string };
  imds: {
    version?: string;
    operation?: string;
    path_class?: string;
    response_ttl?: number;
    unknown_reason?: string;
    endpoint: string;
    ancestors?: LiveProcess[];
  };
  http?: { request?: { method: string }; response?: { status_code: number } };
  url?: { original: string; path: string };
  user_agent?: { original: string };
  network: { type: string };
  source: { ip: string; port: number };
  destination?: { ip: string; port: number };
  process?: LiveProcess & { user?: { id: string; name?: string }; parent?: LiveProcess };
  package?: { name: string; version?: string; type?: string };
  container?: { id?: string; name?: string; image?: { name: string }; runtime?: string };
  orchestrator?: {
    type?: string;
    namespace?: string;
    resource?: { id?: string; name?: string; type: string };
  };
  attribution: {
    source: string;
    match: string;
    reason?: string;
    started_from?: string;
    timer?: string;
    args_truncated?: boolean;
  };
}

/** The process' part of it left out. */
export function howFound({ attribution }: LiveEvent): Partial<LiveEvent['attribution']> {
  const { source, match, reason } = attribution;
  return reason === undefined ? { source, match } : { source, match, reason };
}

interface LiveProcess {
  pid: number;
  name?: string;
  args?: string[];
  executable?: string;
}

const READY = /^imds live: ready/;
/** For a machine that is busy with other tests. */
const PATIENCE_MS = 45_000;

const running = new Set<ChildProcess>();

/** For `afterEach`: what a failed test left running would keep mocha waiting. */
export function endSessions(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** `imds live --jsonl` as a process, on this host or within a namespace. */
export class LiveSession {
  readonly events: LiveEvent[] = [];
  /** The same as printed. */
  readonly lines: string[] = [];
  /** Lines of standard error, the ready line among them. */
  readonly diagnostics: string[] = [];
  readonly child: ChildProcess;
  /** Where there are too many to keep: takes each event, and neither it nor its line is kept. */
  take: ((event: LiveEvent) => void) | undefined;
  readonly #closed: Promise<unknown>;
  #wake: (() => void)[] = [];

  private constructor(child: ChildProcess) {
    this.child = child;
    this.#closed = once(child, 'close');
    running.add(child);
    child.once('close', () => running.delete(child));
  }

  /** Resolves when the ready line is there. `prefix` is what runs it within the namespace. */
  static async start(
    args: readonly string[] = [],
    where?: Namespace,
    prefix: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<LiveSession> {
    // A configuration says what is written, and where.
    const isTold = (option: string) => args.includes(option) || args.includes('--config');
    const words = [
      'live',
      '--jsonl',
      ...(isTold('--log-dir') ? [] : ['--no-log']),
      ...(isTold('--state-dir') ? [] : ['--no-state']),
      ...args,
    ];
    const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe'];
    const [program, ...rest] = [...prefix, process.execPath, 'bin/run.js', ...words];
    const child = where?.spawn(program as string, rest, { stdio }) ?? start(words, { stdio, env });
    const session = new LiveSession(child);
    await session.#follow();
    return session;
  }

  get ready(): string {
    return this.diagnostics.find((line) => READY.test(line)) ?? '';
  }

  /** Events whose path has this mark, once there are that many. */
  async eventsOf(mark: string, count: number, patienceMs?: number): Promise<LiveEvent[]> {
    const own: LiveEvent[] = [];
    let at = 0;
    const enough = () => {
      for (; at < this.events.length; at++) {
        const event = this.events[at];
        if (event?.url?.path.includes(mark)) own.push(event);
      }
      return own.length >= count;
    };
    await this.until(enough, `${count} events with ${mark}`, patienceMs);
    return own;
  }

  /** Resolves when the condition holds; it is asked with every line. */
  async until(condition: () => boolean, what: string, patienceMs = PATIENCE_MS): Promise<void> {
    const end = Date.now() + patienceMs;
    while (!condition()) {
      const left = end - Date.now();
      if (left <= 0) throw new Error(`waited in vain for ${what}; ${this.diagnostics.join('\n')}`);
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, left);
        this.#wake.push(() => {
          clearTimeout(late);
          resolve();
        });
      });
    }
  }

  /** The process imds-probe that it has started. */
  get probe(): number {
    const { pid } = this.child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    const isProbe = (child: string) => readFileSync(`/proc/${child}/comm`, 'utf8').startsWith('imds-probe');
    const probe = children.find(isProbe);
    if (probe === undefined) throw new Error(`no imds-probe among the children of ${pid}: ${children}`);
    return Number(probe);
  }

  /** Calls while the probe stands still: who ends meanwhile has gone when the events are read. */
  probeSuspended(use: () => Promise<unknown>): Promise<void> {
    return suspended(this.probe, use);
  }

  /** Calls while it stands still itself: what it would read meanwhile waits for it. */
  suspended(use: () => Promise<unknown>): Promise<void> {
    return suspended(this.child.pid ?? 0, use);
  }

  /** Ends it, and gives the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal);
    await this.#closed;
    return this.child.exitCode;
  }

  async ended(): Promise<number | null> {
    await this.#closed;
    return this.child.exitCode;
  }

  async #follow(): Promise<void> {
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error('the streams are not pipes');
    createInterface({ input: stdout }).on('line', (line) => {
      // Of one that a failed test left running, and that was killed, the last line is a part.
      if (this.child.killed && !line.endsWith('}')) return;
      const event = JSON.parse(line) as LiveEvent;
      if (this.take === undefined) {
        this.lines.push(line);
        this.events.push(event);
      } else this.take(event);
      this.#notify();
    });
    createInterface({ input: stderr }).on('line', (line) => {
      this.diagnostics.push(line);
      this.#notify();
    });
    this.child.once('close', () => this.#notify());
    await this.until(() => this.ready !== '' || this.child.exitCode !== null, 'the ready line');
    if (this.ready === '') throw new Error(`imds live ended: ${this.diagnostics.join('\n')}`);
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

async function suspended(pid: number, use: () => Promise<unknown>): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await use();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** A word for paths, by which a test knows its own calls among all of the host. */
export function newMark(): string {
  return `mark-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
}

/** Live tests need root and namespaces; under CI a skipped one is a failure. */
export function needsRoot(this: Mocha.Context): void {
  if (!canCreateNamespaces()) this.skip();
}
