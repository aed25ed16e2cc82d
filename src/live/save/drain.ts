import { Fifo } from '../../journal/fifo.ts';
import type { Unit } from './part-file.ts';
import type { Ring } from './ring.ts';

/** Written at once: where the views are read without a pause, one write takes 20 ms, and it is to keep up with them. */
const BATCH_BYTES = 1024 * 1024;
/** So much is worth a write before its time. */
const EAGER_BYTES = 64 * 1024;
/** What a unit costs besides its bytes. */
const UNIT_COST = 128;
/** Whoever waits for {@link Drain.ready} goes on below that part of the queue's cap. */
const LOW_WATER = 0.25;

/** In the queue: a new file is to begin here. */
const NEXT_FILE = Symbol('next file');

export interface Lost {
  packets: number;
  records: number;
}

interface DrainOptions {
  queuedBytes: number;
  flushAfterMs: number;
  /** All that was queued is let go of, and the ring is where it was after the last whole unit. */
  onFailure(error: unknown, lost: Lost): void;
}

/** Writes units to the ring in their order, in the background, in few writes. */
export class Drain {
  readonly #ring: Ring;
  readonly #options: DrainOptions;
  readonly #queue = new Fifo<Unit | typeof NEXT_FILE>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  constructor(ring: Ring, options: DrainOptions) {
    this.#ring = ring;
    this.#options = options;
  }

  /** Bytes in memory, those under way included. */
  get bytes(): number {
    return this.#bytes;
  }

  push(unit: Unit): void {
    this.#queue.push(unit);
    this.#bytes += unit.bytes.length + UNIT_COST;
    this.#schedule();
  }

  nextFile(): void {
    this.#queue.push(NEXT_FILE);
    this.#schedule();
  }

  ready(): Promise<void> | undefined {
    if (this.#bytes <= this.#options.queuedBytes / 2) return undefined;
    this.#start();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when nothing waits. */
  async flush(): Promise<void> {
    while (this.#queue.length > 0 || this.#running !== undefined) {
      this.#start();
      await this.#running;
    }
  }

  #schedule(): void {
    if (this.#running !== undefined) return;
    if (this.#bytes >= EAGER_BYTES) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#options.flushAfterMs);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#queue.length > 0) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#step();
    this.#running = undefined;
    this.#release(true);
  }

  async #step(): Promise<void> {
    const units: Unit[] = [];
    try {
      if (this.#queue.first === NEXT_FILE) {
        this.#queue.shift();
        await this.#ring.next();
        return;
      }
      this.#take(units);
      await this.#ring.append(units);
      this.#bytes -= costOf(units);
      this.#release(false);
    } catch (error) {
      this.#discard(error, units);
    }
  }

  #take(units: Unit[]): void {
    let bytes = 0;
    for (let next = this.#queue.first; next !== undefined && next !== NEXT_FILE; next = this.#queue.first) {
      bytes += next.bytes.length;
      if (units.length > 0 && bytes > BATCH_BYTES) return;
      units.push(next);
      this.#queue.shift();
    }
  }

  /** What follows a unit that is lost may depend on it: all of it goes, and its writer begins anew. */
  #discard(error: unknown, units: readonly Unit[]): void {
    const lost: Lost = { packets: 0, records: 0 };
    const add = (unit: Unit): void => {
      lost.packets += unit.packets;
      lost.records += unit.records;
    };
    units.forEach(add);
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (next !== NEXT_FILE) add(next);
    }
    this.#bytes = 0;
    this.#options.onFailure(error, lost);
  }

  #release(all: boolean): void {
    if (!all && this.#bytes > this.#options.queuedBytes * LOW_WATER) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function costOf(units: readonly Unit[]): number {
  return units.reduce((sum, { bytes }) => sum + bytes.length + UNIT_COST, 0);
}
