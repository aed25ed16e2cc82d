import type { Texts } from './texts.ts';

/** Names of header fields that decide something, lower case, as bytes. */
export const FieldName = {
  token: bytesOf('x-aws-ec2-metadata-token'),
  tokenTtl: bytesOf('x-aws-ec2-metadata-token-ttl-seconds'),
  userAgent: bytesOf('user-agent'),
  contentLength: bytesOf('content-length'),
  transferEncoding: bytesOf('transfer-encoding'),
  forwardedFor: bytesOf('x-forwarded-for'),
  expect: bytesOf('expect'),
};

/** First bytes of those names. */
const INITIALS = new Uint8Array(256);
for (const [initial = 0] of Object.values(FieldName)) INITIALS[initial] = INITIALS[initial - 32] = 1;

/** Whether a field whose name begins like that may be one of them: the lines of most need not be looked at. */
export function mayMatter(initial: number): boolean {
  return INITIALS[initial] !== 0;
}

/** Longest header value that is kept as text (a user agent, an X-Forwarded-For). */
export const MAX_VALUE = 1024;

function bytesOf(name: string): Uint8Array {
  return Uint8Array.from(name, (char) => char.charCodeAt(0));
}

/** Whether bytes[start, colon) is this name; ASCII case does not matter (RFC 9110 §5.1). */
export function isField(bytes: Uint8Array, start: number, colon: number, name: Uint8Array): boolean {
  if (colon - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    let byte = bytes[start + i] ?? 0;
    if (byte >= 65 && byte <= 90) byte += 32;
    if (byte !== name[i]) return false;
  }
  return true;
}

/** The value behind the colon, latin1, without the white space around it (RFC 9110 §5.5). */
export function fieldValue(bytes: Buffer, start: number, end: number, texts?: Texts): string {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  to = Math.min(to, from + MAX_VALUE);
  return texts === undefined ? bytes.toString('latin1', from, to) : texts.latin1(bytes, from, to);
}

/** A number with nothing but blanks around it, which is what nearly all are; -1 for anything else. */
export function decimal(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at])) at++;
  const first = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return at === end && at > first && at - first <= 15 ? value : -1;
}

/** Content-Length (RFC 9110 §8.6); -1 where it is no number, or two that differ. */
export function contentLength(bytes: Buffer, start: number, end: number): number {
  const digits = decimal(bytes, start, end);
  if (digits >= 0) return digits;
  const text = fieldValue(bytes, start, end);
  // A recipient may take a list of equal values for one (RFC 9112 §6.3, 5).
  const [first, ...others] = text.split(',').map((part) => part.trim());
  if (first === undefined || !/^\d{1,15}$/.test(first) || others.some((other) => other !== first)) return -1;
  return Number(first);
}

/** Whether the last transfer coding is chunked (RFC 9112 §6.1). */
export function endsWithChunked(value: string): boolean {
  return /(?:^|[\s,])chunked\s*$/i.test(value);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}
