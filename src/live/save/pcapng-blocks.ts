/** Blocks and options of pcapng, little-endian. */

export interface Option {
  code: number;
  value: Uint8Array;
}

const BLOCK_OVERHEAD = 12;
const OPTION_HEADER = 4;

/** Length with its padding to 32 bits. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** A whole block around a body of that many bytes (a multiple of 4), all of which `write` has to set. */
export function block(type: number, bodyLength: number, write: (bytes: Buffer, at: number) => void): Buffer {
  const length = BLOCK_OVERHEAD + bodyLength;
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(length, 4);
  write(bytes, 8);
  bytes.writeUInt32LE(length, length - 4);
  return bytes;
}

/** Text of at most so many bytes; none where there is no text. */
export function textOption(code: number, text: string | undefined, maximum: number): Option[] {
  if (text === undefined || text === '') return [];
  // A character has at least a byte: of a hostile text, no more is encoded than can matter.
  const value = Buffer.from(text.slice(0, maximum + 1));
  return [{ code, value: value.length <= maximum ? value : cut(value, maximum) }];
}

/** Bytes of options with their end marker; 0 where there are none. */
export function optionsLength(options: readonly Option[]): number {
  if (options.length === 0) return 0;
  return options.reduce((sum, { value }) => sum + OPTION_HEADER + padded(value.length), OPTION_HEADER);
}

export function writeOptions(bytes: Buffer, at: number, options: readonly Option[]): void {
  if (options.length === 0) return;
  let next = at;
  for (const { code, value } of options) {
    bytes.writeUInt16LE(code, next);
    bytes.writeUInt16LE(value.length, next + 2);
    next += OPTION_HEADER;
    bytes.set(value, next);
    bytes.fill(0, next + value.length, next + padded(value.length));
    next += padded(value.length);
  }
  bytes.writeUInt32LE(0, next);
}

const ELLIPSIS = Buffer.from('…');

/** Cut between characters, and shown to be. */
function cut(value: Buffer, maximum: number): Buffer {
  let end = maximum - ELLIPSIS.length;
  // A byte 10xxxxxx goes on with the character before it.
  while (end > 0 && ((value[end] as number) & 0xc0) === 0x80) end--;
  return Buffer.concat([value.subarray(0, end), ELLIPSIS]);
}
