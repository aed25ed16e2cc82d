/** Versions as products number them: compared by their numbers, and only where that tells. */
import type { Since } from './types.ts';

/** Longer ones are not versions, and nothing of hostile length leaves here. */
const LONGEST = 40;
const MOST_DIGITS = 9;

/** A text that may be shown and compared as a version; undefined where it is none. */
export function versionFrom(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LONGEST) return undefined;
  const trimmed = text.replace(/\.+$/, '');
  return /^\d[\w.+~:-]*$/.test(trimmed) ? trimmed : undefined;
}

/**
 * A release before the numbers that it has, as distributions write it: `2.0.0~rc1` (dpkg, rpm), `2.0.0_rc1` (apk),
 * and snapshots, `2.0.0~git20240101`. Other words behind a tilde are no upstream's: `~dfsg`, `~bpo12`, `~deb12u1`.
 */
const BEFORE = /^[-._~]?(?:alpha|beta|dev|pre|rc|[ab](?=\d))[\d.]{0,16}|^~(?:git|svn|hg|\d{8})[\w.]{0,16}/;

/** What upstream calls it, of a distribution's version: `1:2.42.0+ds-5+deb12u1` → `2.42.0`, `2.0~rc1-1` → `2.0~rc1`. */
export function upstreamVersion(text: string | undefined): string | undefined {
  const version = text?.replace(/^\d+:/, '') ?? '';
  const numbered = /^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
  return versionFrom(numbered + (BEFORE.exec(version.slice(numbered.length))?.[0] ?? ''));
}

/**
 * Whether a version is below another. Undefined where numbers do not tell: `2.0.0rc1` beside 2.0.0, or no
 * numbers at all.
 */
export function isBelow(version: string, bound: string): boolean | undefined {
  const own = numbers(version);
  const other = numbers(bound);
  if (own === undefined || other === undefined) return undefined;
  for (let at = 0; at < Math.max(own.parts.length, other.parts.length); at++) {
    const difference = (own.parts[at] ?? 0) - (other.parts[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return own.rest ? undefined : false;
}

interface Numbers {
  parts: readonly number[];
  /** Something follows the numbers: a release before or after them. */
  rest: boolean;
}

function numbers(version: string): Numbers | undefined {
  const text = /^\d+(?:\.\d+)*/.exec(version)?.[0];
  if (text === undefined) return undefined;
  const parts = text.split('.');
  if (parts.some((part) => part.length > MOST_DIGITS)) return undefined;
  return { parts: parts.map(Number), rest: text.length < version.length };
}

/** `botocore 1.13.25`, `always`, `never`; undefined where nobody knows. */
export function sinceText(value: Since | undefined): string | undefined {
  return typeof value === 'object' ? `${value.product} ${value.version}` : value;
}
