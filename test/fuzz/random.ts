/** Seeded random numbers (splitmix32): a case is known by the run's seed and its own number alone. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The numbers of one case, whatever was run before it. */
  static ofCase(seed: number, number: number): Random {
    const mixed = new Random(Math.imul(seed ^ 0x85ebca6b, 0xc2b2ae35) ^ number);
    return new Random(mixed.bits() ^ Math.imul(number, 0x27d4eb2f));
  }

  /** 32 random bits as an unsigned number. */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  }

  /** From 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor((this.bits() / 0x1_0000_0000) * limit);
  }

  /** One time in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}
