import type { Texts } from './texts.ts';

/** Longer targets are cut in what is reported; they decide nothing. */
export const MAX_TARGET = 4096;
const MAX_METHOD = 32;

/** Methods that are believed at a place where no request was expected. */
export const KNOWN_METHODS: readonly string[] = [
  'GET ',
  'PUT ',
  'HEAD ',
  'POST ',
  'OPTIONS ',
  'DELETE ',
  'PATCH ',
];

export interface RequestLine {
  method: string;
  /** latin1 */
  target: string;
  /** `1.1`, `1.0`; `0.9` for a line without a version (RFC 1945 §4.1). */
  httpVersion: string;
}

/** RFC 9112 §3, leniently: spaces within the target are taken for part of it, as servers do. */
export function parseRequestLine(
  bytes: Buffer,
  start: number,
  lineEnd: number,
  texts: Texts,
): RequestLine | undefined {
  let end = lineEnd;
  while (end > start && bytes[end - 1] === 32) end--;
  let space = start;
  while (space < end && isTokenByte(bytes[space] ?? 0)) space++;
  if (space === start || space - start > MAX_METHOD || bytes[space] !== 32) return undefined;
  const method = methodOf(bytes, start, space);
  const version = versionAt(bytes, end);
  if (version === undefined) {
    // HTTP/0.9 knows GET alone, and its target is a path.
    if (method !== 'GET' || bytes[space + 1] !== 47 || end - space > MAX_TARGET) return undefined;
    const simple = bytes.toString('latin1', space + 1, end);
    return /[\s\0]/.test(simple) ? undefined : { method, target: simple, httpVersion: '0.9' };
  }
  let from = space + 1;
  let to = end - 9;
  while (from < to && bytes[from] === 32) from++;
  while (to > from && bytes[to - 1] === 32) to--;
  if (from >= to) return undefined;
  return {
    method,
    target: texts.latin1(bytes, from, Math.min(to, from + MAX_TARGET)),
    httpVersion: version,
  };
}

/** An upper-case method, and what a target begins with: less could be the beginning of anything. */
const CUT_LINE = /^([A-Z]{3,32}) (?:((?:\/|https?:)\S*) )?/;

/** What is whole of a line of which the end is missing: a method, or a method and a target; otherwise ''. */
export function parseCutRequestLine(bytes: Buffer, end: number): { method: string; target: string } {
  const text = bytes.toString('latin1', 0, Math.min(end, MAX_METHOD + MAX_TARGET));
  const [, method = '', target = ''] = CUT_LINE.exec(text) ?? [];
  return target !== '' || KNOWN_METHODS.includes(`${method} `)
    ? { method, target }
    : { method: '', target: '' };
}

/**
 * Whether a segment begins with a request, where the bytes before it could not be read. Only a known
 * method and a whole first line, or the beginning of a target, are believed: anything less could be
 * a body.
 */
export function isRequestLine(bytes: Buffer, start: number, end: number): boolean {
  const head = bytes.toString('latin1', start, Math.min(end, start + 9));
  const method = KNOWN_METHODS.find((known) => head.startsWith(known));
  if (method === undefined) return false;
  const lf = bytes.subarray(start, Math.min(end, start + MAX_TARGET)).indexOf(10);
  if (lf >= 0) {
    const cr = lf > 0 && bytes[start + lf - 1] === 13 ? 1 : 0;
    return versionAt(bytes, start + lf - cr) !== undefined;
  }
  const target = bytes[start + method.length];
  return target === 47 || target === 104;
}

function methodOf(bytes: Buffer, start: number, end: number): string {
  const first = bytes[start];
  if (end - start === 3 && first === 71 && bytes[start + 1] === 69 && bytes[start + 2] === 84) return 'GET';
  if (end - start === 3 && first === 80 && bytes[start + 1] === 85 && bytes[start + 2] === 84) return 'PUT';
  return bytes.toString('latin1', start, end);
}

/** The version where the line ends with ` HTTP/1.x`. */
export function versionAt(bytes: Buffer, end: number): string | undefined {
  const at = end - 9;
  if (
    at < 0 ||
    bytes[at] !== 32 ||
    bytes[at + 1] !== 72 ||
    bytes[at + 2] !== 84 ||
    bytes[at + 3] !== 84 ||
    bytes[at + 4] !== 80 ||
    bytes[at + 5] !== 47 ||
    bytes[at + 6] !== 49 ||
    bytes[at + 7] !== 46
  ) {
    return undefined;
  }
  const minor = bytes[at + 8] ?? 0;
  if (minor === 49) return '1.1';
  return minor >= 48 && minor <= 57 ? `1.${minor - 48}` : undefined;
}

/** tchar (RFC 9110 §5.6.2), which is what a method is made of. */
function isTokenByte(byte: number): boolean {
  return (
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122) ||
    (byte > 32 && byte < 127 && isOtherToken(byte))
  );
}

function isOtherToken(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || "!#$%&'*+-.^_`|~".includes(String.fromCharCode(byte));
}
