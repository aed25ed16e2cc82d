import { BlockType, byteOrder, isKnown, isRead, MAX_BLOCK, MIN_BLOCK } from './pcapng-blocks.ts';
import type { RecordEnd } from './resynchronise.ts';
import type { InputWindow } from './window.ts';

/** A file cut short within a packet with more than that in options is taken to have a damaged length. */
const MAX_LIKELY_OPTIONS = 4096;

/** What is wrong with a block's framing. */
export interface FramingError {
  expected: string;
  found: string;
}

/**
 * Checks the length of a block as far as it can be without its end.
 * @param rest bytes from the block on to the end of the input, Infinity where that is not known
 */
export function lengthError(length: number, rest: number): FramingError | undefined {
  const found = String(length);
  if (length < MIN_BLOCK || (length & 3) !== 0) {
    return { expected: `a block length that is a multiple of 4 and at least ${MIN_BLOCK}`, found };
  }
  if (length <= MAX_BLOCK) return undefined;
  if (length > rest) return { expected: `a block length of at most the ${rest} bytes that follow`, found };
  return undefined;
}

/** Blocks that may be this long without the end of theirs being seen: those that others depend on. */
const UNSEEN: ReadonlySet<number> = new Set([
  BlockType.sectionHeader,
  BlockType.interfaceDescription,
  BlockType.journalRecord,
]);
const MAX_UNSEEN = 16 * 1024 * 1024;

/**
 * Checks a block of a type that is read, but too long to be held. Stepping over one whose length is
 * damaged would lose all that it seems to hold, so its end must agree; from a stream, which cannot
 * be looked ahead in, a bounded length is believed of those without which nothing else can be read.
 * @param rest as for {@link lengthError}
 */
export function oversizeError(
  window: InputWindow,
  at: number,
  type: number,
  length: number,
  rest: number,
  little: boolean,
): FramingError | undefined {
  if (length <= MAX_BLOCK || (length & 3) !== 0 || !isRead(type)) return undefined;
  const error = { expected: `a block length of at most ${MAX_BLOCK}`, found: String(length) };
  if (length > rest) return error;
  if (window.ahead === undefined) return UNSEEN.has(type) && length <= MAX_UNSEEN ? undefined : error;
  const trailing = window.ahead(window.origin + at + length - 4);
  const agrees = trailing !== undefined && trailing.getUint32(0, little) === length;
  return agrees ? undefined : error;
}

/**
 * A {@link RecordEnd} of blocks of known types whose two lengths agree.
 * @param sectionFirst whether a chain must begin with a section header
 */
export function blockChain(
  view: DataView,
  end: number,
  sectionLittle: boolean,
  sectionFirst: boolean,
): RecordEnd {
  let little: boolean | undefined = sectionLittle;
  return (at, first) => {
    if (at + MIN_BLOCK > end) return Number.POSITIVE_INFINITY;
    if (first) little = sectionLittle;
    const type = view.getUint32(at, little);
    if (type === BlockType.sectionHeader) little = byteOrder(view, at + 8);
    else if (first && sectionFirst) return Number.NaN;
    if (little === undefined || !isKnown(type)) return Number.NaN;
    const length = view.getUint32(at + 4, little);
    if (length > MAX_BLOCK || lengthError(length, Number.POSITIVE_INFINITY)) return Number.NaN;
    if (at + length > end) return Number.POSITIVE_INFINITY;
    return view.getUint32(at + length - 4, little) === length ? at + length : Number.NaN;
  };
}

/**
 * Whether a block that the end of the input cuts looks as it does in a file that was cut short,
 * rather than like one whose length is damaged.
 */
export function looksCut(view: DataView, at: number, have: number, little: boolean): boolean {
  const type = view.getUint32(at, little);
  if ((type !== BlockType.enhancedPacket && type !== BlockType.packet) || have < 28) return true;
  const options = view.getUint32(at + 4, little) - 32 - view.getUint32(at + 20, little);
  return options >= 0 && options <= MAX_LIKELY_OPTIONS;
}
