import type { LineKind } from './message-observer.ts';

/** Between messages: blank lines are skipped (RFC 9112 §2.2). */
export const START = 0;
export const START_LINE = 1;
export const HEADER = 2;
export const BODY = 3;
export const CHUNK_SIZE = 4;
export const CHUNK_END = 5;
export const TRAILER = 6;
/** A body that ends with the connection (RFC 9112 §6.3, 8). */
export const UNTIL_CLOSE = 7;
/** The rest of an over-long line. */
export const SKIP_LINE = 8;
/** Cannot be parsed: waits for a segment that begins with a message. */
export const LOST = 9;
/** Another protocol after 101 Switching Protocols. */
export const OPAQUE = 10;

/** What the lines of a state are, in the words of observers; undefined where no lines are read. */
export const LINE_KINDS: readonly (LineKind | undefined)[] = [
  undefined,
  'start',
  'field',
  undefined,
  'chunk size',
  'chunk end',
  'trailer',
  undefined,
  'rest of a line',
];
