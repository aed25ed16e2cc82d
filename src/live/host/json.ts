/** JSON that somebody else wrote: nothing of it is believed. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function parseObject(bytes: Buffer | undefined): JsonObject | undefined {
  return objectOf(parse(bytes?.toString('utf8')));
}

export function parseList(bytes: Buffer | undefined): readonly unknown[] {
  const value = parse(bytes?.toString('utf8'));
  return Array.isArray(value) ? value : [];
}

export function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** What a record has room for (schemas/record.schema.json): a name, and a reference of an image or a task. */
const LONGEST_LABEL = 256;
const LONGEST_REFERENCE = 1024;

export function label(value: unknown): string | undefined {
  return textOf(value, LONGEST_LABEL);
}

export function reference(value: unknown): string | undefined {
  return textOf(value, LONGEST_REFERENCE);
}

function textOf(value: unknown, longest: number): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= longest ? value : undefined;
}

const MAX_PID = 4_194_304;

export function pidOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_PID
    ? value
    : undefined;
}
