import { KEY_VALUE_CLIENT, NO_PROGRAMS, SQL_CLIENT, SQL_FLAGS } from './clients.ts';

/** What an argument is, by those before it. */
export type Role = 'text' | 'code' | 'value' | 'user' | 'pair';

/**
 * Programs that take code as an argument, and the last letter of the options before it: what follows
 * `-c` of a shell is code, what follows `-e` of docker is one assignment with all its blanks.
 */
const INTERPRETERS: readonly (readonly [program: RegExp, code: RegExp])[] = [
  [/^(?:ba|da|a|z|k|mk|c|tc|fi)?sh$|^busybox$|^(?:su|runuser|script|flock)$/, /^-\w{0,8}c$|^--command$/],
  [/^(?:python|pypy)[\d.]*$/, /^-\w{0,8}c$/],
  [/^(?:node|nodejs|bun|deno)[\d.]*$/, /^-\w{0,8}[ep]$|^--(?:eval|print)$/],
  [/^(?:j?ruby|perl|lua|luajit|Rscript|pwsh|php|osascript)[\d.]*$/, /^-{1,2}\w{0,8}[eErRc]$|^-[Cc]ommand$/],
];

/** Options that hold a secret for the program alone, or that mean another thing elsewhere. */
const OPTIONS: readonly (readonly [program: RegExp, option: RegExp, next: Role])[] = [
  [/^curl$/, /^-[a-zA-Z#]{0,8}b$/, 'pair'],
  [/^(?:http|https|xh|xhs)$/, /^-a$/, 'user'],
];

/** The same, where another program may start them: `sudo redis-cli`. */
const STARTED: readonly (readonly [program: RegExp, option: RegExp])[] = [
  [/^sshpass$/, /^-v{0,3}p$/],
  [new RegExp(`^${KEY_VALUE_CLIENT}$`), /^-a$/],
];

/** Options whose secret stands right behind the letter. */
const GLUED: readonly (readonly [program: RegExp, option: RegExp])[] = [
  // Elsewhere, `-p` is a port.
  [new RegExp(`^(?:${SQL_CLIENT})$`), new RegExp(`^-${SQL_FLAGS}p(?=.)`, 's')],
  [/^sshpass$/, /^-v{0,3}p(?=.)/s],
];

/** What it starts has options of its own. */
const STARTER = /^sshpass$/;

/** `-u user:password` of curl, `-sku` too, and `--user`. */
const USER_OPTION = /^(?:-[a-zA-Z#0-9]{0,8}[uU]|--(?:proxy-)?user)$/;

const LONGEST_PROGRAM = 256;

function programAt(args: readonly string[], index: number): string {
  const argument = args[index] ?? '';
  if (argument.length > LONGEST_PROGRAM) return '';
  return argument.slice(argument.lastIndexOf('/') + 1).replace(/^-/, '');
}

/** What the option at `index` makes of the next argument, where that depends on the program. */
export function programOption(args: readonly string[], index: number): Role | undefined {
  const argument = args[index] ?? '';
  if (!argument.startsWith('-')) return undefined;
  if (USER_OPTION.test(argument)) return 'user';
  if (optionOfNearest(args, index, STARTED) !== undefined) return 'value';
  const program = programAt(args, 0);
  return OPTIONS.find(([name, option]) => name.test(program) && option.test(argument))?.[2];
}

const DATA = new RegExp(`${NO_PROGRAMS}/[^/]*$`);

/** How far behind a program its options are looked for. */
const REACH = 24;

/** Whether code follows: the option is one of the nearest interpreter before it. */
export function codeOption(args: readonly string[], index: number): boolean {
  return optionOfNearest(args, index, INTERPRETERS) !== undefined;
}

/** The option at `index` that has its secret right behind it; undefined for any other. */
export function gluedOption(args: readonly string[], index: number): string | undefined {
  return optionOfNearest(args, index, GLUED);
}

/** What of the argument is an option of the nearest such program before it. */
function optionOfNearest(
  args: readonly string[],
  index: number,
  programs: readonly (readonly [program: RegExp, option: RegExp])[],
): string | undefined {
  const option = args[index] ?? '';
  if (!option.startsWith('-')) return undefined;
  for (let at = index - 1; at >= Math.max(0, index - REACH); at--) {
    // What `find` looks for is no program, and neither is a folder of data.
    if (/^-i?name$/.test(args[at - 1] ?? '') || DATA.test(args[at] ?? '')) continue;
    const program = programAt(args, at);
    const found = programs.find(([name]) => name.test(program));
    if (found === undefined) continue;
    const isOwn =
      !STARTER.test(program) || args.slice(at + 1, index).every((argument) => argument.startsWith('-'));
    return isOwn ? found[1].exec(option)?.[0] : undefined;
  }
  return undefined;
}
