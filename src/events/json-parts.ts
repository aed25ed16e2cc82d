import { type JsonObject, objectOf, parseJson } from './json-object.ts';

/** Of a number that is exact. */
const MAX_DIGITS = 15;
export const ID_LENGTH = 32;
const ZERO = 0x30;

/** A part made whole: undefined where it is no object, or has other members, which would say something of another part. */
export function readObject(json: string, members: readonly string[]): JsonObject | undefined {
  const object = objectOf(parseJson(json));
  return object !== undefined && hasOnly(object, members) ? object : undefined;
}

/** And the member without a name, which was put there to make a part whole. */
export function hasOnly(object: JsonObject, members: readonly string[]): boolean {
  return Object.keys(object).every((name) => name === '' || members.includes(name));
}

/** Where the digits end that begin there. */
export function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  return at;
}

/** Where the digits begin that end there. */
export function digitsBegin(bytes: Uint8Array, end: number): number {
  let at = end;
  while (isDigit(bytes[at - 1])) at--;
  return at;
}

/** An integer as JSON writes it: at least one digit, and no 0 before another. -1 for anything else. */
export function jsonInteger(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > MAX_DIGITS || (bytes[from] === ZERO && to - from > 1)) return -1;
  return integerAt(bytes, from, to);
}

/** Decimal digits from one place to before another; -1 where something else is among them, or nothing. */
export function integerAt(bytes: Uint8Array, from: number, to: number): number {
  let value = from < to ? 0 : -1;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** 0 for a byte that is a hexadecimal digit, as idOf has them. */
const NO_HEXADECIMAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9a-f]/.test(String.fromCharCode(byte)) ? 0 : 1,
);

/** Whether 32 hexadecimal digits are there. */
export function isId(bytes: Uint8Array, from: number): boolean {
  const end = from + ID_LENGTH;
  if (from < 0 || end > bytes.length) return false;
  let others = 0;
  // Nearly all are ids: to look at each byte without a branch takes half the time.
  for (let at = from; at < end; at++) others |= NO_HEXADECIMAL[bytes[at] ?? 0] ?? 1;
  return others === 0;
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= ZERO && code <= 0x39;
}
