import type { Nanoseconds } from '../model.ts';
import { integerAt } from './json-parts.ts';
import { reads } from './marks.ts';

const NANOSECONDS = 1_000_000_000n;
const SECOND = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d$/;
const DIGITS = 9;
/** Characters behind the seconds: `.123456789Z`. */
const TAIL = DIGITS + 2;
/** `2026-01-15T10:00:01.020540000Z` */
export const TIME_LENGTH = 30;
const POINT = 0x2e;
const ZULU = 0x5a;

interface Second {
  text: string;
  nanoseconds: bigint;
}

/** Seconds that were read, by their last digits: an event has two times, and events of many hosts are mixed. */
const knownSeconds = new Array<Second>(64).fill({ text: '?', nanoseconds: 0n });

/** RFC 3339 in UTC with nine digits, as events have it; undefined for anything else. */
export function parseEventTime(text: string): Nanoseconds | undefined {
  const bytes = Buffer.from(text);
  return readEventTime(bytes, 0, bytes.length);
}

/** The same, of bytes from one place to before another. */
export function readEventTime(bytes: Buffer, from: number, to: number): Nanoseconds | undefined {
  const point = to - TAIL;
  const fraction = point < from ? -1 : integerAt(bytes, point + 1, to - 1);
  if (fraction < 0 || bytes[point] !== POINT || bytes[to - 1] !== ZULU) return undefined;
  const slot = ((bytes[point - 1] ?? 0) + 10 * (bytes[point - 2] ?? 0)) & 63;
  let known = knownSeconds[slot];
  if (known?.text.length !== point - from || !reads(bytes, from, known.text)) {
    known = secondOf(bytes.toString('latin1', from, point));
    if (known === undefined) return undefined;
    knownSeconds[slot] = known;
  }
  return known.nanoseconds + BigInt(fraction);
}

function secondOf(text: string): Second | undefined {
  const milliseconds = SECOND.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  return { text, nanoseconds: BigInt(milliseconds / 1000) * NANOSECONDS };
}
