import { UsageError } from '../errors.ts';
import type { Nanoseconds } from '../model.ts';
import { parseDuration } from './duration.ts';

const NANOSECONDS_IN_MS = 1_000_000n;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A point in time: `24h` ago, or a date of ISO 8601, local unless it has a zone.
 *
 * @param option for messages: `--since`
 * @throws UsageError where it is none of these
 */
export function parseWhen(text: string, option: string, now: Nanoseconds): Nanoseconds {
  // A unit that was forgotten must not leave out all but the last seconds.
  const ago = /[a-z]$/.test(text) ? parseDuration(text) : undefined;
  if (ago !== undefined) return now - BigInt(ago) * NANOSECONDS_IN_MS;
  const time = isDate(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : Number.NaN;
  if (!Number.isNaN(time)) return BigInt(time) * NANOSECONDS_IN_MS;
  throw new UsageError(`${option} ${text}: expected a duration or a date`, {
    code: 'usage.time',
    remedy:
      'Give how long ago (90m, 24h, 7d), or a date (2026-11-24, 2026-11-24T08:00, 2026-11-24T08:00:00Z).',
  });
}

/** @throws UsageError where nothing can be from then until then */
export function requireSpan(since: Nanoseconds | undefined, until: Nanoseconds | undefined): void {
  if (since === undefined || until === undefined || since < until) return;
  throw new UsageError('--since is not before --until: no call can be of that time', {
    code: 'usage.time',
    remedy: 'Give the earlier of the two to --since; of times ago, that is the longer one.',
  });
}

/** One that the calendar has: JavaScript takes the 30th of February for the 2nd of March. */
function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const day = text.slice(0, 10);
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
