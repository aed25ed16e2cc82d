import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Namespace, shown } from '../../test/support/netns.ts';
import { root } from '../cache.ts';
import { CallReader } from './call-reader.ts';
import { childOf } from './usage.ts';

const BIN = join(root, 'bin', 'run.js');
/** So long nothing more may come before what is missing is taken for lost: attribution waits for 2 s. */
const SILENCE_MS = 5000;

export type Views = 'sockets' | 'both';

/** `imds live --jsonl` in a namespace, whose calls are counted as they come. */
export class BenchSession {
  readonly calls: CallReader;
  /** From the command to its ready line. */
  readonly readySeconds: number;
  readonly pid: number;
  readonly probe: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, calls: CallReader, readySeconds: number) {
    this.#child = child;
    this.calls = calls;
    this.readySeconds = readySeconds;
    this.pid = child.pid ?? 0;
    this.probe = childOf(this.pid, 'imds-probe');
  }

  static async start(
    where: Namespace,
    views: Views,
    { mark = 'none', keepsDelays = false } = {},
  ): Promise<BenchSession> {
    const begin = performance.now();
    const child = where.spawn(
      process.execPath,
      [BIN, 'live', '--jsonl', '--no-log', '--no-state', '--capture', views],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const calls = new CallReader(mark, keepsDelays);
    child.stdout?.setEncoding('utf8').on('data', (text) => calls.read(text));
    await shown(child, child.stderr, /^imds live: ready/);
    return new BenchSession(child, calls, (performance.now() - begin) / 1000);
  }

  /** Resolves when so many calls have come, or when no more do. */
  async settled(count: number): Promise<void> {
    let seen = this.calls.seen;
    let since = performance.now();
    while (this.calls.seen < count && performance.now() - since < SILENCE_MS) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (this.calls.seen > seen) since = performance.now();
      seen = this.calls.seen;
    }
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGINT');
    await closed;
  }
}
