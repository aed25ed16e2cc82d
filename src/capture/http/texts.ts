const SLOTS = 256;
/** Longer values are rare, and comparing them costs what making a string does. */
const MAX_LENGTH = 256;

interface Slot {
  bytes: Uint8Array;
  text: string;
}

/**
 * Strings of bytes. Paths and user agents come again and again: the string of before is cheaper than
 * a new one, here and wherever it is looked up later.
 */
export class Texts {
  readonly #slots = new Array<Slot | undefined>(SLOTS);

  /** bytes[start, end) as latin1. */
  latin1(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_LENGTH || length < 1) return bytes.toString('latin1', start, end);
    const middle = bytes[start + (length >> 1)] ?? 0;
    const index = (length * 31 + (bytes[end - 1] ?? 0) * 7 + middle) & (SLOTS - 1);
    const slot = this.#slots[index];
    if (slot !== undefined && equals(slot.bytes, bytes, start, length)) return slot.text;
    const text = bytes.toString('latin1', start, end);
    this.#slots[index] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), text };
    return text;
  }
}

function equals(kept: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (kept.length !== length) return false;
  for (let i = 0; i < length; i++) if (kept[i] !== bytes[start + i]) return false;
  return true;
}
