import { getSystemErrorMap } from 'node:util';
import { ImdsError } from '../errors.ts';
import type { LineCount } from './line-queue.ts';

/** Why, in words: `no space left on device`. */
export function reasonOf(error: Error): string {
  const { errno, code } = error as NodeJS.ErrnoException;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return known ?? code ?? error.message;
}

/** `cannot write PATH: no space left on device`; an error of our own says all that itself. */
export function cannotWrite(path: string, error: Error): string {
  if (!(error instanceof ImdsError)) return `cannot write ${path}: ${reasonOf(error)}`;
  return error.remedy === undefined ? error.message : `${error.message}. ${error.remedy.replace(/\.$/, '')}`;
}

/** `1 line`, `12,000 lines`. */
export function linesOf(lines: number): string {
  return `${lines.toLocaleString('en-US')} ${lines === 1 ? 'line' : 'lines'}`;
}

/** `12 lines (3,400 bytes)`. */
export function amountOf({ lines, bytes }: LineCount): string {
  return `${linesOf(lines)} (${bytes.toLocaleString('en-US')} bytes)`;
}
