import { CONTAINER_CLIENT, type Head, NO_PROGRAMS, PUBLISHED_PORTS, secretPart } from './clients.ts';
import { CODE_CLIENTS } from './code-clients.ts';
import type { Normal } from './normal.ts';
import type { Span, Spans } from './spans.ts';
import { OpenQuotes, Words } from './words.ts';

/**
 * Within code of a shell, a program that takes a secret by an option of its own; not what `find` looks for. Code
 * is also what an option or a variable holds: `ProxyCommand=sshpass …`, `--rsh=`, `GIT_SSH_COMMAND=`, `EXEC:`.
 */
const PROGRAM = new RegExp(
  String.raw`(?<!(?:^|\s)-i?name[ \t]{0,4})(?:^|[\s;&|(\x60'">{=:,]|(?<!${NO_PROGRAMS})\/)` +
    String.raw`(?:${CODE_CLIENTS.map(({ program }) => `(${program})`).join('|')})(?=['"]?(?:[ \t]|\\\n))`,
  'g',
);

/** How far behind a program its options are looked for. */
const REACH = 512;
/** The rest of the command, with what is quoted in it, and lines that a backslash joins. */
const COMMAND = /^(?:[^\n;&|\\'"]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|['"](?=\s))*/;
const OPERATOR = /[;|&<>()]/;

/** Of a command, what a published port stands behind. */
const CONTAINER = new RegExp(String.raw`(?:^|[\s/])(?:${CONTAINER_CLIENT})[ \t]`);
const PUBLISHING = /[ \t](?:run|create)[ \t]/;
const LONGEST_PORTS = 80;

/** Passwords of database clients and the like, which only their program tells from other values. */
export function findCommands(normal: Normal, spans: Spans): void {
  const { text } = normal;
  const words = new Words(normal);
  const quotes = new OpenQuotes(words);
  const read = CODE_CLIENTS.map(() => 0);
  PROGRAM.lastIndex = 0;
  for (let match = PROGRAM.exec(text); match !== null; match = PROGRAM.exec(text)) {
    const which = match.slice(1).findIndex((program) => program !== undefined);
    const client = CODE_CLIENTS[which];
    const begin = PROGRAM.lastIndex;
    const [command = ''] = COMMAND.exec(text.slice(begin, begin + REACH)) ?? [];
    // What is open there is, for all that is found in the command, which stands within it.
    const open = quotes.openAt(begin);
    for (const found of client === undefined ? [] : command.matchAll(client.option)) {
      const from = begin + found.index + found[0].length;
      // It is an option of the program before, too.
      if (from <= (read[which] ?? 0)) continue;
      read[which] = from;
      const value = words.value(from, open, false);
      if (value === undefined) continue;
      const to = endOf(text, value.from, value.to);
      const secret = secretIn(text, { from: value.from, to }, client?.head);
      if (secret !== undefined) spans.add(normal, secret);
      // A value that has no end is read once.
      if (to > begin + REACH) PROGRAM.lastIndex = Math.max(PROGRAM.lastIndex, to - 1);
    }
  }
}

/** What of a value is secret: all of it without a head; of a port that a container publishes, nothing. */
function secretIn(text: string, { from, to }: Span, head: Head | undefined): Span | undefined {
  if (head !== undefined) {
    const part = secretPart(head, text.slice(from, to));
    return part && { from: from + part.from, to: from + part.to };
  }
  return to - from < LONGEST_PORTS && PUBLISHED_PORTS.test(text.slice(from, to)) && isPublished(text, from)
    ? undefined
    : { from, to };
}

function isPublished(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - REACH), at);
  const command = before.slice(before.search(/[^\n;&|]*$/));
  const container = CONTAINER.exec(command);
  return container !== null && PUBLISHING.test(command.slice(container.index));
}

/** Outside of quotes, an operator of the shell ends a value. */
function endOf(text: string, from: number, to: number): number {
  const value = text.slice(from, to);
  const at = /['"\\]/.test(value) ? -1 : value.search(OPERATOR);
  return at <= 0 ? to : from + at;
}
