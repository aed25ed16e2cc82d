/** Longest value that is taken whole: more than a caller takes whose arguments are as long as they can be. */
const MAX_VALUE_BYTES = 4 * 1024 * 1024;
const MAX_NAME_BYTES = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

export interface SplitHandler {
  /** A member of the outermost object that is no array. Undefined in place of a text that is too long. */
  member(name: string, text: string | undefined): void;
  /** An item of a member that is an array. */
  item(name: string, text: string | undefined): void;
}

type State =
  | 'begin'
  | 'name'
  | 'in-name'
  | 'colon'
  | 'value'
  | 'in-value'
  | 'item'
  | 'in-item'
  | 'nested'
  | 'end'
  | 'broken';

/**
 * The outermost object of a JSON text, a member or an item at a time, so that a file of any size and any shape
 * takes no more memory than its longest item. What is within them is left to JSON.parse.
 */
export class JsonSplitter {
  readonly #handler: SplitHandler;
  readonly #nested: ReadonlySet<string>;
  #child: JsonSplitter | undefined;
  #state: State = 'begin';
  #name = '';
  #parts: Buffer[] = [];
  #length = 0;
  /** Of brackets and braces within the value. */
  #depth = 0;
  #inText = false;
  #escaped = false;
  #offset = 0;
  #brokenAt: number | undefined;

  /** @param nested members that are objects, to be split too: theirs are called `name.member` */
  constructor(handler: SplitHandler, nested: readonly string[] = []) {
    this.#handler = handler;
    this.#nested = new Set(nested);
  }

  /** Offset of the first byte that cannot stand there; undefined where none was seen. */
  get brokenAt(): number | undefined {
    return this.#brokenAt;
  }

  /** The object was read to its end, and nothing stands behind it. */
  get isWhole(): boolean {
    return this.#state === 'end';
  }

  push(chunk: Buffer): void {
    this.#read(chunk, 0, false);
    this.#offset += chunk.length;
  }

  /** @returns where it stopped: at the end of the object, if it is to */
  #read(chunk: Buffer, start: number, stops: boolean): number {
    let from = start;
    let at = start;
    for (; at < chunk.length && !this.#hasBroken(); at++) {
      if (stops && this.isWhole) return at;
      if (this.#child !== undefined) {
        at = this.#readChild(this.#child, chunk, at) - 1;
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (this.#state === 'in-value' || this.#state === 'in-item') {
        if (!this.#within(byte)) continue;
        this.#keep(chunk, from, at);
        this.#finish(byte);
        if (this.#hasBroken()) this.#brokenAt = this.#offset + at;
      } else if (this.#state === 'in-name') {
        if (byte !== QUOTE) continue;
        this.#keep(chunk, from, at);
        this.#name = this.#take(MAX_NAME_BYTES) ?? '';
        this.#state = 'colon';
      } else if (!isBlank(byte)) {
        const begins = this.#between(byte);
        // A name's quote does not belong to it.
        if (begins) from = byte === QUOTE && this.#isInName() ? at + 1 : at;
        if (this.#hasBroken()) this.#brokenAt = this.#offset + at;
      }
    }
    if (this.#state.startsWith('in-')) this.#keep(chunk, from, chunk.length);
    return at;
  }

  #readChild(child: JsonSplitter, chunk: Buffer, at: number): number {
    const end = child.#read(chunk, at, true);
    if (child.isWhole) {
      this.#child = undefined;
      this.#state = 'name';
    } else if (child.#hasBroken()) {
      this.#state = 'broken';
      this.#brokenAt = this.#offset + end;
    }
    return end;
  }

  #beginNested(): void {
    const { member, item } = this.#handler;
    const outer = `${this.#name}.`;
    this.#child = new JsonSplitter({
      member: (name, text) => member(outer + name, text),
      item: (name, text) => item(outer + name, text),
    });
    this.#child.#state = 'name';
    this.#state = 'nested';
  }

  #isInName(): boolean {
    return this.#state === 'in-name';
  }

  #hasBroken(): boolean {
    return this.#state === 'broken';
  }

  /** @returns whether something begins that is kept */
  #between(byte: number): boolean {
    switch (this.#state) {
      case 'begin':
        this.#state = byte === OPEN_BRACE ? 'name' : 'broken';
        return false;
      case 'name':
        if (byte === CLOSE_BRACE) this.#state = 'end';
        else if (byte !== COMMA) this.#state = byte === QUOTE ? 'in-name' : 'broken';
        return this.#state === 'in-name';
      case 'colon':
        this.#state = byte === COLON ? 'value' : 'broken';
        return false;
      case 'value':
        if (byte === OPEN_BRACKET) {
          this.#state = 'item';
          return false;
        }
        if (byte === OPEN_BRACE && this.#nested.has(this.#name)) {
          this.#beginNested();
          return false;
        }
        return this.#begin(byte, 'in-value');
      case 'item':
        if (byte === CLOSE_BRACKET) this.#state = 'name';
        if (byte === CLOSE_BRACKET || byte === COMMA) return false;
        return this.#begin(byte, 'in-item');
      default:
        this.#state = 'broken';
        return false;
    }
  }

  #begin(byte: number, state: State): boolean {
    this.#state = byte === COMMA || byte === COLON || isClosing(byte) ? 'broken' : state;
    this.#depth = 0;
    this.#inText = false;
    this.#escaped = false;
    if (this.#state === state) this.#within(byte);
    return this.#state === state;
  }

  /** @returns whether the byte stands behind the value */
  #within(byte: number): boolean {
    if (this.#inText) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inText = false;
    } else if (byte === QUOTE) this.#inText = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) this.#depth++;
    else if (isClosing(byte)) return this.#depth-- === 0;
    else return byte === COMMA && this.#depth === 0;
    return false;
  }

  #finish(byte: number): void {
    const isItem = this.#state === 'in-item';
    const text = this.#take(MAX_VALUE_BYTES);
    if (isItem) this.#handler.item(this.#name, text);
    else this.#handler.member(this.#name, text);
    if (byte === COMMA) this.#state = isItem ? 'item' : 'name';
    else if (isItem) this.#state = byte === CLOSE_BRACKET ? 'name' : 'broken';
    else this.#state = byte === CLOSE_BRACE ? 'end' : 'broken';
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    this.#length += to - from;
    // Of what is too long, no more is kept.
    if (this.#length > MAX_VALUE_BYTES) this.#parts = [];
    else this.#parts.push(Buffer.from(chunk.subarray(from, to)));
  }

  #take(maximum: number): string | undefined {
    const text = this.#length > maximum ? undefined : Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#length = 0;
    return text;
  }
}

function isClosing(byte: number): boolean {
  return byte === CLOSE_BRACKET || byte === CLOSE_BRACE;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
