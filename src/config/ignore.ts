import { IGNORE_CONDITIONS, type IgnoreRule } from '../callers/ignore.ts';
import { nearest } from './nearest.ts';
import { type ConfigProblem, shown } from './problems.ts';

/** Longest text of a filter, in characters. */
const LONGEST = 1024;
const LONGEST_REASON = 500;
const MAX_RULES = 256;
const KEYS = ['reason', 'expires', ...IGNORE_CONDITIONS] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_LENGTH = 10;

/** Where a key of a rule stands, or its value; without a key, the rule. */
type Place = (index: number, part: 'key' | 'value', key?: string) => string;

/** A value of a rule as it is written, that many characters of it. */
type Source = (index: number, key: string, length: number) => string | undefined;

/** The filters of `[[ignore]]`: callers that are known and accepted for a while. */
export function readRules(
  value: unknown,
  placeOf: Place,
  sourceOf: Source,
  problems: Pick<ConfigProblem[], 'push'>,
): IgnoreRule[] {
  if (!Array.isArray(value) || value.length > MAX_RULES) {
    problems.push({
      where: placeOf(0, 'key'),
      message: `ignore: expected at most ${MAX_RULES} tables, found ${shown(value)}`,
      remedy: 'Begin each filter with a line [[ignore]].',
    });
    return [];
  }
  return value.flatMap((rule, index) => new RuleReader(index, placeOf, sourceOf, problems).read(rule) ?? []);
}

class RuleReader {
  readonly #index: number;
  readonly #placeOf: Place;
  readonly #sourceOf: Source;
  readonly #problems: Pick<ConfigProblem[], 'push'>;
  #isWrong = false;

  constructor(index: number, placeOf: Place, sourceOf: Source, problems: Pick<ConfigProblem[], 'push'>) {
    this.#index = index;
    this.#placeOf = placeOf;
    this.#sourceOf = sourceOf;
    this.#problems = problems;
  }

  /** Undefined for what is none, of which the problems have been told. */
  read(rule: unknown): IgnoreRule | undefined {
    if (typeof rule !== 'object' || rule === null || Array.isArray(rule) || rule instanceof Date) {
      const message = `ignore: expected a table, found ${shown(rule)}`;
      this.#tell('value', undefined, message, 'Begin each filter with a line [[ignore]].');
      return undefined;
    }
    const entries = new Map<string, unknown>(Object.entries(rule));
    for (const key of entries.keys()) this.#checkKey(key);
    const reason = this.#text(entries, 'reason', LONGEST_REASON);
    const expires = this.#expires(entries.get('expires'));
    const where = Object.fromEntries(
      IGNORE_CONDITIONS.flatMap((name) => {
        const pattern = entries.has(name) ? this.#text(entries, name, LONGEST) : undefined;
        if (pattern !== undefined && /^\**$/.test(pattern)) {
          this.#tell(
            'value',
            name,
            `ignore.${name}: ${shown(pattern)} is any`,
            `Name ${name}s, not all of them.`,
          );
        }
        return pattern === undefined ? [] : [[name, pattern]];
      }),
    );
    if (reason === undefined && !entries.has('reason')) {
      const message = 'ignore.reason: missing; a filter says why its callers are left as they are';
      this.#tell('key', undefined, message, 'Add a line reason = "…".');
    }
    if (!IGNORE_CONDITIONS.some((name) => entries.has(name))) {
      const message = 'ignore: a filter without a condition would ignore every caller';
      this.#tell('key', undefined, message, `Add one of ${IGNORE_CONDITIONS.join(', ')}.`);
    }
    if (this.#isWrong || reason === undefined || expires === undefined) return undefined;
    return { where, reason, expires };
  }

  #checkKey(key: string): void {
    if (KEYS.some((known) => known === key)) return;
    const near = nearest(key, KEYS);
    this.#tell(
      'key',
      key,
      `ignore: unknown key ${shown(key)}`,
      near === undefined ? `A filter has ${KEYS.join(', ')}.` : `Did you mean ${near}?`,
    );
  }

  #text(entries: ReadonlyMap<string, unknown>, key: string, longest: number): string | undefined {
    const value = entries.get(key);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value.trim() !== '' && value.length <= longest) return value;
    const message = `ignore.${key}: expected a text of 1 to ${longest} characters, found ${shown(value)}`;
    this.#tell('value', key, message, `Write ${key} = "…".`);
    return undefined;
  }

  #expires(value: unknown): string | undefined {
    if (value === undefined) {
      const message = 'ignore.expires: missing; after that day, the callers are counted again';
      this.#tell('key', undefined, message, 'Add a line expires = 2027-06-30.');
      return undefined;
    }
    // A time of day says more than a day, and is refused: nobody is to wonder in which zone it counts.
    const isDate = value instanceof Date && isDay(value);
    // The parser takes 30 February for 2 March.
    const text = isDate ? this.#sourceOf(this.#index, 'expires', DAY_LENGTH) : value;
    if (isInCalendar(text)) return text;
    const found = isDate && text !== undefined ? text : shown(value);
    const message = `ignore.expires: expected a day, found ${found}`;
    this.#tell('value', 'expires', message, 'Write a day that is in the calendar: expires = 2027-06-30.');
    return undefined;
  }

  #tell(part: 'key' | 'value', key: string | undefined, message: string, remedy: string): void {
    this.#isWrong = true;
    this.#problems.push({ where: this.#placeOf(this.#index, part, key), message, remedy });
  }
}

/** A local date of TOML, or a text of the same form. */
function isInCalendar(text: unknown): text is string {
  if (typeof text !== 'string' || !DAY.test(text) || text.startsWith('0000')) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** What smol-toml makes of a date without a time. */
function isDay(date: Date): boolean {
  return 'isDate' in date && typeof date.isDate === 'function' && date.isDate() === true;
}
