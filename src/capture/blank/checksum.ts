const MODULUS = 0xffff;

/** What the sum of 16-bit words changes by when the byte at this distance from the header becomes another. */
export function change(distance: number, before: number, after: number): number {
  return (distance & 1) === 0 ? (after - before) * 256 : after - before;
}

/** RFC 1624: the checksum after the sum of the words it covers has changed. Right stays right, wrong wrong. */
export function adjusted(checksum: number, delta: number): number {
  const sum = ((((~checksum & 0xffff) + delta) % MODULUS) + MODULUS) % MODULUS;
  // A sum of words that are not all zero is never +0 (RFC 1071).
  return ~(sum === 0 ? MODULUS : sum) & 0xffff;
}

/** The ones' complement sum of bytes[from, to), which begin with a whole word. */
export function sumOf(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 2) sum += ((bytes[i] ?? 0) << 8) | (i + 1 < to ? (bytes[i + 1] ?? 0) : 0);
  return fold(sum);
}

export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}
