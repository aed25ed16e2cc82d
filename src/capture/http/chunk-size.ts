const SPACE = 32;
const TAB = 9;
const SEMICOLON = 59;

/** Chunk sizes and lengths beyond that cannot be counted exactly. */
const MAX_LENGTH = Number.MAX_SAFE_INTEGER / 2;

/**
 * RFC 9112 §7.1: hexadecimal digits, then perhaps extensions; -1 where it is no size.
 * @param isWhole whether the line ends at `end`; otherwise further digits may follow there
 */
export function chunkSize(bytes: Uint8Array, start: number, end: number, isWhole = true): number {
  let size = 0;
  let at = start;
  for (; at < end; at++) {
    const digit = hexDigit(bytes[at] ?? 0);
    if (digit < 0) break;
    size = size * 16 + digit;
    if (size > MAX_LENGTH) return -1;
  }
  if (at === start || (at === end && !isWhole)) return -1;
  const next = at < end ? bytes[at] : undefined;
  return next === undefined || next === SEMICOLON || next === SPACE || next === TAB ? size : -1;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
