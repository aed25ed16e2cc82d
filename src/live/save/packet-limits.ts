/** Bytes of a packet that readers (also Wireshark: WTAP_MAX_PACKET_SIZE_STANDARD) take. */
export const MAX_PACKET_BYTES = 262_144;

/** LINKTYPE_ values whose packets begin with the IP header: raw, its two older numbers, IPv4, IPv6. */
export const IP_LINK_TYPES: ReadonlySet<number> = new Set([101, 12, 14, 228, 229]);

export const LINKTYPE_RAW = 101;
