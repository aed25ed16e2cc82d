import type { Nanoseconds } from '../model.ts';
import { ByteText } from './byte-text.ts';
import { integerAt } from './json-parts.ts';
import { Line } from './line.ts';

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
  text: ByteText;
  nanoseconds: bigint;
}

/** Seconds that were read, by their last digits: an event has two times, and events of many hosts are mixed. */
const knownSeconds = new Array<Second>(64).fill({ text: new ByteText('?'), nanoseconds: 0n });

/** RFC 3339 in UTC with nine digits, as events have it; undefined for anything else. */
export function parseEventTime(text: string): Nanoseconds | undefined {
  const line = Line.of(text);
  return readEventTime(line, 0, line.end);
}

/** The same, in a line from one place to before another. */
export function readEventTime({ bytes, view }: Line, from: number, to: number): Nanoseconds | undefined {
  const point = to - TAIL;
  const fraction = point < from ? -1 : integerAt(bytes, point + 1, to - 1);
  if (fraction < 0 || bytes[point] !== POINT || bytes[to - 1] !== ZULU) return undefined;
  const slot = ((bytes[point - 1] ?? 0) + 10 * (bytes[point - 2] ?? 0)) & 63;
  let known = knownSeconds[slot];
  if (known?.text.length !== point - from || !known.text.isAt(view, from, point)) {
    known = secondOf(bytes.toString('latin1', from, point));
    if (known === undefined) return undefined;
    knownSeconds[slot] = known;
  }
  return known.nanoseconds + BigInt(fraction);
}

function secondOf(text: string): Second | undefined {
  const milliseconds = SECOND.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  return { text: new ByteText(text), nanoseconds: BigInt(milliseconds / 1000) * NANOSECONDS };
}
