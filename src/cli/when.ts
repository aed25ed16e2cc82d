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
  const ago = parseDuration(text);
  if (ago !== undefined) return now - BigInt(ago) * NANOSECONDS_IN_MS;
  const time = DATE.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : Number.NaN;
  if (!Number.isNaN(time)) return BigInt(time) * NANOSECONDS_IN_MS;
  throw new UsageError(`${option} ${text}: expected a duration or a date`, {
    code: 'usage.time',
    remedy:
      'Give how long ago (90m, 24h, 7d), or a date (2026-11-24, 2026-11-24T08:00, 2026-11-24T08:00:00Z).',
  });
}
