import { createHmac, randomBytes } from 'node:crypto';

/**
 * Letters and digits that no mask and no reader takes for something: without vowels, k, p, s and w, none of the
 * words that src/secrets looks for (`token`, `pwd`, `key`) can come of it.
 */
const LETTERS = 'bcdfghjlmnqrtvxz23456789';
const HEX = '0123456789abcdef';
const DIGITS = '0123456789';
/** So many are held apart from each other; of more, two may get the same. */
const MAX_KNOWN = 65_536;
const LONGEST_KNOWN = 256;
const MAX_TRIES = 16;
const MAC_BYTES = 6;

/**
 * Other names in the place of names: of the same length, the same for the same name, and different for
 * different ones where the length has room for that. They come of a random key that nobody else learns, so the
 * names cannot be told from them, nor be tried.
 */
export class Aliases {
  readonly #key: Buffer;
  readonly #known = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(key: Buffer = randomBytes(32)) {
    this.#key = key;
  }

  /** How many different names, or pieces of them, have one. */
  get count(): number {
    return this.#known.size;
  }

  word(name: string): string {
    return this.#alias('word', name, LETTERS);
  }

  hex(digits: string): string {
    return this.#alias('hex', digits.toLowerCase(), HEX);
  }

  number(digits: string): string {
    return this.#alias('number', digits, DIGITS);
  }

  /** Of a link-layer address in hexadecimal: a locally administered one. Groups and nobody stay what they are. */
  linkAddress(hex: string): string {
    const first = Number.parseInt(hex.slice(0, 2), 16);
    if ((first & 1) === 1 || /^0*$/.test(hex)) return hex;
    const bytes = Buffer.from(this.#alias('link', hex.toLowerCase().padEnd(2 * MAC_BYTES, '0'), HEX), 'hex');
    bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 2;
    return bytes.toString('hex', 0, hex.length / 2);
  }

  #alias(kind: string, name: string, alphabet: string): string {
    const key = `${kind} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let alias = this.#make(key, 0, name.length, alphabet);
    if (name.length > LONGEST_KNOWN || this.#known.size >= MAX_KNOWN) return alias;
    for (let round = 1; round < MAX_TRIES && this.#taken.has(`${kind} ${alias}`); round++) {
      alias = this.#make(key, round, name.length, alphabet);
    }
    this.#known.set(key, alias);
    this.#taken.add(`${kind} ${alias}`);
    return alias;
  }

  #make(key: string, round: number, length: number, alphabet: string): string {
    // The name is hashed once, however long it is.
    const seed = createHmac('sha256', this.#key).update(`${round} ${key}`).digest();
    let alias = '';
    for (let block = 0; alias.length < length; block++) {
      const digest = createHmac('sha256', seed).update(String(block)).digest();
      for (const byte of digest) alias += alphabet[byte % alphabet.length];
    }
    return alias.slice(0, length);
  }
}
