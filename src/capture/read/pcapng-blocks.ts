/** Block types of pcapng (draft-ietf-opsawg-pcapng §11.1). */
export const BlockType = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  /** Obsolete Packet Block. */
  packet: 2,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
  decryptionSecrets: 0x0a,
  custom: 0x0bad,
  customNoCopy: 0x40000bad,
  /** Local use: a journal record of imds; the body is JSON, padded to 32 bits with NUL or space. */
  journalRecord: 0x80494d44,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type, length, and the length again at the end. */
export const MIN_BLOCK = 12;
/** Section header without options: byte-order magic, version, section length. */
export const SECTION_HEADER = 28;
/** The longest block that is taken as one piece; other blocks are stepped over whatever their length. */
export const MAX_BLOCK = 1024 * 1024;
/** The longest journal record (DESIGN, "The journal"). */
export const MAX_RECORD = 256 * 1024;

/** Bytes of a block of this type without packet data, options or padding. */
export const FIXED_BYTES: Readonly<Record<number, number>> = {
  [BlockType.sectionHeader]: SECTION_HEADER,
  [BlockType.interfaceDescription]: 20,
  [BlockType.packet]: 32,
  [BlockType.simplePacket]: 16,
  [BlockType.interfaceStatistics]: 24,
  [BlockType.enhancedPacket]: 32,
};

const KNOWN: ReadonlySet<number> = new Set(Object.values(BlockType));

export function isKnown(type: number): boolean {
  return KNOWN.has(type);
}

/** Types that are read, and so must fit {@link MAX_BLOCK}. */
export function isRead(type: number): boolean {
  return FIXED_BYTES[type] !== undefined || type === BlockType.journalRecord;
}

/** The byte order of a section whose byte-order magic stands at `at`; undefined where there is none. */
export function byteOrder(view: DataView, at: number): boolean | undefined {
  if (view.getUint32(at, true) === BYTE_ORDER_MAGIC) return true;
  if (view.getUint32(at, false) === BYTE_ORDER_MAGIC) return false;
  return undefined;
}
