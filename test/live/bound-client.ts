import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Namespace } from '../support/netns.ts';
import { IMDS_ADDRESSES, TWIN_ADDRESS } from '../support/topologies.ts';
import { PYTHON } from './probe/world.ts';

const SCRIPT = join(import.meta.dirname, 'bound-client.py');

/** bound-client.py in a namespace: a client of a port of its choice, step by step. */
export class BoundClient {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #closed: Promise<unknown>;

  constructor(where: Namespace, sourcePort: number, port: number, path: string) {
    const args = [SCRIPT, TWIN_ADDRESS, String(sourcePort), IMDS_ADDRESSES.v4, String(port), path];
    this.#child = where.spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('no output');
    this.#lines = createInterface({ input: stdout });
    this.#closed = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** Resolves when it is done. */
  async step(name: 'connect' | 'ask' | 'close'): Promise<void> {
    const done = once(this.#lines, 'line').then(() => true);
    this.#child.stdin?.write(`${name}\n`);
    const isDone = await Promise.race([done, this.#closed.then(() => false)]);
    if (!isDone) throw new Error(`the client ended before ${name} was done`);
  }

  /** Its pid, which it had in its requests. */
  async end(): Promise<number> {
    this.#child.stdin?.end();
    await this.#closed;
    return this.#child.pid ?? 0;
  }
}
