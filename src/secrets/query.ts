import type { Normal } from './normal.ts';
import type { Span, Spans } from './spans.ts';

const QUERY_VALUE = /([?&][^\s=&?#'"]*=)((?:"[^"]*"?|'[^']*'?)?[^\s&#'"]*)/g;

/** A parameter without `=` that is shown: plain lower-case words, as in `?recursive` and `?list-type`. */
const BARE_NAME = /^(?=.{1,16}$)[a-z]+(?:[-_.][a-z]+)*$/;
/** A name whose value is empty, or `=`: base64 ends so, thus it has to consist of words. */
const WORDS = /^(?=.{1,32}$)[A-Za-z]+(?:[-_.][A-Za-z]+)*$/;
/** A name with a value. */
const NAME = /^(?=.{1,40}$)[A-Za-z_$][\w.:$[\]-]*$/;
/** No one writes a name that is as long as that without a break. */
const UNBROKEN = /[A-Za-z\d]{25}/;

/** Values of queries in any text, and all of one that is quoted (`"http://h/?q=a b"`). */
export function findQueries(normal: Normal, spans: Spans): void {
  const { text } = normal;
  for (const { index, 1: name = '', 2: value = '' } of text.matchAll(QUERY_VALUE)) {
    const from = index + name.length;
    spans.add(normal, { from, to: from + value.length });
  }
  findUrls(normal, spans);
}

const MARK = /[\s"'`?]/g;
const REST_OF_WORD = /[^\s"'`#]*/y;

function findUrls(normal: Normal, spans: Spans): void {
  const { text } = normal;
  if (!text.includes('?')) return;
  let start = 0;
  const isNoneLeft = new Set<string>();
  MARK.lastIndex = 0;
  for (let match = MARK.exec(text); match !== null; match = MARK.exec(text)) {
    if (match[0] !== '?') {
      start = match.index + 1;
      continue;
    }
    const from = match.index + 1;
    const url = text.slice(start, match.index);
    const quote = text[start - 1] ?? '';
    const isQuoted = url.includes('/') && /["'`]/.test(quote) && !isNoneLeft.has(quote);
    const closing = isQuoted ? text.indexOf(quote, from) : -1;
    if (isQuoted && closing < 0) isNoneLeft.add(quote);
    let to = closing;
    if (closing < 0) {
      REST_OF_WORD.lastIndex = from;
      REST_OF_WORD.test(text);
      to = REST_OF_WORD.lastIndex;
    }
    findParameters(normal, { from, to }, spans, isUrl(url));
    MARK.lastIndex = to;
  }
}

/** Whether the text before a `?` can be nothing but a URL; of other texts, only parameters with `=` count. */
export function isUrl(text: string): boolean {
  return /^[\w=(,<[-]{0,64}:?\\{0,4}\/\\{0,4}\//.test(text);
}

/** Every parameter of a query: its value, and its name too where it may be a secret itself. */
export function findParameters(normal: Normal, { from, to }: Span, spans: Spans, bare: boolean): void {
  let start = from;
  for (const parameter of normal.text.slice(from, to).split('&')) {
    const span = secretOf(parameter, bare);
    if (span !== undefined) spans.add(normal, { from: start + span.from, to: start + span.to });
    start += parameter.length + 1;
  }
}

function secretOf(parameter: string, bare: boolean): Span | undefined {
  const whole = { from: 0, to: parameter.length };
  const equals = parameter.indexOf('=');
  if (equals < 0) return bare && !BARE_NAME.test(parameter) ? whole : undefined;
  const name = parameter.slice(0, equals);
  if (!bare) return { from: equals + 1, to: parameter.length };
  const isEmpty = /^=+$/.test(parameter.slice(equals));
  const isName = isEmpty ? WORDS.test(name) : NAME.test(decode(name));
  return isName && !UNBROKEN.test(name) ? { from: equals + 1, to: parameter.length } : whole;
}

/** `%5B` and `%24` are usual in names. */
function decode(name: string): string {
  return name.replace(/%(?:5B|5D|24|3A)/gi, '_');
}
