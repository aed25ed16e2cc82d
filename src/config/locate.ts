/** Where in a text something stands, counted from 1; columns in UTF-16 units, as editors count. */
export interface Position {
  line: number;
  column: number;
}

/** Keys that stand deeper are none of ours, and their paths would cost their square. */
const MAX_DEPTH = 8;

/** Of a path of keys and indexes. */
export function pathId(path: readonly (string | number)[]): string {
  return JSON.stringify(path);
}

/**
 * Finds where the keys of a TOML document stand, of which smol-toml tells nothing once it is parsed. Takes a
 * document for valid: it is asked after the parser. Of another, what it finds is of no use, but it ends.
 */
export class Locations {
  readonly #text: string;
  readonly #lineStarts: number[] = [0];
  readonly #keys = new Map<string, number>();
  readonly #values = new Map<string, number>();
  /** Elements of arrays of tables, by the array's path. */
  readonly #elements = new Map<string, number>();
  #at = 0;
  #table: (string | number)[] = [];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
    if (text.startsWith('\uFEFF')) this.#at = 1;
    while (this.#at < text.length) this.#statement();
  }

  /** Of the key; of the nearest table around it, where the text has no such key itself. */
  key(path: readonly (string | number)[]): Position {
    return this.#position(this.#keys, path);
  }

  value(path: readonly (string | number)[]): Position {
    const offset = this.#values.get(pathId(path));
    return offset === undefined ? this.key(path) : this.at(offset);
  }

  /** The value as it is written, that many characters of it; undefined where the text has no such key itself. */
  source(path: readonly (string | number)[], length: number): string | undefined {
    const offset = this.#values.get(pathId(path));
    return offset === undefined ? undefined : this.#text.slice(offset, offset + length);
  }

  at(offset: number): Position {
    let [low, high] = [0, this.#lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  #position(offsets: ReadonlyMap<string, number>, path: readonly (string | number)[]): Position {
    for (let length = path.length; length > 0; length--) {
      const offset = offsets.get(pathId(path.slice(0, length)));
      if (offset !== undefined) return this.at(offset);
    }
    return { line: 1, column: 1 };
  }

  /** A table's header, a key with its value, or what stands between. */
  #statement(): void {
    const before = this.#at;
    this.#space(true);
    if (this.#at >= this.#text.length) return;
    if (this.#text[this.#at] === '[') this.#header();
    else this.#pair(this.#table);
    // Whatever the text is, it goes on.
    if (this.#at === before) this.#at++;
  }

  #header(): void {
    const start = this.#at;
    const isArray = this.#text.startsWith('[[', start);
    this.#at += isArray ? 2 : 1;
    const keys = this.#keyParts();
    this.#take(']');
    if (isArray) this.#take(']');
    const path: (string | number)[] = [];
    for (const [index, key] of keys.slice(0, MAX_DEPTH).entries()) {
      path.push(key);
      const id = pathId(path);
      if (isArray && index === keys.length - 1) {
        this.#note(this.#keys, path, start);
        const count = this.#elements.get(id) ?? 0;
        this.#elements.set(id, count + 1);
        path.push(count);
        this.#note(this.#values, path, start);
      } else {
        const count = this.#elements.get(id);
        if (count !== undefined) path.push(count - 1);
      }
      this.#note(this.#keys, path, start);
    }
    // So that nothing is noted of what is too deep.
    this.#table = keys.length > MAX_DEPTH ? new Array(MAX_DEPTH + 1).fill('') : path;
  }

  #pair(table: readonly (string | number)[]): void {
    const start = this.#at;
    const keys = this.#keyParts();
    this.#take('=');
    this.#space(false);
    const path = [...table];
    for (const key of keys.slice(0, MAX_DEPTH + 1)) {
      path.push(key);
      this.#note(this.#keys, path, start);
    }
    this.#value(path);
  }

  #keyParts(): string[] {
    const parts: string[] = [];
    for (;;) {
      this.#space(false);
      parts.push(this.#keyPart());
      this.#space(false);
      if (this.#text[this.#at] !== '.') return parts;
      this.#at++;
    }
  }

  #keyPart(): string {
    const start = this.#at;
    const quote = this.#text[start];
    if (quote === '"' || quote === "'") {
      this.#string();
      const raw = this.#text.slice(start, this.#at);
      return quote === "'" ? raw.slice(1, -1) : unescaped(raw);
    }
    BARE_KEY.lastIndex = start;
    BARE_KEY.test(this.#text);
    this.#at = Math.max(start, BARE_KEY.lastIndex);
    return this.#text.slice(start, this.#at);
  }

  #value(path: readonly (string | number)[]): void {
    this.#note(this.#values, path, this.#at);
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") this.#string();
    else if (first === '[') this.#array(path);
    else if (first === '{') this.#inlineTable(path);
    else {
      SCALAR.lastIndex = this.#at;
      SCALAR.test(this.#text);
      this.#at = Math.max(this.#at, SCALAR.lastIndex);
    }
  }

  /** The parser has bounded how deep values nest: see MAX_NESTING of parse.ts. */
  #array(path: readonly (string | number)[]): void {
    this.#at++;
    for (let index = 0; this.#at < this.#text.length; index++) {
      const before = this.#at;
      this.#space(true);
      if (this.#take(']')) return;
      this.#value([...path, index]);
      this.#space(true);
      if (!this.#take(',') && this.#at === before) return;
    }
  }

  #inlineTable(path: readonly (string | number)[]): void {
    this.#at++;
    while (this.#at < this.#text.length) {
      const before = this.#at;
      this.#space(true);
      if (this.#take('}')) return;
      this.#pair(path);
      this.#space(true);
      if (!this.#take(',') && this.#at === before) return;
    }
  }

  #string(): void {
    const quote = this.#text[this.#at] ?? '';
    const triple = quote.repeat(3);
    const isLong = this.#text.startsWith(triple, this.#at);
    const mark = isLong ? triple : quote;
    this.#at += mark.length;
    while (this.#at < this.#text.length) {
      if (quote === '"' && this.#text[this.#at] === '\\') this.#at += 2;
      else if (this.#text.startsWith(mark, this.#at)) {
        this.#at += mark.length;
        // Up to two more belong to the string.
        for (let more = 0; isLong && more < 2 && this.#text[this.#at] === quote; more++) this.#at++;
        return;
      } else this.#at++;
    }
  }

  #space(lines: boolean): void {
    const pattern = lines ? SPACE_AND_COMMENTS : BLANKS;
    pattern.lastIndex = this.#at;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
  }

  #take(character: string): boolean {
    const isThere = this.#text[this.#at] === character;
    if (isThere) this.#at++;
    return isThere;
  }

  /** The first: a table may be named again, by those below it. */
  #note(offsets: Map<string, number>, path: readonly (string | number)[], offset: number): void {
    if (path.length > MAX_DEPTH) return;
    const id = pathId(path);
    if (!offsets.has(id)) offsets.set(id, offset);
  }
}

const BARE_KEY = /[\w-]*/y;
const SCALAR = /[^,\]}\n#]*/y;
const BLANKS = /[ \t]*/y;
const SPACE_AND_COMMENTS = /(?:[ \t\r\n]|#[^\n]*)*/y;

/** Escapes of TOML that are not JSON's too are none that a key of ours has. */
function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}
