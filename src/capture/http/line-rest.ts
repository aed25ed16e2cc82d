import type { MemoryBudget } from '../tcp/memory-budget.ts';

const FIRST_BYTES = 256;

/** The beginning of a line whose end has not come, in memory of its own that a budget pays for. */
export class LineRest {
  bytes: Buffer = Buffer.alloc(0);
  /** Of `bytes`, those that are in use. */
  length = 0;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** @returns false where no memory was left */
  append(bytes: Buffer, start: number, end: number): boolean {
    const need = this.length + end - start;
    const have = this.bytes.length;
    if (need > have) {
      const size = Math.max(FIRST_BYTES, have * 2, need);
      if (!this.#budget.take(size - have)) return false;
      const larger = Buffer.allocUnsafeSlow(size);
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    bytes.copy(this.bytes, this.length, start, end);
    this.length = need;
    return true;
  }

  /** Of its own bytes, [from, end) are what is left. */
  keep(from: number, end: number): void {
    if (from > 0) this.bytes.copyWithin(0, from, end);
    this.length = end - from;
  }

  release(): void {
    this.#budget.give(this.bytes.length);
  }
}
