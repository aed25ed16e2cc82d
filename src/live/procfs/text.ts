import { isUtf8 } from 'node:buffer';
import { characterLength } from '../../bpf/json-text.ts';

/** Text of bytes that need not be UTF-8: what is none stands as `\xNN`, as in every record. Cut at `most` bytes. */
export function textOf(bytes: Buffer, most = Number.POSITIVE_INFINITY): string {
  if (bytes.length <= most && isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  let room = most;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    const part = length === 0 ? escaped(bytes[at] as number) : bytes.toString('utf8', at, at + length);
    room -= length || part.length;
    if (room < 0) break;
    text += part;
    at += length || 1;
  }
  return text;
}

function escaped(byte: number): string {
  return `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
