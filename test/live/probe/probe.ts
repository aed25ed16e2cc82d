import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canCreateNamespaces, shown } from '../../support/netns.ts';
import { type Capture, readJson, readPcapng } from './capture.ts';

const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'amd64';
export const ROOT = join(import.meta.dirname, '..', '..', '..');
export const PROBE = join(ROOT, '.cache', 'probe', ARCHITECTURE, 'imds-probe');

/** Skips a suite where the probe cannot run: it is not built, or this is not root. */
export function needsProbe(context: Mocha.Context): void {
  if (!existsSync(PROBE) || !canCreateNamespaces()) context.skip();
}

const UNTIL_MS = 20_000;

const running = new Set<ChildProcess>();

// A test that fails leaves no probe behind, which mocha would wait for.
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** imds-probe on this host, attached. */
export class Probe {
  readonly child: ChildProcess;
  readonly #json: boolean;
  readonly #output: Buffer[] = [];
  readonly #closed: Promise<unknown>;

  private constructor(child: ChildProcess, json: boolean) {
    this.child = child;
    this.#json = json;
    this.#closed = once(child, 'close');
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.stdout?.on('data', (bytes) => this.#output.push(bytes));
  }

  /** Resolves when it is ready. With `--json` among the arguments, the capture is read from lines. */
  static async start(args: readonly string[] = []): Promise<Probe> {
    const child = spawn(PROBE, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const probe = new Probe(child, args.includes('--json'));
    await shown(child, child.stderr, /^imds-probe: ready/);
    return probe;
  }

  /** Calls with a probe, and returns what it saw meanwhile. */
  static async watch(use: (probe: Probe) => Promise<void>, args: readonly string[] = []): Promise<Capture> {
    const probe = await Probe.start(args);
    try {
      await use(probe);
    } catch (error) {
      probe.child.kill('SIGKILL');
      throw error;
    }
    return probe.stop();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#output);
  }

  /** Resolves when what it has written so far is enough; it writes something every 200 ms. */
  async until(isEnough: (capture: Capture) => boolean): Promise<void> {
    const end = Date.now() + UNTIL_MS;
    while (!isEnough(this.#capture())) {
      assert.ok(Date.now() < end, 'waited in vain');
      assert.ok(this.child.exitCode === null && this.child.signalCode === null, 'the probe ended');
      // All is read anew each time, so not at every piece of it.
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  #capture(): Capture {
    return this.#json ? readJson(this.bytes) : readPcapng(this.bytes);
  }

  /** Calls while the probe stands still: what ends meanwhile has gone when its events are read. */
  async suspended(use: () => Promise<unknown>): Promise<void> {
    this.child.kill('SIGSTOP');
    try {
      await use();
    } finally {
      this.child.kill('SIGCONT');
    }
  }

  /** Closes its standard input, which ends it, and reads what it wrote. */
  async stop(): Promise<Capture> {
    this.child.stdin?.end();
    await this.#closed;
    assert.equal(this.child.exitCode, 0);
    return this.#capture();
  }
}
