import type { Nanoseconds } from '../model.ts';

const NANOSECONDS = 1_000_000_000n;
const SECOND = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d$/;
const DIGITS = 9;
/** Characters behind the seconds: `.123456789Z`. */
const TAIL = DIGITS + 2;
const POINT = 0x2e;
const ZULU = 0x5a;
const ZERO = 0x30;

/** Seconds that were read, by their last digits: an event has two times, and events of many hosts are mixed. */
const knownSeconds = new Array<{ text: string; nanoseconds: bigint }>(64).fill({ text: '', nanoseconds: 0n });

/** RFC 3339 in UTC with nine digits, as events have it; undefined for anything else. */
export function parseEventTime(text: string): Nanoseconds | undefined {
  const point = text.length - TAIL;
  const fraction = integerAt(text, point + 1, text.length - 1);
  if (fraction < 0 || text.charCodeAt(point) !== POINT || text.charCodeAt(text.length - 1) !== ZULU)
    return undefined;
  const second = text.slice(0, point);
  const slot = (text.charCodeAt(point - 1) + 10 * text.charCodeAt(point - 2)) & 63;
  let known = knownSeconds[slot];
  if (known?.text !== second) {
    const milliseconds = SECOND.test(second) ? Date.parse(`${second}Z`) : Number.NaN;
    if (Number.isNaN(milliseconds)) return undefined;
    // A copy: a slice would keep the whole line.
    known = {
      text: Buffer.from(second).toString('latin1'),
      nanoseconds: BigInt(milliseconds / 1000) * NANOSECONDS,
    };
    knownSeconds[slot] = known;
  }
  return known.nanoseconds + BigInt(fraction);
}

/** Decimal digits from one index to below another; -1 where something else is among them, or nothing. */
export function integerAt(text: string, from: number, to: number): number {
  let value = from < to ? 0 : -1;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
