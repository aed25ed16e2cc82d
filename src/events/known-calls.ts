/** Ids are kept as 64 bits of their 128, in so many slots at most: 128 MB. */
const MAX_SLOTS = 2 ** 24;
const FIRST_SLOTS = 2 ** 14;
/** Slots of a bucket. An id is in one of two buckets: in the emptier, so that none is full before the table nearly is. */
const WAYS = 8;
/** Of 32 bits. */
const DIGITS = 8;

/**
 * Which calls were counted: the same file may be there twice, under two names or of two collections. Ten million
 * are known, each of them; of more, each new one takes the place of another.
 */
export class KnownCalls {
  /**
   * Pairs of 32 bits; the second is 0 in an empty slot. All there may ever be: memory that nobody wrote to takes
   * none, and a table that grows where it lies is never there twice.
   */
  readonly #slots: Uint32Array;
  /** Slots in use: the first ones. */
  #size = FIRST_SLOTS;
  readonly #maximum: number;

  constructor(maximum = MAX_SLOTS) {
    this.#maximum = maximum;
    this.#slots = new Uint32Array(maximum * 2);
  }

  /** @param id 32 hexadecimal digits @returns whether it is new */
  add(id: string): boolean {
    // Of all digits: ids of another writer may count up. The lowest bit is set, so that no id is empty.
    const high = spread(spread(bitsOf(id, 0)) ^ bitsOf(id, 2 * DIGITS));
    const low = spread(spread(bitsOf(id, DIGITS) ^ OTHER) ^ bitsOf(id, 3 * DIGITS));
    return this.#insert(high, (low | 1) >>> 0);
  }

  #insert(high: number, low: number): boolean {
    const first = this.#bucket(high);
    const second = this.#bucket(low >>> 1);
    const inFirst = this.#taken(first, high, low);
    const inSecond = this.#taken(second, high, low);
    if (inFirst < 0 || inSecond < 0) return false;
    const taken = Math.min(inFirst, inSecond);
    if (taken === WAYS && this.#size < this.#maximum) {
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
    return (bits & (this.#size / WAYS - 1)) * WAYS * 2;
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

  /** Twice as many buckets: of each, those go to its twin whose place has one more bit set. */
  #grow(): void {
    const slots = this.#slots;
    const before = this.#size / WAYS;
    this.#size *= 2;
    for (let bucket = 0; bucket < before; bucket++) {
      const from = bucket * WAYS * 2;
      const twin = (bucket + before) * WAYS * 2;
      let [stay, go] = [from, twin];
      for (let at = from; at < from + WAYS * 2; at += 2) {
        const high = slots[at] ?? 0;
        const low = slots[at + 1] ?? 0;
        if (low === 0) break;
        // It is there by its first place or by its second.
        const isFirst = (high & (before - 1)) === bucket;
        const bits = isFirst ? high : low >>> 1;
        slots[at + 1] = 0;
        if ((bits & before) === 0) {
          slots[stay] = high;
          slots[stay + 1] = low;
          stay += 2;
        } else {
          slots[go] = high;
          slots[go + 1] = low;
          go += 2;
        }
      }
    }
  }
}

/** So that the two halves differ where the words of an id are the same. */
const OTHER = 0x9e3779b1;

/** Each word gives another one, whose bits all depend on all of its own: as MurmurHash3 ends. */
function spread(word: number): number {
  let bits = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** 8 hexadecimal digits. */
function bitsOf(id: string, from: number): number {
  let bits = 0;
  for (let at = from; at < from + DIGITS; at++) {
    const code = id.charCodeAt(at);
    // `0` is 0x30, and `a` is 0x61.
    bits = (bits << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return bits >>> 0;
}
