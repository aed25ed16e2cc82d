import { beUint, concat } from './bytes.ts';

/** Ways to carry an IP packet in a capture; each name stands for a LINKTYPE_ and a header. */
export type LinkName =
  | 'ethernet'
  | 'vlan'
  | 'qinq'
  | 'qinq-9100'
  | 'sll'
  | 'sll-vlan'
  | 'sll2'
  | 'sll2-vlan'
  | 'raw'
  | 'raw-bsd'
  | 'raw-openbsd'
  | 'null-le'
  | 'null-be'
  | 'loop'
  | 'ipv4'
  | 'ipv6';

const LINK_TYPES: Record<LinkName, number> = {
  ethernet: 1,
  vlan: 1,
  qinq: 1,
  'qinq-9100': 1,
  sll: 113,
  'sll-vlan': 113,
  sll2: 276,
  'sll2-vlan': 276,
  raw: 101,
  'raw-bsd': 12,
  'raw-openbsd': 14,
  'null-le': 0,
  'null-be': 0,
  loop: 108,
  ipv4: 228,
  ipv6: 229,
};

export const LINK_NAMES = Object.keys(LINK_TYPES) as LinkName[];

/** LINKTYPE_ value (https://www.tcpdump.org/linktypes.html). */
export function linkTypeOf(link: LinkName): number {
  return LINK_TYPES[link];
}

const MAC_ROUTER = Buffer.from('0200c0a80001', 'hex');
const MAC_HOST = Buffer.from('0200c0a80002', 'hex');
const ARPHRD_ETHER = 1;
/** AF_INET6 differs by system: 30 is macOS's. */
const AF_INET = 2;
const AF_INET6 = 30;

/** Puts the link header before an IP packet; `incoming` sets who sent it where the header says so. */
export function encapsulate(link: LinkName, ip: Uint8Array, incoming = false): Buffer {
  const isIpv6 = (ip[0] ?? 0) >> 4 === 6;
  const ethertype = beUint(isIpv6 ? 0x86dd : 0x0800, 2);
  const family = isIpv6 ? AF_INET6 : AF_INET;
  switch (link) {
    case 'ethernet':
      return ethernet(incoming, concat(ethertype, ip));
    case 'vlan':
      return ethernet(incoming, concat(vlanTag(0x8100, 7), ethertype, ip));
    case 'qinq':
      return ethernet(incoming, concat(vlanTag(0x88a8, 100), vlanTag(0x8100, 7), ethertype, ip));
    case 'qinq-9100':
      return ethernet(incoming, concat(vlanTag(0x9100, 100), vlanTag(0x8100, 7), ethertype, ip));
    case 'sll':
      return concat(sllHeader(incoming), ethertype, ip);
    case 'sll-vlan':
      return concat(sllHeader(incoming), vlanTag(0x8100, 7), ethertype, ip);
    case 'sll2':
      return concat(ethertype, sll2Rest(incoming), ip);
    case 'sll2-vlan':
      return concat(beUint(0x8100, 2), sll2Rest(incoming), beUint(7, 2), ethertype, ip);
    case 'null-le':
      return concat(Buffer.from([family, 0, 0, 0]), ip);
    case 'null-be':
    case 'loop':
      return concat(beUint(family, 4), ip);
    default:
      return Buffer.from(ip);
  }
}

function ethernet(incoming: boolean, rest: Uint8Array): Buffer {
  return incoming ? concat(MAC_HOST, MAC_ROUTER, rest) : concat(MAC_ROUTER, MAC_HOST, rest);
}

/** Tag protocol identifier and tag control information; the type of what follows comes after it. */
function vlanTag(tpid: number, vlan: number): Buffer {
  return concat(beUint(tpid, 2), beUint(vlan, 2));
}

/** LINUX_SLL without its protocol field: packet type 0 (to us) or 4 (from us), ARPHRD_, address. */
function sllHeader(incoming: boolean): Buffer {
  return concat(beUint(incoming ? 0 : 4, 2), beUint(ARPHRD_ETHER, 2), beUint(6, 2), MAC_HOST, beUint(0, 2));
}

/** LINUX_SLL2 after its protocol field: reserved, interface index, ARPHRD_, packet type, address. */
function sll2Rest(incoming: boolean): Buffer {
  return concat(
    beUint(0, 2),
    beUint(2, 4),
    beUint(ARPHRD_ETHER, 2),
    Buffer.from([incoming ? 0 : 4, 6]),
    MAC_HOST,
    beUint(0, 2),
  );
}
