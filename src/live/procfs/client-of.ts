import { isMapped, parseAddress } from '../../capture/address.ts';

/**
 * Whom a connection is counted to where look-ups are shared out: the address, and of IPv6 its /64, out of
 * which one machine takes as many as it likes.
 */
export function clientOf(address: string): string {
  const words = parseAddress(address);
  return words === undefined || isMapped(words) ? address : `${words[0]},${words[1]}`;
}
