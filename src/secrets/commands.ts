import type { Normal } from './normal.ts';
import type { Spans } from './spans.ts';
import { OpenQuotes, Words } from './words.ts';

/** Within code of a shell, a program that takes a secret by an option of its own; not what `find` looks for. */
const PROGRAM =
  /(?<!-i?name[ \t]{0,4})(?:^|[\s;&|(`'"/])(?:(mysql(?:dump|admin|import|check|show|slap|pump|binlog)?|mariadb(?:-[a-z-]{1,16})?|mycli)|(sshpass)|(redis-cli))(?=[ \t])/g;

/** By program: the option, and where its value begins. */
const OPTIONS: readonly RegExp[] = [
  // Alone, it asks for the password.
  /[ \t]['"]?-p(?=[^\s'"])|[ \t]-p(?=(['"])(?!\1))/,
  /[ \t]-p[ \t]*/,
  /[ \t]-a[ \t]+/,
];

/** The rest of the command: an option that stands farther behind is not found. */
const COMMAND = /[^\n;&|]{0,512}/y;

/** Passwords of database clients and the like, which only their program tells from other values. */
export function findCommands(normal: Normal, spans: Spans): void {
  const { text } = normal;
  const words = new Words(normal);
  const quotes = new OpenQuotes(words);
  PROGRAM.lastIndex = 0;
  for (let match = PROGRAM.exec(text); match !== null; match = PROGRAM.exec(text)) {
    const option = OPTIONS[match.slice(1).findIndex((program) => program !== undefined)];
    if (option === undefined) continue;
    COMMAND.lastIndex = PROGRAM.lastIndex;
    const [command = ''] = COMMAND.exec(text) ?? [];
    const found = option.exec(command);
    if (found === null) continue;
    const from = PROGRAM.lastIndex + found.index + found[0].length;
    const value = words.value(from, quotes.openAt(from), false);
    if (value === undefined) continue;
    spans.add(normal, value);
    PROGRAM.lastIndex = Math.max(PROGRAM.lastIndex, value.to - 1);
  }
}
