import { maskTarget } from '../../secrets.ts';
import { KNOWN_METHODS, MAX_TARGET, versionAt } from '../http/request-line.ts';
import { statusOf } from '../http/response-parser.ts';
import { separates } from './fill.ts';
import { type Kept, keptBy, keptByOfBeginning } from './fit.ts';

const SPACE = 32;
const SLASH = 47;
const SMALL_H = 104;
/** ` HTTP/1.1` */
const VERSION_LENGTH = 9;
/** `HTTP/1.1 200` */
const STATUS_LENGTH = 12;
const REASON_PHRASE = /^(?: [A-Za-z' -]{0,40})?$/;
/** Neither a tchar (RFC 9110 §5.6.2) nor what separates words. */
const NO_METHOD = /[^!#$%&'*+.^_`|~0-9A-Za-z\s\0-]/;
/** What may be the beginning of a request line's last word. */
const VERSION_BEGINNING = / (?:H(?:T(?:T(?:P(?:\/(?:1(?:\.\d? *)?)?)?)?)?)?)?\r?$/;

/** Of a request line that was read as one: everything but the secrets of its target. */
export function keptOfRequestLine(bytes: Buffer, start: number, lineEnd: number): Kept {
  const kept = separators(bytes, start, lineEnd);
  let end = lineEnd;
  while (end > start && bytes[end - 1] === SPACE) end--;
  let target = start;
  while (target < end && bytes[target] !== SPACE) target++;
  kept.fill(1, 0, target - start);
  while (target < end && bytes[target] === SPACE) target++;
  let targetEnd = end;
  if (versionAt(bytes, end) !== undefined) {
    targetEnd -= VERSION_LENGTH;
    kept.fill(1, targetEnd - start, end - start);
  }
  return withTarget(kept, bytes, start, target, targetEnd, keptBy);
}

/**
 * Of a first line that is no request line: what makes it begin like one, where reading goes on after a loss
 * (isRequestLine), and what makes it fail.
 */
export function keptOfFailedRequestLine(bytes: Buffer, start: number, end: number): Kept {
  const kept = separators(bytes, start, end);
  const evidence = evidenceOfRequest(bytes, start, end);
  if (evidence === 0) return kept.fill(0);
  kept.fill(1, 0, evidence);
  if (end - start >= VERSION_LENGTH && versionAt(bytes, end) !== undefined) {
    kept.fill(1, end - start - VERSION_LENGTH);
  }
  return kept;
}

/** How many bytes make this begin like a request: a known method, and what a target begins with. */
export function evidenceOfRequest(bytes: Buffer, start: number, end: number): number {
  const head = bytes.toString('latin1', start, Math.min(end, start + 8));
  const method = KNOWN_METHODS.find((known) => head.startsWith(known));
  if (method === undefined) return 0;
  const next = start + method.length < end ? bytes[start + method.length] : undefined;
  return method.length + (next === SLASH || next === SMALL_H ? 1 : 0);
}

/** Of a request line that is not whole: what of it can be nothing else (see parseCutRequestLine). */
export function keptOfCutRequestLine(bytes: Buffer, length: number): Kept {
  const line = bytes.toString('latin1', 0, Math.min(length, 64));
  const none = new Uint8Array(length);
  if (KNOWN_METHODS.some((known) => known.startsWith(line))) return none.fill(1);
  const method = /^[A-Z]{3,32} /.exec(line)?.[0];
  if (method === undefined) {
    // One byte that no method has: with it, the line stays none, whatever follows.
    const other = line.search(NO_METHOD);
    if (other >= 0) none[other] = 1;
    return none;
  }
  const beginning = line.slice(method.length, method.length + 5);
  const isTarget =
    /^\/|^https?:/.test(line.slice(method.length, method.length + 6)) ||
    ('https'.startsWith(beginning) && KNOWN_METHODS.includes(method));
  if (!isTarget) return KNOWN_METHODS.includes(method) ? none.fill(1, 0, method.length) : none;
  const kept = separators(bytes, 0, length);
  kept.fill(1, 0, method.length);
  const tail =
    VERSION_BEGINNING.exec(bytes.toString('latin1', Math.max(0, length - 16), length))?.[0].length ?? 0;
  kept.fill(1, length - tail);
  const targetEnd = Math.max(method.length, length - tail);
  withTarget(kept, bytes, 0, method.length, targetEnd, keptByOfBeginning);
  // With a space behind it, the target is whole, and is read as it is.
  let space = method.length;
  while (space < length && (bytes[space] === 0 || !separates(bytes[space] ?? 0))) space++;
  return space < length && bytes[space] === SPACE
    ? withTarget(kept, bytes, 0, method.length, space, keptBy)
    : kept;
}

export function keptOfStatusLine(bytes: Buffer, start: number, end: number): Kept {
  const kept = new Uint8Array(end - start).fill(1, 0, STATUS_LENGTH);
  const reason = bytes.toString('latin1', start + STATUS_LENGTH, Math.min(end, start + 128));
  return REASON_PHRASE.test(reason) ? kept.fill(1) : kept;
}

export function keptOfCutStatusLine(bytes: Buffer, length: number): Kept {
  const kept = new Uint8Array(length);
  if (statusOf(bytes, 0, length) !== undefined) return kept.fill(1, 0, STATUS_LENGTH);
  const line = bytes.toString('latin1', 0, Math.min(length, STATUS_LENGTH));
  return isStatusBeginning(line) ? kept.fill(1) : kept;
}

function isStatusBeginning(line: string): boolean {
  return line.length < STATUS_LENGTH && /^HTTP\/1\.\d \d{3}$/.test(line + 'HTTP/1.1 200'.slice(line.length));
}

function withTarget(
  kept: Kept,
  bytes: Buffer,
  start: number,
  from: number,
  to: number,
  judge: (mask: (text: string) => string, text: string) => Kept,
): Kept {
  // What is longer is not read.
  const target = bytes.toString('latin1', from, Math.min(to, from + MAX_TARGET));
  judge(maskTarget, target).forEach((keep, i) => {
    if (keep === 1) kept[from - start + i] = 1;
  });
  return kept;
}

/** White space stays where it is: with it or without it, the same line would be another. */
function separators(bytes: Buffer, start: number, end: number): Kept {
  const kept = new Uint8Array(end - start);
  for (let i = start; i < end; i++) if (separates(bytes[i] ?? 0)) kept[i - start] = 1;
  return kept;
}
