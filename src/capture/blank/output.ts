import { count } from '../../journal/counters.ts';
import type { Counters } from '../../model.ts';
import type { MemoryBudget } from '../tcp/memory-budget.ts';
import type { HeldPacket } from './held-packet.ts';

/** Text of heads that is remembered for copies that come later: more than the streams compare copies with. */
const REMEMBERED = 8192;
const FIRST_SIZE = 512;
/** What is blanked between two kept pieces is remembered with them, up to so much. */
const MAX_BRIDGE = 128;

interface Run {
  offset: number;
  length: number;
  /** As they were read: what copies have to agree with. */
  bytes: Buffer;
  /** As they are saved, where that is something else. */
  shown: Buffer | undefined;
}

/**
 * What was kept of one direction of a connection: runs of bytes, in order. What is in none
 * of them is blank. The first copy of a byte settles it, so that all copies come out alike.
 */
export class Output {
  readonly #budget: MemoryBudget;
  readonly #losses: Counters;
  #runs: Run[] = [];
  #size = 0;

  constructor(budget: MemoryBudget, losses: Counters) {
    this.#budget = budget;
    this.#losses = losses;
  }

  /** bytes[start, end) are kept, as `shown` has them where it is given. Calls come in order, but may repeat the last bytes. */
  keep(bytes: Buffer, start: number, end: number, offset: number, fill: number, shown?: Buffer): void {
    let run = this.#runs.at(-1);
    const end_ = offset + end - start;
    if (run === undefined || offset < run.offset || offset > run.offset + run.length + MAX_BRIDGE) {
      run = this.#newRun(offset);
    }
    if (run === undefined || !this.#grow(run, end_ - run.offset, shown !== undefined)) {
      count(this.#losses, 'blank.memory_bytes', end - start);
      return;
    }
    const at = offset - run.offset;
    if (at > run.length) {
      run.bytes.fill(fill, run.length, at);
      run.shown?.fill(fill, run.length, at);
    }
    bytes.copy(run.bytes, at, start, end);
    if (run.shown !== undefined) (shown ?? bytes.subarray(start, end)).copy(run.shown, at);
    run.length = Math.max(run.length, end_ - run.offset);
  }

  /** Blanks packet bytes [index, index + length), which stand at `offset`, but for what is kept and agrees. */
  apply(packet: HeldPacket, index: number, length: number, offset: number, fill: number): void {
    let at = offset;
    const end = offset + length;
    const shift = index - offset;
    for (const run of this.#runs) {
      const from = Math.max(at, run.offset);
      const to = Math.min(end, run.offset + run.length);
      if (from >= to) continue;
      packet.fill(at + shift, from + shift, fill);
      const { bytes, shown } = run;
      for (let i = from; i < to; i++) {
        if (packet.bytes[i + shift] !== bytes[i - run.offset]) packet.set(i + shift, fill);
        else if (shown !== undefined) packet.set(i + shift, shown[i - run.offset] ?? fill);
      }
      at = to;
    }
    packet.fill(at + shift, end + shift, fill);
  }

  /** Forgets the oldest; call it when no packet needs it but copies that are to come. */
  trim(): void {
    let [oldest] = this.#runs;
    while (oldest !== undefined && this.#runs.length > 1 && this.#size - sizeOf(oldest) >= REMEMBERED) {
      this.#runs.shift();
      this.#give(sizeOf(oldest));
      [oldest] = this.#runs;
    }
  }

  release(): void {
    this.#give(this.#size);
    this.#runs = [];
  }

  #newRun(offset: number): Run | undefined {
    if (!this.#take(FIRST_SIZE)) return undefined;
    const run = { offset, length: 0, bytes: Buffer.allocUnsafeSlow(FIRST_SIZE), shown: undefined };
    this.#runs.push(run);
    return run;
  }

  #grow(run: Run, length: number, differs: boolean): boolean {
    const have = run.bytes.length;
    const isBoth = differs || run.shown !== undefined;
    const size = length <= have ? have : Math.max(length, have * 2);
    const more = (isBoth ? 2 * size : size) - sizeOf(run);
    if (more === 0) return true;
    if (!this.#take(more)) return false;
    // Until now they were the same.
    if (isBoth) run.shown = resized(run.shown ?? run.bytes, run.length, size);
    if (size > have) run.bytes = resized(run.bytes, run.length, size);
    return true;
  }

  #take(bytes: number): boolean {
    if (!this.#budget.take(bytes)) return false;
    this.#size += bytes;
    return true;
  }

  #give(bytes: number): void {
    this.#size -= bytes;
    this.#budget.give(bytes);
  }
}

function sizeOf({ bytes, shown }: Run): number {
  return bytes.length + (shown?.length ?? 0);
}

/** A copy of the first bytes, with room for more. */
function resized(bytes: Buffer, length: number, size: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(size);
  bytes.copy(copy, 0, 0, length);
  return copy;
}
