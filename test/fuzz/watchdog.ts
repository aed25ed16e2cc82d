import { Worker } from 'node:worker_threads';

/** Work is what is limited; this only keeps a loop without an end from hanging the run that found it. */
const PATIENCE_MS = 60_000;

const WATCH = `
const { writeSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
const current = new Int32Array(workerData.shared);
let last = -1;
setInterval(() => {
  const now = Atomics.load(current, 0);
  if (now === last) {
    writeSync(2, 'fuzz: no end of case ' + now + ' after ${PATIENCE_MS / 1000} s; ' + workerData.how + now + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
  last = now;
}, ${PATIENCE_MS});
`;

/** Ends the process, and names the case, where one does not come back. */
export class Watchdog {
  readonly #current = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;

  /** @param how the command that runs a case again, up to its number */
  constructor(how: string) {
    this.#worker = new Worker(WATCH, { eval: true, workerData: { shared: this.#current.buffer, how } });
    this.#worker.unref();
  }

  begins(number: number): void {
    Atomics.store(this.#current, 0, number);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
