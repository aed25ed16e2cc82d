import type { Normal } from './normal.ts';
import type { Spans } from './spans.ts';

/** The line before a private key (RFC 7468 §2; OpenPGP's says BLOCK); in a form, `+` is a blank. */
const BEGIN = /-----BEGIN[ +](?:[A-Z\d]{1,16}[ +]){0,3}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----/g;
const END = '-----END';
/** Between both lines; what looks for them (`sed -n '/…/,/…/p'`) has none. */
const KEY = /[A-Za-z\d+/]{16}/;
/** Of a key that was cut: its line, and not the end of the quotes in which somebody looks for that line. */
const CUT_KEY = /^(?:\s|\\{1,4}[nr]){0,8}[\w+/]{4}/;

/** What stands between the lines around a private key, which are shown: they tell what it was. */
export function findPrivateKeys(normal: Normal, spans: Spans): void {
  const { text } = normal;
  if (!text.includes('-----BEGIN')) return;
  let end = 0;
  BEGIN.lastIndex = 0;
  while (BEGIN.test(text)) {
    const from = BEGIN.lastIndex;
    if (end >= 0) end = text.indexOf(END, from);
    const to = end < 0 ? text.length : end;
    const isKey = end < 0 ? CUT_KEY.test(text.slice(from, from + 80)) : KEY.test(text.slice(from, to));
    if (isKey) spans.add(normal, { from, to });
    // Where there is none up to the end, there is none behind a line before it either.
    if (end >= 0 || isKey) BEGIN.lastIndex = to;
  }
}
