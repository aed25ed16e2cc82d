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

/** Longest header value that is kept as text (a user agent, an X-Forwarded-For). */
const MAX_VALUE = 1024;

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
export function fieldValue(bytes: Buffer, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  return bytes.toString('latin1', from, Math.min(to, from + MAX_VALUE));
}

/** Content-Length (RFC 9110 §8.6); -1 where it is no number, or two that differ. */
export function contentLength(bytes: Buffer, start: number, end: number): number {
  const text = fieldValue(bytes, start, end);
  if (/^\d{1,15}$/.test(text)) return Number(text);
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
