import { KEY_VALUE_CLIENT, NO_PROGRAMS, SQL_CLIENT, SQL_FLAGS } from './clients.ts';
import type { Normal } from './normal.ts';
import type { Spans } from './spans.ts';
import { OpenQuotes, Words } from './words.ts';

/** Within code of a shell, a program that takes a secret by an option of its own; not what `find` looks for. */
const PROGRAM = new RegExp(
  String.raw`(?<!(?:^|\s)-i?name[ \t]{0,4})(?:^|[\s;&|(\x60'">{]|(?<!${NO_PROGRAMS})\/)` +
    String.raw`(?:(${SQL_CLIENT})|(sshpass)|(${KEY_VALUE_CLIENT}))(?=['"]?(?:[ \t]|\\\n))`,
  'g',
);

/** By program, its option, up to where the value begins. */
const OPTIONS: readonly RegExp[] = [
  // Behind flags that take no value; alone, it asks for the password. Elsewhere, `-p` is a port.
  new RegExp(String.raw`[ \t\n]['"]?-${SQL_FLAGS}p(?=[^\s'"])|[ \t\n]-p(?=(['"])(?!\1))`, 'g'),
  // What comes behind its own options is another command.
  /^['"]?(?:(?:[ \t]|\\\n)+['"]?-(?:v{1,3}|P[ \t]{0,4}\S{1,64})['"]?)*(?:[ \t]|\\\n)+['"]?-v{0,3}p(?:['"]?(?:[ \t]|\\\n)+)?/g,
  /[ \t\n]['"]?-a['"]?(?:[ \t]|\\\n)+/g,
];

/** How far behind a program its options are looked for. */
const REACH = 512;
/** The rest of the command, with what is quoted in it, and lines that a backslash joins. */
const COMMAND = /^(?:[^\n;&|\\'"]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|['"](?=\s))*/;
const OPERATOR = /[;|&<>()]/;

/** Passwords of database clients and the like, which only their program tells from other values. */
export function findCommands(normal: Normal, spans: Spans): void {
  const { text } = normal;
  const words = new Words(normal);
  const quotes = new OpenQuotes(words);
  const read = OPTIONS.map(() => 0);
  PROGRAM.lastIndex = 0;
  for (let match = PROGRAM.exec(text); match !== null; match = PROGRAM.exec(text)) {
    const which = match.slice(1).findIndex((program) => program !== undefined);
    const option = OPTIONS[which];
    const begin = PROGRAM.lastIndex;
    const [command = ''] = COMMAND.exec(text.slice(begin, begin + REACH)) ?? [];
    // What is open there is, for all that is found in the command, which stands within it.
    const open = quotes.openAt(begin);
    for (const found of option === undefined ? [] : command.matchAll(option)) {
      const from = begin + found.index + found[0].length;
      // It is an option of the program before, too.
      if (from <= (read[which] ?? 0)) continue;
      read[which] = from;
      const value = words.value(from, open, false);
      if (value === undefined) continue;
      const to = endOf(text, value.from, value.to);
      spans.add(normal, { from: value.from, to });
      // A value that has no end is read once.
      if (to > begin + REACH) PROGRAM.lastIndex = Math.max(PROGRAM.lastIndex, to - 1);
    }
  }
}

/** Outside of quotes, an operator of the shell ends a value. */
function endOf(text: string, from: number, to: number): number {
  const value = text.slice(from, to);
  const at = /['"\\]/.test(value) ? -1 : value.search(OPERATOR);
  return at <= 0 ? to : from + at;
}
