import type { Kind } from './kinds.ts';
import type { Position } from './locate.ts';

/** What is wrong with a setting, where, and what to do about it. */
export interface ConfigProblem {
  /** `/etc/imds/imds.toml:12:9`, `IMDS_LOG_FOLDER`. */
  where: string;
  /** With the key, what was expected and what was found. */
  message: string;
  remedy: string;
}

const LONGEST_SHOWN = 60;

export function placeOf(file: string, { line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/** A value as TOML writes it, as far as it is short. */
export function shown(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a table';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** A value that is not of that kind; of a list, the item to blame: `"nowhere" (item 1 of 2)`. */
export function shownWrong(kind: Kind<unknown>, value: unknown): string {
  const wrong = kind.wrongItem?.(value);
  if (wrong === undefined) return shown(value);
  return `${shown(wrong.item)} (item ${wrong.number} of ${wrong.of})`;
}
