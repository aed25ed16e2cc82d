/** Ids are kept as 64 bits of their 128, in so many slots at most: 128 MB. */
const MAX_SLOTS = 2 ** 24;
const FIRST_SLOTS = 2 ** 14;
/** Slots of a bucket. An id is in one of two buckets: in the emptier, so that none is full before the table nearly is. */
const WAYS = 8;
const HIGH_DIGITS = 8;
const LOW_DIGITS = 16;

/**
 * Which calls were counted: the same file may be there twice, under two names or of two collections. Ten million
 * are known, each of them; of more, each new one takes the place of another.
 */
export class KnownCalls {
  /** Pairs of 32 bits; the second is 0 in an empty slot. */
  #slots = new Uint32Array(FIRST_SLOTS * 2);
  readonly #maximum: number;

  constructor(maximum = MAX_SLOTS) {
    this.#maximum = maximum;
  }

  /** @param id 32 hexadecimal digits @returns whether it is new */
  add(id: string): boolean {
    const high = Number.parseInt(id.slice(0, HIGH_DIGITS), 16);
    // The lowest bit is set, so that no id is empty.
    const low = (Number.parseInt(id.slice(HIGH_DIGITS, LOW_DIGITS), 16) | 1) >>> 0;
    return this.#insert(high, low);
  }

  #insert(high: number, low: number): boolean {
    const first = this.#bucket(high);
    const second = this.#bucket(low >>> 1);
    const inFirst = this.#taken(first, high, low);
    const inSecond = this.#taken(second, high, low);
    if (inFirst < 0 || inSecond < 0) return false;
    const taken = Math.min(inFirst, inSecond);
    if (taken === WAYS && this.#slots.length / 2 < this.#maximum) {
      this.#grow();
      return this.#insert(high, low);
    }
    // Of a full bucket any is replaced, by bits that its place does not depend on.
    const way = taken === WAYS ? high >>> 29 : taken;
    const at = (inFirst <= inSecond ? first : second) + way * 2;
    this.#slots[at] = high;
    this.#slots[at + 1] = low;
    return true;
  }

  #bucket(bits: number): number {
    return (bits & (this.#slots.length / 2 / WAYS - 1)) * WAYS * 2;
  }

  /** Slots in use of the bucket, which are its first; -1 where the id is in one of them. */
  #taken(bucket: number, high: number, low: number): number {
    const slots = this.#slots;
    for (let way = 0; way < WAYS; way++) {
      const at = bucket + way * 2;
      if (slots[at + 1] === 0) return way;
      if (slots[at] === high && slots[at + 1] === low) return -1;
    }
    return WAYS;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    for (let at = 0; at < before.length; at += 2) {
      const low = before[at + 1] ?? 0;
      if (low !== 0) this.#insert(before[at] ?? 0, low);
    }
  }
}
