import { isUtf8 } from 'node:buffer';
import { parse, TomlError } from 'smol-toml';
import type { IgnoreRule } from '../callers/ignore.ts';
import { readRules } from './ignore.ts';
import { literal } from './literal.ts';
import { Locations } from './locate.ts';
import { nearest } from './nearest.ts';
import { type ConfigProblem, placeOf, shown, shownWrong } from './problems.ts';
import { isKey, KEYS, type Key, SETTINGS } from './settings.ts';

/** Ours nest two deep. */
const MAX_NESTING = 16;
/** Problems that are told: of a file that is something else altogether, the first say enough. */
const MAX_PROBLEMS = 50;

/** What a file, or a variable, says. */
export interface ParsedConfig {
  /** By key, of what is set and as it should be. */
  values: ReadonlyMap<Key, { value: unknown; where: string }>;
  /** Undefined where it says nothing of filters. */
  rules: readonly IgnoreRule[] | undefined;
  problems: readonly ConfigProblem[];
}

/** @param file its name, for messages */
export function parseConfig(bytes: Buffer, file: string): ParsedConfig {
  if (!isUtf8(bytes)) return { ...NOTHING, problems: [notUtf8(bytes, file)] };
  const text = bytes.toString();
  try {
    return new Reader(text, file).read(parse(text, { maxDepth: MAX_NESTING }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    const where = placeOf(file, error);
    const remedy = 'Mend that line, or put a # before it; texts stand in quotes.';
    return { ...NOTHING, problems: [{ where, message: `not TOML: ${first}`, remedy }] };
  }
}

/** Of the variable of filters, whose text is what stands behind `ignore =` in a file. */
export function parseRules(text: string, variable: string): Pick<ParsedConfig, 'rules' | 'problems'> {
  const problems: ConfigProblem[] = [];
  try {
    const document = `ignore = ${text}`;
    const { ignore, ...others } = parse(document, { maxDepth: MAX_NESTING });
    if (Object.keys(others).length === 0) {
      const located = new Locations(document);
      const sourceOf = (index: number, key: string, length: number) =>
        located.source(['ignore', index, key], length);
      return { rules: readRules(ignore, () => variable, sourceOf, problems), problems };
    }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
  }
  const remedy = `Write [{ executable = "/usr/bin/…", reason = "…", expires = 2027-06-30 }].`;
  return { rules: undefined, problems: [{ where: variable, message: 'ignore: not a list of TOML', remedy }] };
}

const NOTHING = { values: new Map(), rules: undefined };

function notUtf8(bytes: Buffer, file: string): ConfigProblem {
  let line = 1;
  for (let at = 0; at < bytes.length; line++) {
    const end = bytes.indexOf('\n', at);
    const next = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(at, next))) break;
    at = next;
  }
  const where = placeOf(file, { line, column: 1 });
  return { where, message: 'not TOML: the line is not UTF-8', remedy: 'Save the file as UTF-8.' };
}

type Table = Readonly<Record<string, unknown>>;

/** Tables that hold settings: `log`, `log.trace`. */
const TABLES: ReadonlySet<string> = new Set(
  KEYS.flatMap((key) => {
    const parts = key.split('.').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
  }),
);

class Reader {
  readonly #file: string;
  readonly #text: string;
  readonly #values = new Map<Key, { value: unknown; where: string }>();
  readonly #problems: ConfigProblem[] = [];
  #locations: Locations | undefined;
  #rules: IgnoreRule[] | undefined;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(document: Table): ParsedConfig {
    const { ignore, ...tables } = document;
    this.#table(tables, []);
    if (ignore !== undefined)
      this.#rules = readRules(ignore, this.#placeOfRule, this.#sourceOfRule, this.#problems);
    return {
      values: this.#values,
      rules: this.#rules,
      problems: this.#problems.slice(0, MAX_PROBLEMS),
    };
  }

  /** No deeper than our own tables: what is below an unknown key is not looked at. */
  #table(table: Table, path: readonly string[]): void {
    for (const [name, value] of Object.entries(table)) {
      if (this.#problems.length >= MAX_PROBLEMS) return;
      const inner = [...path, name];
      const key = inner.join('.');
      // A dot within a quoted key is none between tables.
      const isPlain = !name.includes('.');
      if (isPlain && TABLES.has(key)) {
        if (isTable(value)) this.#table(value, inner);
        else this.#tell('value', inner, `${key}: expected a table, found ${shown(value)}`, tableRemedy(key));
      } else if (isPlain && isKey(key)) this.#setting(key, value, inner);
      else this.#unknown(inner);
    }
  }

  #setting(key: Key, value: unknown, path: readonly string[]): void {
    const { kind, default: standard } = SETTINGS[key];
    const read = kind.read(value);
    const where = placeOf(this.#file, this.#located.value(path));
    if (read !== undefined) {
      this.#values.set(key, { value: read, where });
      return;
    }
    const message = `${key}: expected ${kind.expected}; found ${shownWrong(kind, value)}`;
    this.#problems.push({
      where,
      message,
      remedy: `Leave the line out for the default, ${literal(standard)}.`,
    });
  }

  #unknown(path: readonly string[]): void {
    const key = path.map((part) => (/^[\w-]+$/.test(part) ? part : JSON.stringify(part))).join('.');
    const near = nearest(key, [...KEYS, ...TABLES, 'ignore']) ?? this.#sameName(path);
    const remedy =
      near === undefined
        ? '`imds config show` lists every key.'
        : `Did you mean ${near}${TABLES.has(near) ? ', a table' : ''}?`;
    this.#tell('key', path, `unknown key ${key.length > 120 ? `${key.slice(0, 120)}…` : key}`, remedy);
  }

  /** `endpoints` without its table, or in another one; `log.level` is rather log.trace.level than terminal.level. */
  #sameName(path: readonly string[]): string | undefined {
    const name = path.at(-1) ?? '';
    const near = nearest(
      name,
      KEYS.map((key) => key.slice(key.lastIndexOf('.') + 1)),
    );
    const called = KEYS.filter((key) => key.endsWith(`.${near}`));
    return called.find((key) => path.length > 1 && key.startsWith(`${path[0]}.`)) ?? called[0];
  }

  #tell(part: 'key' | 'value', path: readonly string[], message: string, remedy: string): void {
    this.#problems.push({ where: placeOf(this.#file, this.#located[part](path)), message, remedy });
  }

  readonly #placeOfRule = (index: number, part: 'key' | 'value', key?: string): string =>
    placeOf(this.#file, this.#located[part](['ignore', index, ...(key === undefined ? [] : [key])]));

  readonly #sourceOfRule = (index: number, key: string, length: number): string | undefined =>
    this.#located.source(['ignore', index, key], length);

  /** Only where something is to be said of a place. */
  get #located(): Locations {
    this.#locations ??= new Locations(this.#text);
    return this.#locations;
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function tableRemedy(key: string): string {
  return `Write a line [${key}], and its settings below it.`;
}
