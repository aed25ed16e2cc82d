import { BlockType, byteOrder, isKnown, isRead, MAX_BLOCK, MIN_BLOCK } from './pcapng-blocks.ts';
import type { RecordEnd } from './resynchronise.ts';

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
export function lengthError(type: number, length: number, rest: number): FramingError | undefined {
  const found = String(length);
  if (length < MIN_BLOCK || (length & 3) !== 0) {
    return { expected: `a block length that is a multiple of 4 and at least ${MIN_BLOCK}`, found };
  }
  if (length <= MAX_BLOCK) return undefined;
  if (isRead(type)) return { expected: `a block length of at most ${MAX_BLOCK}`, found };
  if (length > rest) return { expected: `a block length of at most the ${rest} bytes that follow`, found };
  return undefined;
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
    if (length > MAX_BLOCK || lengthError(type, length, Number.POSITIVE_INFINITY)) return Number.NaN;
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
