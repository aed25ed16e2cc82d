import { isLiteral, type Normal } from './normal.ts';
import type { Span } from './spans.ts';

/** A quotation mark with the backslashes before it: within quoted code, `\"` opens and closes. */
export interface Quote {
  kind: string;
  backslashes: number;
  literal: boolean;
  /** Behind it. */
  end: number;
}

/**
 * Reads values as shells and programming languages write them: words, of quoted and unquoted pieces
 * (`ab"c d"`, `$'…'`, `b"…"`, `"""…"""`), with brackets in which anything may stand (`$(…)`, `["…"]`).
 * What is not closed goes on to the end. Positions only ever advance, so reading is linear.
 */
export class Words {
  readonly normal: Normal;
  readonly text: string;

  constructor(normal: Normal) {
    this.normal = normal;
    this.text = normal.text;
  }

  quoteAt(at: number): Quote | undefined {
    let end = at;
    while (this.text[end] === '\\') end++;
    const kind = this.text[end];
    if (kind !== '"' && kind !== "'" && kind !== '`') return undefined;
    return { kind, backslashes: end - at, literal: isLiteral(this.normal, end), end: end + 1 };
  }

  /** The quotation mark that ends before `end`. */
  quoteBefore(end: number): Quote | undefined {
    const kind = this.text[end - 1];
    if (kind !== '"' && kind !== "'" && kind !== '`') return undefined;
    let start = end - 1;
    while (start > end - 9 && this.text[start - 1] === '\\') start--;
    return { kind, backslashes: end - 1 - start, literal: isLiteral(this.normal, end - 1), end };
  }

  isBlank(at: number): boolean {
    const character = this.text[at];
    return character === ' ' || character === '\t' || character === '\n' || character === '\r';
  }

  skipBlanks(from: number): number {
    let at = from;
    while (this.isBlank(at)) at++;
    return at;
  }

  /** Blanks, and line breaks that a backslash takes back. */
  skipContinued(from: number): number {
    let at = this.skipBlanks(from);
    while (this.text[at] === '\\' && this.isLineEnd(at + 1)) at = this.skipBlanks(at + 1);
    return at;
  }

  isLineEnd(at: number): boolean {
    return (this.text[at] === '\n' || this.text[at] === '\r') && isLiteral(this.normal, at);
  }

  /**
   * One value, without its quotes where they are around all of it.
   * @param open quotes within which it stands, any of which ends it
   * @param code whether a comma or a closing bracket ends it too
   * @param stop a character that ends it outside of quotes
   */
  value(from: number, open: readonly Quote[], code: boolean, stop = ''): Span | undefined {
    let start = from;
    let at = from;
    let around = open;
    let closed = code;
    let whole: Span | undefined;
    while (at < this.text.length && !(this.isBlank(at) && isLiteral(this.normal, at))) {
      const quote = this.quoteAt(at);
      if (quote !== undefined && closes(around, quote)) {
        if (!this.#goesOn(quote.end)) break;
        // The quote around the name ends, and the word goes on: 'password='"x".
        if (at === start) start = quote.end;
        around = [];
        at = quote.end;
        closed = true;
        whole = undefined;
      } else if (quote !== undefined && (quote.backslashes === 0 || at === start)) {
        const inner = this.#closing(quote);
        whole = at === start ? { from: quote.end, to: inner.from } : undefined;
        at = inner.to;
        closed = true;
      } else if (isOpening(this.text[at])) {
        at = this.#behindBracket(at);
        closed = true;
        whole = undefined;
      } else if ((closed && this.isCloser(at)) || this.#isStop(at, stop)) break;
      else {
        at = this.#next(at);
        whole = undefined;
      }
    }
    const span = whole ?? { from: start, to: Math.min(at, this.text.length) };
    return span.to > span.from ? span : undefined;
  }

  /** A value that holds blanks, as headers do: it ends with a quote around it, or with the line. */
  line(from: number, open: readonly Quote[], stop = ''): Span | undefined {
    let to = from;
    while (to < this.text.length && !this.isLineEnd(to) && !this.#isStop(to, stop)) {
      const quote = this.quoteAt(to);
      if (quote === undefined) to = this.#next(to);
      else if (!closes(open, quote)) to = quote.end;
      else {
        if (this.#goesOn(quote.end)) to = this.value(quote.end, [], false)?.to ?? to;
        break;
      }
    }
    return to > from ? { from, to } : undefined;
  }

  /** What stands in the bracket at `at`. */
  bracket(at: number): Span {
    const to = this.#behindBracket(at);
    const last = this.text[to - 1] ?? '';
    return { from: at + 1, to: to - 1 > at && ')]}'.includes(last) ? to - 1 : to };
  }

  /** What can stand behind a value in code and in JSON, and hardly within one. */
  isCloser(at: number): boolean {
    const character = this.text[at] ?? '';
    if (')]};|&<>'.includes(character)) return true;
    return character === ',' && AFTER_COMMA.test(this.text.slice(at + 1, at + 72));
  }

  #isStop(at: number, stop: string): boolean {
    return this.text[at] === stop && isLiteral(this.normal, at);
  }

  #goesOn(at: number): boolean {
    return at < this.text.length && !this.isBlank(at) && !this.isCloser(at);
  }

  /** Behind the character at `at`, and what a backslash before it takes along. */
  #next(at: number): number {
    const count = this.text[at] === '\\' ? this.#backslashes(at) : 0;
    return at + count + (count % 2 === 1 || count === 0 ? 1 : 0);
  }

  #backslashes(at: number): number {
    let end = at;
    while (this.text[end] === '\\') end++;
    return end - at;
  }

  /** What is before the closing quote, and behind it. */
  #closing(quote: Quote): Span {
    const { text } = this;
    const triple = quote.kind.repeat(3);
    if (quote.kind !== '`' && quote.backslashes === 0 && text.startsWith(triple, quote.end - 1)) {
      const end = text.indexOf(triple, quote.end + 2);
      return end < 0 ? { from: text.length, to: text.length } : { from: end, to: end + 3 };
    }
    let at = quote.end;
    while (at < text.length) {
      const backslashes = text[at] === '\\' ? this.#backslashes(at) : 0;
      const mark = at + backslashes;
      const escaped = quote.backslashes === 0 ? backslashes % 2 === 1 : backslashes > quote.backslashes;
      if (text[mark] === quote.kind && !escaped && (!quote.literal || isLiteral(this.normal, mark))) {
        return { from: quote.backslashes === 0 ? mark : at, to: mark + 1 };
      }
      at = mark + 1;
    }
    return { from: text.length, to: text.length };
  }

  #behindBracket(from: number): number {
    let depth = 0;
    let at = from;
    while (at < this.text.length) {
      const quote = this.quoteAt(at);
      if (quote !== undefined) {
        at = this.#closing(quote).to;
        continue;
      }
      const character = this.text[at] ?? '';
      if (isOpening(character)) depth++;
      else if (')]}'.includes(character) && --depth === 0) return at + 1;
      at = this.#next(at);
    }
    return this.text.length;
  }
}

const AFTER_COMMA = /^(?:$|[\s"'`\\[{(<*]|[\w.$-]{1,64}\s?[=:])/;

function isOpening(character: string | undefined): boolean {
  return character === '(' || character === '[' || character === '{';
}

export function closes(open: readonly Quote[], quote: Quote): boolean {
  return open.some(
    ({ kind, backslashes, literal }) =>
      kind === quote.kind && quote.backslashes <= backslashes && (quote.literal || !literal),
  );
}

/** Which quotes are open as a text is passed: the outer one, and one within it. */
export class OpenQuotes {
  readonly #words: Words;
  #at = 0;
  #open: Quote[] = [];

  constructor(words: Words) {
    this.#words = words;
  }

  /** Those open at `at`, which is not before that of the last call. */
  openAt(at: number): readonly Quote[] {
    const { text } = this.#words;
    while (this.#at < at) {
      const character = text[this.#at];
      if (character === '\\') this.#at++;
      else if (character === '"' || character === '`' || character === "'") this.#pass();
      this.#at++;
    }
    return this.#open;
  }

  #pass(): void {
    const { text } = this.#words;
    const quote = this.#words.quoteAt(this.#at);
    if (quote === undefined || !quote.literal) return;
    const same = this.#open.findIndex(({ kind }) => kind === quote.kind);
    if (same >= 0) this.#open = this.#open.slice(0, same);
    else if (isApostrophe(text, this.#at) || this.#open.length > 1) return;
    else this.#open = [...this.#open, quote];
  }
}

function isApostrophe(text: string, at: number): boolean {
  return text[at] === "'" && /^[a-z]'[a-z]$/i.test(text.slice(at - 1, at + 2));
}
