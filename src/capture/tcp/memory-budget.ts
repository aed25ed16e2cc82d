/** Memory, in bytes or pieces, that many connections share: who finds none left does without, and counts it. */
export class MemoryBudget {
  #left: number;

  constructor(amount: number) {
    this.#left = amount;
  }

  take(amount: number): boolean {
    if (amount > this.#left) return false;
    this.#left -= amount;
    return true;
  }

  give(amount: number): void {
    this.#left += amount;
  }
}

/** Buffers of a few sizes within a budget, used again: to allocate one costs more than to fill it. */
export class BufferPool {
  readonly #budget: MemoryBudget;
  readonly #free = new Map<number, Buffer[]>();

  constructor(bytes: number) {
    this.#budget = new MemoryBudget(bytes);
  }

  take(size: number): Buffer | undefined {
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) return free;
    return this.#budget.take(size) ? Buffer.allocUnsafeSlow(size) : undefined;
  }

  give(buffer: Buffer): void {
    const free = this.#free.get(buffer.length);
    if (free === undefined) this.#free.set(buffer.length, [buffer]);
    else free.push(buffer);
  }
}
