/** LINKTYPE_ values that are decoded (https://www.tcpdump.org/linktypes.html). */
export const LinkType = {
  null: 0,
  ethernet: 1,
  /** DLT_RAW as some platforms wrote it into files. */
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERNET_HEADER = 14;
const SLL_HEADER = 16;
const SLL2_HEADER = 20;
const FAMILY_HEADER = 4;
/** More tags than that is no VLAN stack but an attempt to keep us busy. */
const MAX_VLAN_TAGS = 8;

/**
 * Offset of the IP header of a packet in `view`, or -1 where there is none (ARP, a damaged frame, a
 * link type that is not decoded). The IP version is the header's own first nibble.
 */
export function networkOffset(view: DataView, offset: number, length: number, linkType: number): number {
  switch (linkType) {
    case LinkType.ethernet:
      if (length < ETHERNET_HEADER) return -1;
      return afterEthertype(view, offset + 12, offset + length);
    case LinkType.linuxSll:
      if (length < SLL_HEADER) return -1;
      return afterEthertype(view, offset + 14, offset + length);
    case LinkType.linuxSll2:
      if (length < SLL2_HEADER) return -1;
      return sll2(view, offset, offset + length);
    case LinkType.raw:
    case LinkType.rawBsd:
    case LinkType.rawOpenBsd:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return length < 1 ? -1 : offset;
    case LinkType.null:
    case LinkType.loop:
      // The family is in the byte order of whoever captured (NULL) or of the network (LOOP), and
      // its value for IPv6 differs by system; the nibble of the IP header says all that is needed.
      return length <= FAMILY_HEADER ? -1 : offset + FAMILY_HEADER;
    default:
      return -1;
  }
}

/** `at` is the offset of an Ethernet type; VLAN tags (802.1Q, 802.1ad, pre-standard QinQ) are stepped over. */
function afterEthertype(view: DataView, at: number, end: number): number {
  let type = view.getUint16(at);
  let next = at + 2;
  for (let tags = 0; isVlanTag(type); tags++) {
    if (next + 4 > end || tags === MAX_VLAN_TAGS) return -1;
    type = view.getUint16(next + 2);
    next += 4;
  }
  return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6 ? next : -1;
}

function sll2(view: DataView, offset: number, end: number): number {
  const type = view.getUint16(offset);
  if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) return offset + SLL2_HEADER;
  if (!isVlanTag(type) || offset + SLL2_HEADER + 4 > end) return -1;
  return afterEthertype(view, offset + SLL2_HEADER + 2, end);
}

function isVlanTag(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100;
}
