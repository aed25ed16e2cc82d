import type { Nanoseconds } from '../model.ts';

const NANOSECONDS = 1_000_000_000n;
const TIME = /^([+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z$/;
/** `2026-01-15T10:00:01.020540000Z` */
export const TIME_LENGTH = 30;

/** RFC 3339 in UTC with nine digits, as events have it; undefined for anything else. */
export function parseEventTime(text: string): Nanoseconds | undefined {
  const [, second, fraction = ''] = TIME.exec(text) ?? [];
  const milliseconds = second === undefined ? Number.NaN : Date.parse(`${second}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds / 1000) * NANOSECONDS + BigInt(fraction);
}
