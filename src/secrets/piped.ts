import type { Normal } from './normal.ts';
import type { Spans } from './spans.ts';
import { OpenQuotes, Words } from './words.ts';

/** What prints its arguments: what comes next is piped. */
const PRINTS = /(?<![\w.-])(?:echo|printf)(?:[ \t]{1,8}-[neE]{1,3})*[ \t]{1,8}(?=[^\s|-])/g;

const BLANK = '[ \\t]{1,8}';
/** Programs that read a password from standard input, the first in the pipe. */
const TAKES_PASSWORD = new RegExp(
  String.raw`^([^|;&\n]{0,128})\|[ \t\n]{0,8}(?:sudo${BLANK}(?:-[a-zA-Z]{1,8}${BLANK})*)?(?:[\w./-]{0,64}\/)?` +
    `(?:chpasswd|passwd|smbpasswd|cryptsetup|kinit|ldappasswd|(?:sudo${BLANK})?(?:-[a-zA-Z]{0,8})?S(?![\\w-])|` +
    String.raw`[^|;&\n]{0,128}--(?:password-stdin|with-token|passphrase-fd[ =]0|pinentry-mode))`,
);
const REACH = 512;

/** `echo 'user:password' | chpasswd`, `printf %s password | docker login --password-stdin`. */
export function findPiped(normal: Normal, spans: Spans): void {
  const { text } = normal;
  if (!text.includes('|')) return;
  const words = new Words(normal);
  const quotes = new OpenQuotes(words);
  PRINTS.lastIndex = 0;
  while (PRINTS.test(text)) {
    const from = PRINTS.lastIndex;
    const value = words.value(from, quotes.openAt(from), true, '|');
    if (value === undefined) continue;
    PRINTS.lastIndex = Math.max(from, value.to);
    const [, more] = TAKES_PASSWORD.exec(text.slice(value.to, value.to + REACH)) ?? [];
    if (more === undefined) continue;
    // What is printed may be more than one word.
    spans.add(normal, {
      from: value.from,
      to: /[^\s"'`]/.test(more) ? value.to + more.trimEnd().length : value.to,
    });
  }
}
