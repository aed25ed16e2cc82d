import type { Normal } from './normal.ts';
import type { Spans } from './spans.ts';
import { OpenQuotes, Words } from './words.ts';

/** Before the password of a user in SQL (MySQL, MariaDB, Oracle, Db2): `IDENTIFIED WITH plugin BY 'x'`. */
const IDENTIFIED =
  /\bidentified\s{1,16}(?:(?:with|via)\s{1,16}[^\s;]{1,64}\s{1,16})?(?:by\s{1,16}|(?:as|using)\s{1,16}(?=["'\\]))(?:(?:password|values)\b\s{0,16})?/gi;

/** Passwords that a statement gives to a user; others stand behind the word PASSWORD. */
export function findIdentified(normal: Normal, spans: Spans): void {
  const { text } = normal;
  const words = new Words(normal);
  const quotes = new OpenQuotes(words);
  IDENTIFIED.lastIndex = 0;
  while (IDENTIFIED.test(text)) {
    const from = IDENTIFIED.lastIndex;
    const value = words.value(from, quotes.openAt(from), true);
    if (value === undefined) continue;
    spans.add(normal, value);
    IDENTIFIED.lastIndex = Math.max(from, value.to);
  }
}
