/**
 * What stands in the place of a blanked byte. A capital is part of every shape that src/secrets.ts masks, so
 * that a blanked key still shows as a masked one; none of these is a hexadecimal digit, a separator, or the
 * beginning of a method, a version or a field that is read: no blanked text can be taken for a message.
 *
 * There are several because two clients behind a NAT may share an ISN: they are told apart by bytes that
 * differ, and must still differ once these are blanked.
 */
export const FILLS: readonly number[] = Array.from('XYZWVUQK', (letter) => letter.charCodeAt(0));

export const FILL = 88;

export function nextFill(fill: number): number {
  return FILLS[(FILLS.indexOf(fill) + 1) % FILLS.length] ?? FILL;
}

/** White space as regular expressions know it in latin1, and NUL: what separates the parts of a request line. */
export function separates(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13) || byte === 0xa0 || byte === 0;
}
