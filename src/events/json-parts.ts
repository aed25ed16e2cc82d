import { integerAt } from './event-time.ts';
import { type JsonObject, objectOf, parseJson } from './json-object.ts';

/** Of a number that is exact. */
const MAX_DIGITS = 15;
const ID_LENGTH = 32;

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
export function digitsEnd(text: string, from: number): number {
  let at = from;
  while (isDigit(text, at)) at++;
  return at;
}

/** Where the digits begin that end there. */
export function digitsBegin(text: string, end: number): number {
  let at = end;
  while (isDigit(text, at - 1)) at--;
  return at;
}

/** An integer as JSON writes it: at least one digit, and no 0 before another. */
export function isInteger(text: string, from: number, to: number): boolean {
  if (to <= from || to - from > MAX_DIGITS || (text[from] === '0' && to - from > 1)) return false;
  return integerAt(text, from, to) >= 0;
}

/** 32 hexadecimal digits, as idOf has them. @returns where they end; -1 for anything else */
export function idEnd(text: string, from: number): number {
  const end = from + ID_LENGTH;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return -1;
  }
  return end;
}

/** Behind the mark; -1 where it does not come. */
export function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}
