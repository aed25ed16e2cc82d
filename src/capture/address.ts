import { isIPv4, isIPv6 } from 'node:net';

/**
 * An IP address as four 32-bit words in network order, signed as DataView.getInt32 gives them.
 * IPv4 stands as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2), so that one key serves both families.
 */
export type AddressWords = Int32Array;

export const MAPPED_PREFIX = 0xffff;

/** Words of a textual address, or undefined if it is none. A zone (`%eth0`) is not part of an address. */
export function parseAddress(text: string): AddressWords | undefined {
  if (isIPv4(text)) return Int32Array.of(0, 0, MAPPED_PREFIX, ipv4Word(text));
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return ipv6Words(text);
}

/** Dotted quad, or RFC 5952 text. */
export function formatAddress(w0: number, w1: number, w2: number, w3: number): string {
  if (w0 === 0 && w1 === 0 && w2 === MAPPED_PREFIX) {
    return `${w3 >>> 24}.${(w3 >>> 16) & 255}.${(w3 >>> 8) & 255}.${w3 & 255}`;
  }
  const groups = [w0, w1, w2, w3].flatMap((word) => [word >>> 16, word & 0xffff]);
  const [start, length] = longestZeroRun(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

export function isMapped(words: AddressWords): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === MAPPED_PREFIX;
}

function ipv4Word(text: string): number {
  return text.split('.').reduce((word, octet) => (word << 8) | Number(octet), 0);
}

function ipv6Words(text: string): AddressWords {
  const dotted = text.lastIndexOf('.') < 0 ? -1 : text.lastIndexOf(':') + 1;
  const tail = dotted < 0 ? 0 : ipv4Word(text.slice(dotted));
  const plain =
    dotted < 0
      ? text
      : `${text.slice(0, dotted)}${(tail >>> 16).toString(16)}:${(tail & 0xffff).toString(16)}`;
  const [head = '', rest] = plain.split('::');
  const before = groupsOf(head);
  const after = groupsOf(rest ?? '');
  const groups = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Int32Array.from({ length: 4 }, (_, i) => ((groups[2 * i] ?? 0) << 16) | (groups[2 * i + 1] ?? 0));
}

function groupsOf(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
}

/** RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals. */
function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let i = 0; i < groups.length; i++) {
    let length = 0;
    while (groups[i + length] === 0) length++;
    if (length > best[1]) best = [i, length];
    i += length;
  }
  return best;
}
