/**
 * Link types that the decoder knows (https://www.tcpdump.org/linktypes.html): Ethernet, NULL, LOOP,
 * RAW (also as BSD and OpenBSD number it in files), LINUX_SLL, LINUX_SLL2, IPV4, IPV6.
 */
const SUPPORTED: ReadonlySet<number> = new Set([0, 1, 12, 14, 101, 108, 113, 228, 229, 276]);

export function isSupportedLinkType(linkType: number): boolean {
  return SUPPORTED.has(linkType);
}
