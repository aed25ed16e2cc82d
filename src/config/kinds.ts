import { isIP } from 'node:net';

/** What the value of a setting may be. */
export interface Kind<T> {
  /** For messages: `true or false`. */
  readonly expected: string;
  /** The same as JSON Schema (schemas/config.schema.json). */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Of a value of TOML; undefined for what is none of these. */
  read(value: unknown): T | undefined;
  /** Of text, as an environment variable has it. */
  readText(text: string): T | undefined;
  /** Of a value that is none of these: which of its items is the first to blame; undefined where no item is. */
  wrongItem?(value: unknown): { item: unknown; number: number; of: number } | undefined;
}

/** Longest text of a setting, in characters. */
const LONGEST_TEXT = 4096;
const MAX_LIST = 64;

export const boolean: Kind<boolean> = {
  expected: 'true or false',
  schema: { type: 'boolean' },
  read: (value) => (typeof value === 'boolean' ? value : undefined),
  readText: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

export function integer(least: number, most: number): Kind<number> {
  const read = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : undefined;
  return {
    expected: `a whole number from ${least} to ${most}`,
    schema: { type: 'integer', minimum: least, maximum: most },
    read,
    readText: (text) => (/^\d{1,9}$/.test(text) ? read(Number(text)) : undefined),
  };
}

export function choice<const T extends string>(...words: readonly T[]): Kind<T> {
  const read = (value: unknown) => words.find((word) => word === value);
  const quoted = words.map((word) => JSON.stringify(word));
  return {
    expected: `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`,
    schema: { enum: words },
    read,
    readText: read,
  };
}

/** @param expected for messages, with the article */
export function text(expected: string, pattern: RegExp, isValid = (_: string) => true): Kind<string> {
  const read = (value: unknown) =>
    typeof value === 'string' && value.length <= LONGEST_TEXT && pattern.test(value) && isValid(value)
      ? value
      : undefined;
  return {
    expected,
    schema: { type: 'string', maxLength: LONGEST_TEXT, pattern: pattern.source },
    read,
    readText: read,
  };
}

/** One or more; in text, with commas between them. */
export function list(item: Kind<string>): Kind<readonly string[]> {
  const read = (value: unknown) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LIST) return undefined;
    const items = value.map((one) => item.read(one));
    return items.every((one) => one !== undefined) ? items : undefined;
  };
  return {
    expected: `a list of 1 to ${MAX_LIST}, each of them ${item.expected}`,
    schema: { type: 'array', items: item.schema, minItems: 1, maxItems: MAX_LIST },
    read,
    readText: (texts) => read(texts.split(',').map((one) => one.trim())),
    wrongItem: (value) => {
      if (!Array.isArray(value) || value.length > MAX_LIST) return undefined;
      const index = value.findIndex((one) => item.read(one) === undefined);
      return index < 0 ? undefined : { item: value[index], number: index + 1, of: value.length };
    },
  };
}

/** Absolute, so that it does not depend on where the service was started. */
const PATH = /^\/[^\p{Cc}]*$/u;
export const path = text('an absolute path, such as "/var/log/imds"', PATH);
export const optionalPath = text('an absolute path, or "" for none', /^(?:\/[^\p{Cc}]*)?$/u);

/** Begins with `imds-`, by which imds knows a folder for its own, and ends with none of the numbers of rolled files. */
export const fileName = text(
  'a file name that begins with "imds-" and ends with a letter, such as "imds-trace.log"',
  /^imds-[A-Za-z0-9._-]{0,100}[A-Za-z]$/,
);

export const accountName = text(
  'the name of an account, or "" for imds or an unused uid',
  /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?)?$/,
);

export const interfaceName = text(
  'the name of an interface, such as "eth0", or "any"',
  /^[^\s/\p{Cc}]{1,64}$/u,
);

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
const LEAST_BYTES = 10_000;
const SIZE = /^(\d{1,9})([kMG]?)B?$/;

/** Bytes of `500kB`, `50MB`, `1GB`; undefined for what is no size of at least 10 kB. */
export function bytesOf(size: string): number | undefined {
  const [, amount = '', unit = ''] = SIZE.exec(size) ?? [];
  const bytes = Number(amount) * (UNITS[unit] ?? 1);
  return amount !== '' && bytes >= LEAST_BYTES ? bytes : undefined;
}

const SIZE_EXAMPLES = 'a size of at least 10 kB, such as "500kB", "50MB" or "1GB"';
export const logSize = text(
  `${SIZE_EXAMPLES}, or "0" for no limit`,
  SIZE,
  (size) => size === '0' || bytesOf(size) !== undefined,
);
export const optionalSize = text(
  `${SIZE_EXAMPLES}, or "" for none`,
  /^(?:(\d{1,9})([kMG]?)B?)?$/,
  (size) => size === '' || bytesOf(size) !== undefined,
);

/** Without `%%` and these, what is in a time is taken as it stands. */
const TIME_FORMAT = /^(?:[^%\p{Cc}[\]]|%[YmdHMSfzjs%]){1,64}$/u;
export const timeFormat = text(
  'a format of strftime(3) of at most 64 characters, with %Y %m %d %H %M %S %f %z %j %s and %%, and no brackets',
  TIME_FORMAT,
);

export const endpoint = text(
  'IP, IP:PORT or [IPv6]:PORT, such as "169.254.169.254:80"',
  /^(?:[0-9a-fA-F:.]{2,45}|[0-9.]{7,15}:\d{1,5}|\[[0-9a-fA-F:.]{2,45}\](?::\d{1,5})?)$/,
  (written) => isIP(written) !== 0 || isAddressAndPort(written, 'optional'),
);

export const listenAddress = text(
  'PORT for this host alone, or IP:PORT, such as "9469", "10.0.0.7:9469" or "[::1]:9469", or "" for none',
  /^(?:\d{1,5}|[0-9.]{7,15}:\d{1,5}|\[[0-9a-fA-F:.]{2,45}\]:\d{1,5})?$/,
  (written) => written === '' || isPort(written) || isAddressAndPort(written, 'needed'),
);

function isPort(digits: string): boolean {
  return /^\d+$/.test(digits) && Number(digits) >= 1 && Number(digits) <= 65_535;
}

function isAddressAndPort(written: string, port: 'needed' | 'optional'): boolean {
  const [, six, four, digits] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(\d+))?$/.exec(written) ?? [];
  const isAddress = six === undefined ? isIP(four ?? '') === 4 : isIP(six) === 6;
  if (digits === undefined) return isAddress && port === 'optional';
  return isAddress && isPort(digits);
}
