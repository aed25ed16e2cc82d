import type { Nanoseconds } from '../model.ts';

const NANOSECONDS = 1_000_000_000n;
const SHAPE = /^([+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z$/;
/** Characters behind the seconds: `.123456789Z`. */
const TAIL = 11;

let knownSecond = '';
let knownNanoseconds = 0n;

/** RFC 3339 in UTC with nine digits, as events have it; undefined for anything else. */
export function parseEventTime(text: string): Nanoseconds | undefined {
  const second = text.slice(0, -TAIL);
  if (second !== knownSecond || !/^\.\d{9}Z$/.test(text.slice(-TAIL))) {
    if (!SHAPE.test(text)) return undefined;
    const milliseconds = Date.parse(`${second}Z`);
    if (Number.isNaN(milliseconds)) return undefined;
    knownSecond = second;
    knownNanoseconds = BigInt(milliseconds / 1000) * NANOSECONDS;
  }
  return knownNanoseconds + BigInt(text.slice(-TAIL + 1, -1));
}
