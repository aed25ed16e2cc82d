import { parseAddress } from '../../capture/address.ts';

/** A line of a table of routes. */
interface Route {
  interfaceName: string;
  /** The network, as an address of 128 bits; of IPv4, as IPv4-mapped. */
  network: bigint;
  prefix: number;
  metric: number;
}

const UP = 0x1;
const REJECT = 0x200;
const MAPPED_BITS = 96;
const MAPPED = 0xffffn << 32n;

/** /proc/net/route: the main table of IPv4, addresses in the byte order of the machine (all of ours are little-endian). */
export function ipv4Routes(text: string): Route[] {
  return text.split('\n').flatMap((line) => {
    const [interfaceName = '', destination = '', , flags = '', , , metric = '', mask = ''] =
      line.split(/\s+/);
    if (!/^[\dA-F]{8}$/i.test(destination) || !usable(flags)) return [];
    const prefix = MAPPED_BITS + bitsSet(littleEndian(mask));
    const network = MAPPED | BigInt(littleEndian(destination));
    return [{ interfaceName, network, prefix, metric: Number(metric) }];
  });
}

/** /proc/net/ipv6_route: all tables of IPv6. */
export function ipv6Routes(text: string): Route[] {
  return text.split('\n').flatMap((line) => {
    const [network = '', length = '', , , , metric = '', , , flags = '', interfaceName = ''] =
      line.split(/\s+/);
    if (!/^[\da-f]{32}$/i.test(network) || !usable(flags)) return [];
    const prefix = Number.parseInt(length, 16);
    return [{ interfaceName, network: BigInt(`0x${network}`), prefix, metric: Number.parseInt(metric, 16) }];
  });
}

/** The interface by which packets to an address leave; of several routes, the narrowest. */
export function interfaceTo(address: string, routes: readonly Route[]): string | undefined {
  const target = numberOf(address);
  if (target === undefined) return undefined;
  const isIpv4 = target >> 32n === 0xffffn;
  return routes
    .filter(({ network, prefix }) => {
      const rest = BigInt(128 - prefix);
      return network >> rest === target >> rest && (network >> 32n === 0xffffn) === isIpv4;
    })
    .sort((a, b) => b.prefix - a.prefix || a.metric - b.metric)
    .at(0)?.interfaceName;
}

function numberOf(address: string): bigint | undefined {
  const words = parseAddress(address);
  return words && [...words].reduce((sum, word) => (sum << 32n) | BigInt(word >>> 0), 0n);
}

function usable(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & UP) !== 0 && (bits & REJECT) === 0;
}

function littleEndian(hex: string): number {
  return Buffer.from(hex.padStart(8, '0'), 'hex').readUInt32LE(0);
}

function bitsSet(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}
