/** Ids are kept as 64 bits of their 128, so many at most: 128 MB. */
const MAX_SLOTS = 2 ** 24;
const FIRST_SLOTS = 2 ** 14;
/** An id is in one of so many slots. */
const WAYS = 8;
/** Above that part in use, the table doubles. */
const MAX_LOAD = 0.6;
const HIGH_DIGITS = 8;
const LOW_DIGITS = 16;

/**
 * Which calls were counted: the same file may be there twice, under two names or of two collections. All of the
 * last ten million are known; of more, each new one takes the place of an old one.
 */
export class KnownCalls {
  /** Pairs of 32 bits; two zeros are an empty slot. */
  #slots = new Uint32Array(FIRST_SLOTS * 2);
  #used = 0;
  readonly #maximum: number;

  constructor(maximum = MAX_SLOTS) {
    this.#maximum = maximum;
  }

  /** @param id 32 hexadecimal digits @returns whether it is new */
  add(id: string): boolean {
    const high = Number.parseInt(id.slice(0, HIGH_DIGITS), 16);
    // The lowest bit is set, so that no id is empty.
    const low = (Number.parseInt(id.slice(HIGH_DIGITS, LOW_DIGITS), 16) | 1) >>> 0;
    if (this.#used > (this.#slots.length / 2) * MAX_LOAD && this.#slots.length / 2 < this.#maximum)
      this.#grow();
    return this.#insert(high, low);
  }

  #insert(high: number, low: number): boolean {
    const slots = this.#slots;
    const first = (high & (slots.length / 2 / WAYS - 1)) * WAYS * 2;
    let free = -1;
    for (let at = first; at < first + WAYS * 2; at += 2) {
      if (slots[at] === high && slots[at + 1] === low) return false;
      if (free < 0 && slots[at + 1] === 0) free = at;
    }
    if (free < 0) {
      // A full bucket: the one that is replaced is any, by bits that its place does not depend on.
      if (this.#slots.length / 2 < this.#maximum) {
        this.#grow();
        return this.#insert(high, low);
      }
      free = first + ((low >>> 1) % WAYS) * 2;
    } else this.#used++;
    slots[free] = high;
    slots[free + 1] = low;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.#used = 0;
    for (let at = 0; at < before.length; at += 2) {
      const low = before[at + 1] ?? 0;
      if (low !== 0) this.#insert(before[at] ?? 0, low);
    }
  }
}
