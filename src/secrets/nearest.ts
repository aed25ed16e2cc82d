import { NO_PROGRAMS } from './clients.ts';

/** Programs, and their options that are looked for. */
export type Table = readonly (readonly [program: RegExp, option: RegExp])[];

export interface Nearest {
  at: number;
  option: RegExp;
}

/** How far behind a program its options are looked for. */
export const REACH = 24;
const LONGEST_PROGRAM = 256;
const DATA = new RegExp(`${NO_PROGRAMS}/[^/]*$`);

export function programAt(args: readonly string[], index: number): string {
  const argument = args[index] ?? '';
  if (argument.length > LONGEST_PROGRAM) return '';
  const program = argument.slice(argument.lastIndexOf('/') + 1);
  return program.startsWith('-') ? program.slice(1) : program;
}

/**
 * The nearest program of each table before an argument. Every argument is looked at once, as those behind it
 * are asked for: argv may have thousands, each of which may be an option of any program before it.
 */
export class NearestPrograms {
  readonly #args: readonly string[];
  readonly #any: RegExp;
  readonly #nearest = new Map<Table, Nearest>();
  readonly #tables: readonly Table[];
  #read = 0;
  #last = Number.NEGATIVE_INFINITY;

  /** @param any {@link anyOf} the tables */
  constructor(args: readonly string[], tables: readonly Table[], any: RegExp) {
    this.#args = args;
    this.#tables = tables;
    this.#any = any;
  }

  /** Whether there is any within reach of the argument at `index`, which is not before that of the last call. */
  isAnyBefore(index: number): boolean {
    for (let at = Math.max(this.#read, index - REACH); at < index; at++) this.#look(at);
    this.#read = Math.max(this.#read, index);
    return this.#last >= index - REACH;
  }

  /** The nearest of a table, likewise. */
  before(index: number, table: Table): Nearest | undefined {
    if (!this.isAnyBefore(index)) return undefined;
    const nearest = this.#nearest.get(table);
    return nearest !== undefined && nearest.at >= index - REACH ? nearest : undefined;
  }

  /** Whether any of a table was seen, wherever. */
  has(table: Table): boolean {
    return this.#nearest.has(table);
  }

  #look(at: number): void {
    const program = programAt(this.#args, at);
    if (!this.#any.test(program)) return;
    // What `find` looks for is no program, and neither is a folder of data.
    if (/^-i?name$/.test(this.#args[at - 1] ?? '') || DATA.test(this.#args[at] ?? '')) return;
    this.#last = at;
    for (const table of this.#tables) {
      const found = table.find(([name]) => name.test(program));
      if (found !== undefined) this.#nearest.set(table, { at, option: found[1] });
    }
  }
}

/** A single look tells most arguments from the name of any program. */
export function anyOf(tables: readonly Table[]): RegExp {
  return new RegExp(tables.flatMap((table) => table.map(([name]) => name.source)).join('|'));
}
