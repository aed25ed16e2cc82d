import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ProbeExitRecord } from '../bpf/records.ts';
import { openCapture } from '../capture/open.ts';
import { FailureError, PrerequisiteError } from '../errors.ts';
import type { Endpoint } from '../model.ts';
import type { JournalHandler, PacketFilter } from '../ports.ts';
import type { View } from './view.ts';

const READY = 'imds-probe: ready';
/** Of the ready line, where the root that it found is that of its own cgroup namespace. */
const CONTAINER_ALONE = / \(processes of this cgroup only\), kernel /;
const PREREQUISITE = 5;
/**
 * A probe that is not attached by then never will be: BPF programs load in a hundredth of that. At boot, emulated, and
 * on burstable instances without credits, 10 s were too few.
 */
const START_MS = 30_000;
/** It hands over what it has for two minutes at most (docs/probe.md). One that was stopped, or hangs, never ends. */
const END_MS = 180_000;

export interface ProbeOptions {
  executable: string;
  endpoints: readonly Endpoint[];
  now(): bigint;
  /** It ended although nobody asked it to; why, in its own words where it had some. */
  onLoss(reason: string): void;
  /** Milliseconds that it may take to end. */
  endMs?: number;
}

type Probe = ChildProcessByStdio<Writable, Readable, Readable>;
interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The sockets' view: imds-probe, a process of its own, whose standard output is a pcapng stream. */
export class ProbeView implements View {
  scope: 'container' | undefined;
  readonly tellsTime = true;
  readonly losses: Record<string, number> = {};
  readonly #probe: Probe;
  readonly #options: ProbeOptions;
  readonly #exited: Promise<Exit>;
  #exit: (exit: Exit) => void = () => {};
  #lastWords = '';

  private constructor(probe: Probe, options: ProbeOptions) {
    this.#probe = probe;
    this.#options = options;
    this.#exited = new Promise((resolve) => {
      this.#exit = resolve;
      probe.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /**
   * Resolves when everything is attached.
   *
   * @throws PrerequisiteError with the probe's own words: what this machine lacks, and what to do
   */
  static async start(options: ProbeOptions): Promise<ProbeView> {
    const endpoints = options.endpoints.flatMap(({ address, port, family }) => [
      '--endpoint',
      family === 6 ? `[${address}]:${port}` : `${address}:${port}`,
    ]);
    const probe = spawn(options.executable, ['--without-session', ...endpoints], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const view = new ProbeView(probe, options);
    await view.#ready();
    return view;
  }

  get description(): string {
    return this.scope === undefined ? 'sockets' : 'sockets (of this container alone)';
  }

  get pid(): number | undefined {
    return this.#probe.pid;
  }

  async read(
    filter: PacketFilter,
    handler: JournalHandler,
    signal: AbortSignal,
    pause: () => Promise<void> | undefined,
  ): Promise<void> {
    // It ends when its standard input does, and writes out what it has.
    let late: NodeJS.Timeout | undefined;
    const stop = () => {
      this.#probe.stdin.end();
      late = setTimeout(() => this.#leave(), this.#options.endMs ?? END_MS);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    let exit: Exit;
    try {
      const source = await openCapture('-', { stdin: this.#probe.stdout });
      await source.read(filter, handler, pause);
      exit = await this.#exited;
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
    }
    const { code, signal: killedBy } = exit;
    if (signal.aborted && code === 0) return;
    handler.record(Buffer.from(JSON.stringify(this.#exitRecord(code, killedBy))), NOWHERE);
    this.#options.onLoss(this.#lastWords || (killedBy ?? `exit code ${code}`));
  }

  /** Without root nobody can be killed. It ends by itself when it goes on, and finds that nobody reads. */
  #leave(): void {
    const { stdin, stdout, stderr, exitCode, signalCode } = this.#probe;
    if (exitCode !== null || signalCode !== null) return;
    this.#lastWords ||= 'imds-probe did not end in time';
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    this.#probe.unref();
    this.#exit({ code: null, signal: null });
  }

  #exitRecord(code: number | null, signal: NodeJS.Signals | null): ProbeExitRecord {
    return {
      type: 'probe_exit',
      time: String(this.#options.now()),
      code: code ?? undefined,
      signal: signal ?? undefined,
      message: this.#lastWords || undefined,
    };
  }

  #ready(): Promise<void> {
    const probe = this.#probe;
    // Writing to a probe that has died is no error of its own: its exit is what is told.
    probe.stdin.on('error', () => {});
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        probe.kill('SIGKILL');
        reject(failed(`imds-probe was not ready after ${START_MS / 1000} s`));
      }, START_MS);
      createInterface({ input: probe.stderr }).on('line', (line) => {
        if (line.startsWith(READY)) {
          clearTimeout(late);
          if (CONTAINER_ALONE.test(line)) this.scope = 'container';
          resolve();
        } else if (line !== '') this.#lastWords = line.slice(0, 1000);
      });
      probe.once('error', (error) => {
        clearTimeout(late);
        reject(failed(`imds-probe cannot be started: ${error.message}`));
      });
      void this.#exited.then(({ code, signal }) => {
        clearTimeout(late);
        const words = this.#lastWords.replace(/^imds-probe: /, '') || `it ended with ${signal ?? code}`;
        reject(code === PREREQUISITE ? missing(words) : failed(`imds-probe: ${words}`));
      });
    });
  }
}

const NOWHERE = { offset: 0, packetsBefore: 0 };

function missing(words: string): PrerequisiteError {
  return new PrerequisiteError(words, { code: 'probe.prerequisite' });
}

function failed(message: string): FailureError {
  return new FailureError(message, {
    code: 'probe.failed',
    remedy: 'Use --capture wire, which needs no probe, and report what the probe said.',
  });
}
