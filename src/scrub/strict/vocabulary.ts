import { isCommon } from './common-words.ts';

/** A host has a role or two, a cluster some dozens. */
const MAX_NAMES = 1024;
/** Shorter ones are in half of all words. */
const SHORTEST = 4;
/** RFC 1035 §2.3.4, of a host's name; a role has 64 at most. */
const LONGEST = 253;
const WORD = /[a-z0-9]+/g;

export interface Span {
  from: number;
  to: number;
}

/**
 * Names that were found somewhere, to be found again wherever else they stand as a word of their own, in whatever
 * case: those of hosts and of roles are not distinguished by it.
 */
export class Vocabulary {
  /** In lower case, by the letters and digits that a name begins with; the longest first. */
  readonly #byWord = new Map<string, string[]>();
  #count = 0;
  #refused = 0;

  /** Names for which there was no room. */
  get refused(): number {
    return this.#refused;
  }

  add(name: string): void {
    const trimmed = lower(name.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, ''));
    const { length } = trimmed;
    if (length < SHORTEST || length > LONGEST || /^\d+$/.test(trimmed) || isCommon(trimmed)) return;
    const word = /^[a-z0-9]+/.exec(trimmed)?.[0] ?? '';
    const names = this.#byWord.get(word) ?? [];
    if (names.includes(trimmed)) return;
    if (this.#count >= MAX_NAMES) {
      this.#refused++;
      return;
    }
    this.#count++;
    names.push(trimmed);
    names.sort((a, b) => b.length - a.length);
    this.#byWord.set(word, names);
  }

  /** Where they stand in a text, in order; of two in one place, the longer one. */
  find(text: string): Span[] {
    if (this.#count === 0) return [];
    const found: Span[] = [];
    let done = 0;
    const lowered = lower(text);
    for (const { 0: word, index } of lowered.matchAll(WORD)) {
      if (index < done) continue;
      const name = this.#byWord.get(word)?.find((known) => standsAt(lowered, known, index));
      if (name === undefined) continue;
      done = index + name.length;
      found.push({ from: index, to: done });
    }
    return found;
  }
}

function standsAt(text: string, name: string, at: number): boolean {
  return text.startsWith(name, at) && !/[a-z0-9]/.test(text.charAt(at + name.length));
}

/** Of as many characters: toLowerCase() makes two of some. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
