import { isUtf8 } from 'node:buffer';

/**
 * Text of JSON bytes. JSON is UTF-8 (RFC 8259 §8.1), but an argument or a path of a process need
 * not be: each byte that is not part of a character becomes `\\xNN`, which JSON reads as `\xNN`.
 */
export function decodeJsonText(json: Uint8Array): string {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let decoded = '';
  let valid = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length === 0) {
      const hex = (bytes[at] as number).toString(16).toUpperCase();
      decoded += `${bytes.toString('utf8', valid, at)}\\\\x${hex}`;
      valid = at + 1;
    }
    at += length || 1;
  }
  return decoded + bytes.toString('utf8', valid);
}

/** Bytes of the UTF-8 character at this offset; 0 if there is none. */
export function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
