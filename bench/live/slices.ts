import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

const PAUSE_MS = 2;

/** A load that is done slice by slice, as it is told: a process that waits between them. */
export class SliceLoad {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(child: ChildProcess) {
    if (child.stdout === null) throw new Error('a load without an output');
    this.#child = child;
    this.#reader = createInterface({ input: child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** In seconds, how long it took. Begins when the server has had time to end what the one before left to it. */
  async slice(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    this.#child.stdin?.write('\n');
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('a load ended before its time');
    return Number(value);
  }

  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin?.end();
    this.#reader.close();
    this.#child.stdout?.resume();
    await closed;
  }
}

/**
 * Of loads that take turns, how much more time each takes than the first, as a ratio; the median over all turns. One
 * that was disturbed in a turn is an outlier, and what goes on for longer is there for all of them.
 */
export async function turns(loads: readonly SliceLoad[], count: number): Promise<number[]> {
  const ratios = loads.map((): number[] => []);
  for (const load of loads) await load.slice();
  for (let turn = 0; turn < count; turn++) {
    const seconds = loads.map(() => 0);
    // The first one is measured before and after the others, which come in another order each time.
    const others = loads.map((_, index) => index).slice(1);
    const order = rotated(turn % 2 === 0 ? others : others.reverse(), turn % others.length);
    for (const index of [0, ...order, 0])
      seconds[index] = (seconds[index] ?? 0) + ((await loads[index]?.slice()) ?? 0);
    const first = (seconds[0] ?? 0) / 2;
    for (const index of others) ratios[index]?.push((seconds[index] ?? 0) / first);
    ratios[0]?.push(1);
  }
  return ratios.map((all) => all.sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN);
}

function rotated<T>(list: readonly T[], by: number): T[] {
  return [...list.slice(by), ...list.slice(0, by)];
}
