import { maskText } from '../secrets.ts';
import { MAX_PATH, shortTextOf } from './json-object.ts';

/** A name that somebody else wrote, and that reports show as it is: without secrets, and no longer than a path. */
export function maskedName(value: unknown): string | undefined {
  const name = shortTextOf(value, MAX_PATH);
  return name && maskText(name);
}
