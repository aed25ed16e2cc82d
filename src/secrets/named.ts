import { eachName, isOption, isPlainOption, URL_START } from './names.ts';
import type { Normal } from './normal.ts';
import type { Span, Spans } from './spans.ts';
import { closes, OpenQuotes, type Quote, Words } from './words.ts';

/** What a value of `Authorization` begins with; the secret is the next word. */
const SCHEME = /^(?:bearer|basic|token|negotiate|ntlm|apikey)$/i;
/** Of these, it is all the rest. */
const LONG_SCHEME = /^(?:digest|aws4-[\w-]{1,32}),?$/i;

/** What comes before the name of a variable that is set without a `=`. */
const SETS = /(?:^|[\s;&|('"`])(?:setenv|set(?:\s+-{1,2}[\w-]{1,16}){0,3})\s+(?:[\w./@:-]{0,64}[/:])?$/;
/** Names that netrc, and others like it, put before a word: `login u password x`. */
const TAKES_WORD = /^(?:bearer|password|passwd|passphrase)$/i;

/** In a connection string (`Server=a;Pwd=b c;`) values hold blanks. */
const IN_CONNECTION_STRING = /=[^;=]{0,128};[ ]?$/;
/** Behind `;` in a shell, a command follows with its options or its URL. */
const LIKE_COMMAND = /\s-|:\/\//;

/** Between two strings of one value, in code; with the quote that closes the first. */
const OPERATOR = /^["'`]?[ \t]{0,8}(?:\+|%|\.|\|\||\?\?)\s{0,8}(?=["'`])/;
const CALL = /^[ \t]{1,8}(?=["'`])/;

/** Values that follow a sensitive name, in any of the ways in which people and programs write one. */
export function findNamed(normal: Normal, spans: Spans): void {
  new NamedValues(normal, spans).find();
}

class NamedValues {
  readonly #normal: Normal;
  readonly #text: string;
  readonly #spans: Spans;
  readonly #words: Words;
  readonly #quotes: OpenQuotes;

  constructor(normal: Normal, spans: Spans) {
    this.#normal = normal;
    this.#text = normal.text;
    this.#spans = spans;
    this.#words = new Words(normal);
    this.#quotes = new OpenQuotes(this.#words);
  }

  find(): void {
    eachName(this.#text, (start, end) => {
      const value = this.#value(start, end);
      if (value === undefined) return end;
      this.#spans.add(this.#normal, value);
      return Math.max(end, value.to);
    });
  }

  #value(start: number, end: number): Span | undefined {
    const text = this.#text;
    const words = this.#words;
    const opening = words.quoteBefore(start);
    const closing = opening && words.quoteAt(end);
    const isQuoted = closing !== undefined && closes([opening as Quote], closing);
    let after = isQuoted ? closing.end : end;
    if (!isQuoted && '([{'.includes(text[end] || ' ')) {
      const inside = this.#inBracket(end);
      if (inside !== undefined) return inside;
    }
    if (text[start - 1] === '<' || text[start - 1] === ':') {
      const content = this.#inElement(start, end);
      if (content !== undefined) return content;
    }
    // user[password]=x, environ["PASSWORD"] = x
    for (let brackets = 0; brackets < 4 && text[after] === ']'; brackets++) after++;
    // $h{password} = "x", but not "${password}: x"
    if (text[after] === '}' && text.slice(start - 2, start) !== '${') after++;
    const name = text.slice(start, end);
    const at = words.skipContinued(after);
    const separator = separatorAt(text, at, isQuoted || isOption(name));
    if (separator > 0) return this.#separated(start, at, separator, isQuoted, opening);
    if (/^bearer$/i.test(name) && text[end] === '+') return words.value(end + 1, [], false);
    return at === after ? undefined : this.#nextWord(start, name, at, isQuoted);
  }

  #separated(
    start: number,
    at: number,
    length: number,
    isQuoted: boolean,
    opening: Quote | undefined,
  ): Span | undefined {
    const text = this.#text;
    const words = this.#words;
    const from = words.skipContinued(at + length);
    if (from >= text.length) return undefined;
    const around = isQuoted || opening === undefined ? [] : [opening];
    const open = [...this.#quotes.openAt(from), ...around];
    const quote = words.quoteAt(from);
    const isClosed = quote !== undefined && closes(open, quote);
    if (isClosed && from > at + length && this.#text[at] !== ':') return undefined;
    const isHeader = text[at] === ':' && text[at + 1] !== '=' && !isQuoted;
    if (isHeader && (quote === undefined || isClosed)) return this.#header(from, open, quote, isClosed);
    if (!isQuoted && text[at] === '=' && quote === undefined) {
      const field = this.#field(start, from, open, opening !== undefined);
      if (field !== undefined) return field;
    }
    const isParameter = text[at] === '=' && (text[start - 1] === '?' || text[start - 1] === '&');
    const value = words.value(from, open, isQuoted && text[at] === ':', isParameter ? '&' : '');
    if (isClosed && value === undefined) return this.#joined(quote.end);
    const hasBlank = from > at + length && quote === undefined;
    return value && this.#withRest(this.#withScheme(value, open), open, hasBlank);
  }

  #header(
    from: number,
    open: readonly Quote[],
    quote: Quote | undefined,
    isClosed: boolean,
  ): Span | undefined {
    if (!isClosed || quote === undefined) return this.#words.line(from, open);
    return this.#words.value(from, open, false) ?? this.#joined(quote.end);
  }

  /** `"token: " + "x"`. */
  #joined(from: number): Span | undefined {
    const operator = /^\s{0,8}[+.%,]?\s{0,8}(?=["'`])/.exec(this.#text.slice(from, from + 24));
    if (operator === null || operator[0].trim() === '') return undefined;
    return this.#words.value(from + operator[0].length, [], true);
  }

  /** `"a" + "b"`, and the argument of a function without brackets: `password = decode "x"`. */
  #withRest(value: Span, open: readonly Quote[], isCall: boolean): Span {
    let { to } = value;
    for (;;) {
      const rest = this.#text.slice(to, to + 24);
      const operator = (isCall ? CALL : OPERATOR).exec(rest) ?? OPERATOR.exec(rest);
      const from = to + (operator?.[0].length ?? 0);
      const quote = operator === null ? undefined : this.#words.quoteAt(from);
      if (quote === undefined || closes(open, quote)) return { from: value.from, to };
      to = this.#words.value(from, open, true)?.to ?? from;
      if (to === from) return { from: value.from, to };
    }
  }

  #withScheme(value: Span, open: readonly Quote[]): Span {
    const word = this.#text.slice(value.from, Math.min(value.to, value.from + 48));
    const next = this.#words.skipBlanks(value.to);
    if (next === value.to) return value;
    if (LONG_SCHEME.test(word)) return { from: value.from, to: this.#words.line(next, open)?.to ?? value.to };
    if (!SCHEME.test(word)) return value;
    return { from: value.from, to: this.#words.value(next, open, false)?.to ?? value.to };
  }

  /** A value that holds blanks: of a connection string, of a form, or of an assignment that is quoted whole. */
  #field(start: number, from: number, open: readonly Quote[], isQuoted: boolean): Span | undefined {
    const text = this.#text;
    let stop = '';
    if (IN_CONNECTION_STRING.test(text.slice(Math.max(0, start - 160), start))) stop = ';';
    else if (open.length > 0 && text[start - 1] === '&') stop = '&';
    else if (!isQuoted) return undefined;
    const field = this.#words.line(from, open, stop);
    return field === undefined || LIKE_COMMAND.test(text.slice(field.from, field.to)) ? undefined : field;
  }

  #nextWord(start: number, name: string, at: number, isQuoted: boolean): Span | undefined {
    const text = this.#text;
    if (isQuoted || at >= text.length || text[start - 1] === '$') return undefined;
    const words = this.#words;
    const open = this.#quotes.openAt(at);
    const quote = words.quoteAt(at);
    if (quote !== undefined && closes(open, quote)) return undefined;
    const takes =
      isOption(name) || TAKES_WORD.test(name) || SETS.test(text.slice(Math.max(0, start - 128), start));
    if (!takes && quote === undefined) return undefined;
    const rest = text.slice(at, at + 64);
    return isPlainOption(rest) || URL_START.test(rest) ? undefined : words.value(at, open, false);
  }

  /** `token(x)`, `setPassword("x")`, `token[x]`; where `[x]` is but an index, with the value that follows. */
  #inBracket(at: number): Span | undefined {
    const words = this.#words;
    const inside = words.bracket(at);
    const isEmpty = words.skipBlanks(inside.from) >= inside.to;
    const next = words.skipBlanks(inside.to + 1);
    const separator = this.#text[at] === '[' ? separatorAt(this.#text, next, false) : 0;
    if (separator === 0) return isEmpty ? undefined : inside;
    const value = words.value(words.skipContinued(next + separator), [], false);
    return value === undefined ? inside : { from: inside.from, to: value.to };
  }

  /** `<password>x</password>`, `<w:Password Type="…">x`. */
  #inElement(start: number, end: number): Span | undefined {
    const text = this.#text;
    if (!/<(?:[\w-]{1,32}:)?$/.test(text.slice(Math.max(0, start - 34), start))) return undefined;
    const tag = /^[^<>]{0,256}>/.exec(text.slice(end, end + 257));
    if (tag === null || tag[0].endsWith('/>')) return undefined;
    const from = end + tag[0].length;
    const next = text.indexOf('<', from);
    const to = next < 0 ? text.length : next;
    return this.#words.skipBlanks(from) >= to ? undefined : { from, to };
  }
}

/** The length of what stands between a name and its value: `=`, `:`, `=>`, `:=`, `->`; 0 without. */
function separatorAt(text: string, at: number, listed: boolean): number {
  const first = text[at];
  if (first === '-' && text[at + 1] === '>') return 2;
  if (first === ',') return listed ? 1 : 0;
  if (first !== '=' && first !== ':') return 0;
  let end = at + 1;
  while (text[end] === '=' || text[end] === '>') end++;
  return end - at;
}
