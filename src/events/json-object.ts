/** A JSON object of which nothing is believed yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Longest text that is taken over, in UTF-16 units: more than any program of ours writes. */
const MAX_TEXT = 256 * 1024;

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined;
}

/** Of names and ids: of hosts (RFC 1035: 255), of sessions. */
const MAX_SHORT_TEXT = 256;
/** Of Linux: PATH_MAX. */
export const MAX_PATH = 4096;

/** Undefined also for what is longer than any of its kind: each is kept. */
export function shortTextOf(value: unknown, maximum = MAX_SHORT_TEXT): string | undefined {
  const text = textOf(value);
  return text !== undefined && text.length <= maximum ? text : undefined;
}

const ID = /^[0-9a-f]{32}$/;

/** An id as we make them: 32 hexadecimal digits. */
export function idOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && ID.test(text) ? text : undefined;
}

export function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

export function integerOf(value: unknown, maximum: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum
    ? value
    : undefined;
}

/** Counts beyond are no counts of calls: a thousand of them still add up exactly. */
const MAX_COUNT = 2 ** 43;

export function countOf(value: unknown): number | undefined {
  return integerOf(value, MAX_COUNT);
}

/** Counts by name, of an object that has to have them all. */
export function countsOf<const N extends string>(
  value: unknown,
  names: readonly N[],
): Record<N, number> | undefined {
  const json = objectOf(value);
  const counts: Partial<Record<N, number>> = {};
  for (const name of names) {
    const count = countOf(json?.[name]);
    if (count === undefined) return undefined;
    counts[name] = count;
  }
  return counts as Record<N, number>;
}

/** More counters there are not. */
const MAX_COUNTERS = 512;
const COUNTER_NAME = /^[\w.-]{1,80}$/;

/** Counters by name. One that cannot be read is not none: then all are undefined. */
export function countersOf(value: unknown): Record<string, number> | undefined {
  const json = objectOf(value);
  if (json === undefined) return undefined;
  const names = Object.keys(json);
  const isKnown = names.every((name) => COUNTER_NAME.test(name) && name !== '__proto__');
  return names.length <= MAX_COUNTERS && isKnown ? countsOf(json, names) : undefined;
}

export function oneOf<const T extends string>(value: unknown, values: readonly T[]): T | undefined {
  // The one of the list: texts of a program are compared by where they stand, those that were read by their letters.
  return values[values.indexOf(value as T)];
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
