export const END_OF_OPTIONS = 0;

export interface Option {
  code: number;
  /** Offset of its value in the buffer, and the value's length without padding. */
  offset: number;
  length: number;
}

/** Options of a block (draft-ietf-opsawg-pcapng §3.5): code, length, value padded to 32 bits. A list that breaks off ends there. */
export function* options(view: DataView, from: number, to: number, little: boolean): Generator<Option> {
  let at = from;
  while (at + 4 <= to) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === END_OF_OPTIONS || at + 4 + length > to) return;
    yield { code, offset: at + 4, length };
    at += 4 + padded(length);
  }
}

/** Length with the padding to 32 bits. */
export function padded(length: number): number {
  return length + (-length & 3);
}

/** A text value; writers may end it with NUL, which is not part of it. */
export function text(bytes: Buffer, option: Option, maximum = option.length): string {
  const length = Math.min(option.length, maximum);
  return bytes.toString('utf8', option.offset, option.offset + length).replace(/\0+$/, '');
}
