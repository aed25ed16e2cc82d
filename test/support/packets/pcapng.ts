import type { TestPacket } from './conversation.ts';

/** The block types that {@link writePcapng} knows (the IETF's pcapng draft, section 4). */
export type PcapngBlock =
  /** Section Header Block; one without options begins every file that does not name its own. */
  | { type: 'section'; bigEndian?: boolean; comment?: string; hardware?: string; sectionLength?: bigint }
  /** Interface Description Block. Time resolution: 10^-n or 2^-n seconds; offset in seconds. */
  | {
      type: 'interface';
      linkType?: number;
      snaplen?: number;
      name?: string;
      description?: string;
      resolution?: { base: 2 | 10; exponent: number };
      offsetSeconds?: bigint;
    }
  /** Enhanced Packet Block. `dropCount` is its epb_dropcount option. */
  | { type: 'packet'; packet: TestPacket; dropCount?: bigint }
  /** Simple Packet Block: no time, first interface; its snap length limits what is written. */
  | { type: 'simple-packet'; packet: TestPacket }
  /** The obsolete Packet Block. */
  | { type: 'old-packet'; packet: TestPacket; drops?: number }
  /** Name Resolution Block with one IPv4 record. */
  | { type: 'names'; address: string; name: string }
  /** Interface Statistics Block: isb_ifdrop and isb_osdrop. */
  | {
      type: 'statistics';
      interfaceId?: number;
      timeNs?: bigint;
      ifdrop?: bigint;
      osdrop?: bigint;
      ifrecv?: bigint;
    }
  /** Decryption Secrets Block: a TLS key log. */
  | { type: 'secrets'; secrets: string }
  /** Custom Block (copyable), by Private Enterprise Number. */
  | { type: 'custom'; pen: number; data: Uint8Array }
  /** The journal's local-use block 0x80494D44: JSON text, padded with spaces. */
  | { type: 'journal'; record: unknown }
  /** Any block, body padded with zeros; a wrong total length for tests of damage. */
  | { type: 'raw'; blockType: number; body: Uint8Array; totalLength?: number; trailingLength?: number };

export const JOURNAL_BLOCK_TYPE = 0x80494d44;

interface Resolution {
  base: 2 | 10;
  exponent: number;
}

const MICROSECONDS: Resolution = { base: 10, exponent: 6 };

/** One pcapng file. Byte order holds until a section names another. */
export function writePcapng(blocks: readonly PcapngBlock[], options: { bigEndian?: boolean } = {}): Buffer {
  const writer = new Writer(options.bigEndian ?? false);
  if (blocks[0]?.type !== 'section') writer.block({ type: 'section' });
  for (const block of blocks) writer.block(block);
  return writer.bytes();
}

/** An interface per packet's interfaceId (0 unless told) and the packets as EPBs: the usual file. */
export function packetsToPcapng(
  packets: readonly TestPacket[],
  options: { bigEndian?: boolean; linkType?: number; interfaceNames?: readonly string[] } = {},
): Buffer {
  const names = options.interfaceNames ?? ['eth0'];
  return writePcapng(
    [
      ...names.map(
        (name): PcapngBlock => ({
          type: 'interface',
          name,
          linkType: options.linkType ?? 1,
          resolution: { base: 10, exponent: 9 },
        }),
      ),
      ...packets.map((packet): PcapngBlock => ({ type: 'packet', packet })),
    ],
    options,
  );
}

class Writer {
  readonly #parts: Uint8Array[] = [];
  #bigEndian: boolean;
  #interfaces: { resolution: Resolution; offset: bigint; snaplen: number }[] = [];

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  block(block: PcapngBlock): void {
    switch (block.type) {
      case 'section':
        this.#section(block);
        break;
      case 'interface':
        this.#interface(block);
        break;
      case 'packet':
        this.#packet(block.packet, block.dropCount);
        break;
      case 'simple-packet':
        this.#simplePacket(block.packet);
        break;
      case 'old-packet':
        this.#oldPacket(block.packet, block.drops ?? 0xffff);
        break;
      case 'names': {
        const record = Buffer.concat([
          Buffer.from(block.address.split('.').map(Number)),
          Buffer.from(`${block.name}\0`),
        ]);
        this.#push(4, [this.#u16(1), this.#u16(record.length), padded(record), this.#u32(0)]);
        break;
      }
      case 'statistics':
        this.#push(5, [
          this.#u32(block.interfaceId ?? 0),
          ...this.#timestamp(block.timeNs ?? 0n, block.interfaceId ?? 0),
          ...this.#options([
            ...(block.ifrecv === undefined ? [] : [[4, this.#u64(block.ifrecv)] as const]),
            ...(block.ifdrop === undefined ? [] : [[5, this.#u64(block.ifdrop)] as const]),
            ...(block.osdrop === undefined ? [] : [[7, this.#u64(block.osdrop)] as const]),
          ]),
        ]);
        break;
      case 'secrets': {
        const secrets = Buffer.from(block.secrets);
        this.#push(10, [this.#u32(0x544c534b), this.#u32(secrets.length), padded(secrets)]);
        break;
      }
      case 'custom':
        this.#push(0xbad, [this.#u32(block.pen), padded(block.data)]);
        break;
      case 'journal': {
        const json = Buffer.from(JSON.stringify(block.record));
        this.#push(JOURNAL_BLOCK_TYPE, [json, Buffer.alloc((4 - (json.length % 4)) % 4, ' ')]);
        break;
      }
      case 'raw':
        this.#push(block.blockType, [padded(block.body)], block.totalLength, block.trailingLength);
        break;
    }
  }

  #section(block: Extract<PcapngBlock, { type: 'section' }>): void {
    this.#bigEndian = block.bigEndian ?? this.#bigEndian;
    this.#interfaces = [];
    this.#push(0x0a0d0d0a, [
      this.#u32(0x1a2b3c4d),
      this.#u16(1),
      this.#u16(0),
      this.#u64(block.sectionLength ?? -1n),
      ...this.#options([...text(1, block.comment), ...text(2, block.hardware)]),
    ]);
  }

  #interface(block: Extract<PcapngBlock, { type: 'interface' }>): void {
    const { resolution = MICROSECONDS, offsetSeconds, snaplen = 262_144 } = block;
    this.#interfaces.push({ resolution, offset: offsetSeconds ?? 0n, snaplen });
    const tsresol = Buffer.from([resolution.exponent | (resolution.base === 2 ? 0x80 : 0)]);
    this.#push(1, [
      this.#u16(block.linkType ?? 1),
      this.#u16(0),
      this.#u32(snaplen),
      ...this.#options([
        ...text(2, block.name),
        ...text(3, block.description),
        ...(block.resolution === undefined ? [] : [[9, tsresol] as const]),
        ...(offsetSeconds === undefined ? [] : [[14, this.#u64(offsetSeconds)] as const]),
      ]),
    ]);
  }

  #packet(packet: TestPacket, dropCount: bigint | undefined): void {
    const interfaceId = packet.interfaceId ?? 0;
    this.#push(6, [
      this.#u32(interfaceId),
      ...this.#timestamp(packet.timeNs, interfaceId),
      this.#u32(packet.bytes.length),
      this.#u32(packet.originalLength ?? packet.bytes.length),
      padded(packet.bytes),
      ...this.#options([
        ...text(1, packet.comment),
        ...(dropCount === undefined ? [] : [[4, this.#u64(dropCount)] as const]),
      ]),
    ]);
  }

  #simplePacket(packet: TestPacket): void {
    const snaplen = this.#interfaces[0]?.snaplen ?? 0;
    const bytes = packet.bytes.subarray(0, snaplen === 0 ? undefined : snaplen);
    this.#push(3, [this.#u32(packet.originalLength ?? packet.bytes.length), padded(bytes)]);
  }

  #oldPacket(packet: TestPacket, drops: number): void {
    const interfaceId = packet.interfaceId ?? 0;
    this.#push(2, [
      this.#u16(interfaceId),
      this.#u16(drops),
      ...this.#timestamp(packet.timeNs, interfaceId),
      this.#u32(packet.bytes.length),
      this.#u32(packet.originalLength ?? packet.bytes.length),
      padded(packet.bytes),
      ...this.#options(text(1, packet.comment)),
    ]);
  }

  /** Two 32-bit words, upper first, in the units of the interface. */
  #timestamp(timeNs: bigint, interfaceId: number): Buffer[] {
    const { resolution, offset } = this.#interfaces[interfaceId] ?? { resolution: MICROSECONDS, offset: 0n };
    const unitsPerSecond = BigInt(resolution.base) ** BigInt(resolution.exponent);
    const units = ((timeNs - offset * 1_000_000_000n) * unitsPerSecond) / 1_000_000_000n;
    return [this.#u32(Number(units >> 32n)), this.#u32(Number(units & 0xffffffffn))];
  }

  /** Options with their end marker; nothing at all where there are none. */
  #options(options: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array[] {
    if (options.length === 0) return [];
    return [
      ...options.flatMap(([code, value]) => [this.#u16(code), this.#u16(value.length), padded(value)]),
      this.#u32(0),
    ];
  }

  #push(blockType: number, body: readonly Uint8Array[], totalLength?: number, trailingLength?: number): void {
    const length = totalLength ?? 12 + body.reduce((sum, part) => sum + part.length, 0);
    this.#parts.push(this.#u32(blockType), this.#u32(length), ...body, this.#u32(trailingLength ?? length));
  }

  #u16(value: number): Buffer {
    const bytes = Buffer.alloc(2);
    if (this.#bigEndian) bytes.writeUInt16BE(value);
    else bytes.writeUInt16LE(value);
    return bytes;
  }

  #u32(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    if (this.#bigEndian) bytes.writeUInt32BE(value >>> 0);
    else bytes.writeUInt32LE(value >>> 0);
    return bytes;
  }

  #u64(value: bigint): Buffer {
    const bytes = Buffer.alloc(8);
    if (this.#bigEndian) bytes.writeBigUInt64BE(BigInt.asUintN(64, value));
    else bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    return bytes;
  }
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function text(code: number, value: string | undefined): [number, Uint8Array][] {
  return value === undefined ? [] : [[code, Buffer.from(value)]];
}
