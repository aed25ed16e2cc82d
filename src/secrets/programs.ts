import { CLIENT_OPTIONS, type ClientOption, PUBLISHING } from './client-options.ts';
import { type Head, KEY_VALUE_CLIENT, PUBLISHED_PORTS, SQL_CLIENT, SQL_FLAGS } from './clients.ts';
import { anyOf, NearestPrograms, programAt, REACH, type Table } from './nearest.ts';

/** What an argument is, by those before it. */
export type Role = 'text' | 'code' | 'value' | Head;

/** An argument that holds a secret: up to `from` it is none, and behind that, it has a role. */
export interface Glued {
  from: number;
  role: 'value' | Head;
}

/**
 * Programs that take code as an argument, and the last letter of the options before it: what follows
 * `-c` of a shell is code, what follows `-e` of docker is one assignment with all its blanks.
 */
const INTERPRETERS: Table = [
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
const STARTED: Table = [
  [/^sshpass$/, /^-v{0,3}p$/],
  [new RegExp(`^${KEY_VALUE_CLIENT}$`), /^-a$/],
];

/** Options whose secret stands right behind the letter. */
const GLUED: Table = [
  // Elsewhere, `-p` is a port.
  [new RegExp(`^(?:${SQL_CLIENT})$`), new RegExp(`^-${SQL_FLAGS}p(?=.)`, 's')],
  [/^sshpass$/, /^-v{0,3}p(?=.)/s],
];

/** What it starts has options of its own. */
const STARTER = /^sshpass$/;

/** `-u user:password` of curl, `-sku` too, and `--user`. */
const USER_OPTION = /^(?:-[a-zA-Z#0-9]{0,8}[uU]|--(?:proxy-)?user)$/;

/** Programs whose options are looked for behind them. */
const TABLES = [
  ...[INTERPRETERS, STARTED, GLUED, PUBLISHING.table],
  ...CLIENT_OPTIONS.map((option) => option.table),
];
const ANY = anyOf(TABLES);

/** What the arguments of one argv are, by the programs before them; asked for one after the other. */
export class Programs {
  readonly #args: readonly string[];
  readonly #nearest: NearestPrograms;
  readonly #options: typeof OPTIONS;

  constructor(args: readonly string[]) {
    this.#args = args;
    this.#nearest = new NearestPrograms(args, TABLES, ANY);
    const program = programAt(args, 0);
    this.#options = OPTIONS.filter(([name]) => name.test(program));
  }

  /** What the option at `index` makes of the next argument, where that depends on the program. */
  option(index: number): Role | undefined {
    const argument = this.#args[index] ?? '';
    if (!argument.startsWith('-')) return undefined;
    const found = this.#clientOption(index);
    if (found !== undefined && found.from === argument.length) {
      return found.role === 'value' && this.#isPort(index, this.#args[index + 1] ?? '') ? 'text' : found.role;
    }
    if (USER_OPTION.test(argument)) return 'user';
    if (this.#optionOfNearest(index, STARTED) !== undefined) return 'value';
    return this.#options.find(([, option]) => option.test(argument))?.[2];
  }

  /** Whether code follows: the option is one of the nearest interpreter before it. */
  isCodeOption(index: number): boolean {
    return this.#optionOfNearest(index, INTERPRETERS) !== undefined;
  }

  /** Where the secret begins in the argument at `index`, which follows the letter of its option; undefined without. */
  glued(index: number): Glued | undefined {
    const argument = this.#args[index] ?? '';
    const option = this.#optionOfNearest(index, GLUED);
    const found: Glued | undefined =
      option === undefined ? this.#clientOption(index) : { from: option.length, role: 'value' };
    if (found === undefined || found.from === argument.length) return undefined;
    return found.role === 'value' && this.#isPort(index, argument.slice(found.from)) ? undefined : found;
  }

  #clientOption(index: number): Glued | undefined {
    if (!this.#nearest.isAnyBefore(index)) return undefined;
    const argument = this.#args[index] ?? '';
    for (const client of CLIENT_OPTIONS) {
      const nearest = this.#nearest.before(index, client.table);
      const option = nearest?.option.exec(argument)?.[0];
      if (nearest === undefined || option === undefined) continue;
      if (this.#isOf(client, nearest.at, index)) return { from: option.length, role: client.role };
    }
    return undefined;
  }

  /** Whether the program at `at` is what the client says it is, as the argument at `index` sees it. */
  #isOf({ of, until, behind = 0 }: ClientOption, at: number, index: number): boolean {
    const between = until === undefined && behind === 0 ? [] : this.#args.slice(at + 1, index);
    if (until !== undefined && between.some((argument) => until.test(argument))) return false;
    if (between.filter((argument) => !argument.startsWith('-')).length < behind) return false;
    if (of === undefined) return true;
    for (let before = at - 1; before >= Math.max(0, at - REACH); before--) {
      if (of.test(programAt(this.#args, before))) return true;
    }
    return false;
  }

  /** `docker run --name mysql -p 3306:3306`. */
  #isPort(index: number, value: string): boolean {
    if (!PUBLISHED_PORTS.test(value)) return false;
    const run = this.#nearest.before(index, PUBLISHING.table);
    return run !== undefined && this.#isOf(PUBLISHING, run.at, index);
  }

  /** What of the argument is an option of the nearest such program before it. */
  #optionOfNearest(index: number, table: Table): string | undefined {
    const argument = this.#args[index] ?? '';
    if (!argument.startsWith('-')) return undefined;
    const nearest = this.#nearest.before(index, table);
    const option = nearest?.option.exec(argument)?.[0];
    if (nearest === undefined || option === undefined) return undefined;
    const isOwn =
      !STARTER.test(programAt(this.#args, nearest.at)) ||
      this.#args.slice(nearest.at + 1, index).every((between) => between.startsWith('-'));
    return isOwn ? option : undefined;
  }
}
