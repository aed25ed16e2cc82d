import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { AddressField } from './records.ts';

/** What a check returns for a value that it does not accept. */
export const INVALID: unique symbol = Symbol('invalid');

/** Returns the value as it may be used, or INVALID. What is nested in it is changed in its place: it is the check's. */
export type Check<T> = (value: unknown) => T | typeof INVALID;

interface Field<T> {
  check: Check<T>;
  required: boolean;
}

/** One checked field for each property of T: the compiler refuses a shape that forgets one. */
export type Shape<T> = {
  readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>>;
};

export const required = <T>(check: Check<T>): Field<T> => ({ check, required: true });
export const optional = <T>(check: Check<T>): Field<T> => ({ check, required: false });

/**
 * The same object with the fields of the shape checked, or a new one where it has others too: to copy each record would
 * cost as much as to parse it. The first one that is missing or wrong is named to `report`.
 */
export function shaped<T>(shape: Shape<T>, report?: (field: string) => void): Check<T> {
  const fields = Object.entries(shape) as [string, Field<unknown>][];
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return INVALID;
    const from = value as Record<string, unknown>;
    let known = 0;
    for (const [name, field] of fields) {
      const given = from[name];
      if (given === undefined && !field.required) continue;
      const checked = field.check(given);
      if (checked === INVALID) {
        report?.(name);
        return INVALID;
      }
      if (checked !== given) from[name] = checked;
      known++;
    }
    return (Object.keys(from).length === known ? from : only(fields, from)) as T;
  };
}

function only(fields: readonly [string, unknown][], from: Record<string, unknown>): Record<string, unknown> {
  const to: Record<string, unknown> = {};
  for (const [name] of fields) if (from[name] !== undefined) to[name] = from[name];
  return to;
}

export function listOf<T>(check: Check<T>, maximum: number): Check<T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > maximum) return INVALID;
    // As long as it has to be: push() makes room for 16 more, and thousands of lists are kept.
    const list: (T | typeof INVALID)[] = value.map(check);
    return list.includes(INVALID) ? INVALID : (list as T[]);
  };
}

export function integer(minimum: number, maximum: number): Check<number> {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum
      ? value
      : INVALID;
}

export function oneOf<const T extends string>(...values: T[]): Check<T> {
  return (value) => (values.includes(value as T) ? (value as T) : INVALID);
}

export const boolean: Check<boolean> = (value) => (typeof value === 'boolean' ? value : INVALID);

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** A lone surrogate is no character: it stands as the bytes that it would be encoded to, `\xED\xA0\x80`. */
function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  return text.replace(LONE_SURROGATE, (unit) => {
    const code = unit.charCodeAt(0);
    const bytes = [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
    return bytes.map((byte) => `\\x${byte.toString(16).toUpperCase()}`).join('');
  });
}

/** Text of at most `maximum` UTF-16 units, of which those that are no characters are escaped. */
export function text(maximum: number, minimum = 0): Check<string> {
  return (value) =>
    typeof value === 'string' && value.length <= maximum && value.length >= minimum
      ? wellFormed(value)
      : INVALID;
}

export function matching(pattern: RegExp): Check<string> {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : INVALID);
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,19})$/;
const MAXIMUM_UNSIGNED_64 = '18446744073709551615';

/** Canonical decimal text of 0 to 2^64 − 1. */
export const unsigned64: Check<string> = (value) =>
  typeof value === 'string' &&
  DECIMAL.test(value) &&
  (value.length < MAXIMUM_UNSIGNED_64.length || value <= MAXIMUM_UNSIGNED_64)
    ? value
    : INVALID;

export const unsigned32 = integer(0, 0xffffffff);

const MAPPED = '::ffff:';

/** An IP address without a zone, in canonical text; IPv4-mapped IPv6 becomes IPv4, as its packets are. */
const ipAddress: Check<string> = (value) => {
  if (typeof value !== 'string' || value.length > 45) return INVALID;
  if (isIPv4(value)) return value;
  if (!isIPv6(value) || value.includes('%')) return INVALID;
  const canonical = new SocketAddress({ address: value, family: 'ipv6' }).address;
  const tail = canonical.startsWith(MAPPED) ? canonical.slice(MAPPED.length) : '';
  return isIPv4(tail) ? tail : canonical;
};

export const socketAddress: Check<AddressField> = shaped<AddressField>({
  address: required(ipAddress),
  port: required(integer(0, 0xffff)),
});

const COUNTER_NAME = /^[a-z][a-z0-9_]{0,63}(?:\.[a-zA-Z0-9_-]{1,64}){1,3}$/;

/** Named counts. Every name has a dot in it, so none is that of a property of Object.prototype. */
export function counters(maximum: number): Check<Record<string, string>> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return INVALID;
    const entries = Object.entries(value);
    if (entries.length > maximum) return INVALID;
    const checked: Record<string, string> = {};
    for (const [name, count] of entries) {
      if (!COUNTER_NAME.test(name) || unsigned64(count) === INVALID) return INVALID;
      checked[name] = count;
    }
    return checked;
  };
}
