import type { Assembler } from '../../../src/capture/assembler.ts';
import { createAssembler } from '../../../src/capture/create-assembler.ts';
import type { ConnectionSummary, Counters, Endpoint, ImdsCall } from '../../../src/model.ts';
import type { Packet } from '../../../src/ports.ts';
import { IMDS_V4, IMDS_V6, type TestPacket } from '../../support/packets/index.ts';

const ENDPOINTS: readonly Endpoint[] = [
  { ...IMDS_V4, family: 4 },
  { ...IMDS_V6, family: 6 },
];
/** The largest packet, and room to place it anywhere. */
const BUFFER = 65_536 + 128;

export interface Assembled {
  calls: ImdsCall[];
  connections: ConnectionSummary[];
  losses: Counters;
}

export interface AssembleOptions {
  linkType?: number;
  /** Interface names by {@link TestPacket.interfaceId}. */
  interfaces?: readonly string[];
  /** Inodes of network namespaces by {@link TestPacket.interfaceId}, where their sockets' packets are there. */
  namespaces?: readonly (number | undefined)[];
  /** The file's packets are not followed by its end. */
  open?: boolean;
  /** Called with the assembler before the packet of that number (1-based). */
  before?: Readonly<Record<number, (assembler: Assembler) => void>>;
}

/**
 * What packets in this order become. They are fed as a reader does: one buffer and one object for all,
 * with other bytes around each packet.
 */
export function assembled(packets: Iterable<TestPacket>, options: AssembleOptions = {}): Assembled {
  const calls: ImdsCall[] = [];
  const connections: ConnectionSummary[] = [];
  const assembler = createAssembler(ENDPOINTS, {
    call: (call) => calls.push(call),
    connectionEnd: (connection) => connections.push(connection),
  });
  const packet = emptyPacket(options.linkType ?? 1);
  for (const each of packets) {
    packet.number++;
    options.before?.[packet.number]?.(assembler);
    place(packet, each);
    packet.interfaceName = options.interfaces?.[each.interfaceId ?? 0];
    packet.netns = options.namespaces?.[each.interfaceId ?? 0];
    const { bytes, view, offset, capturedLength, linkType } = packet;
    if (assembler.filter.accepts(bytes, view, offset, capturedLength, linkType)) assembler.packet(packet);
  }
  if (options.open !== true) assembler.end();
  return { calls, connections, losses: assembler.losses };
}

/** `v1 GET /latest/ 200`: what tells calls apart; what is not known is left out. */
export function lineOf({ version, method, target, status, unknownReason, hint }: ImdsCall): string {
  const reason = unknownReason === undefined ? undefined : `(${unknownReason})`;
  const more = hint === undefined ? undefined : `[${hint}]`;
  return [version, method, target, status, reason, more].filter((part) => part !== undefined).join(' ');
}

/** The lines of all calls, in the order in which they were emitted. */
export function linesOf(packets: Iterable<TestPacket>, options: AssembleOptions = {}): string[] {
  return assembled(packets, options).calls.map(lineOf);
}

function place(packet: Packet, { bytes, originalLength, timeNs }: TestPacket): void {
  const offset = packet.number % 7;
  // A byte that is read behind a packet would be this.
  packet.bytes.fill(0x41, 0, offset + bytes.length + 64);
  packet.bytes.set(bytes, offset);
  packet.offset = offset;
  packet.capturedLength = bytes.length;
  packet.originalLength = originalLength ?? bytes.length;
  packet.seconds = Number(timeNs / 1_000_000_000n);
  packet.nanoseconds = Number(timeNs % 1_000_000_000n);
}

function emptyPacket(linkType: number): Packet {
  const bytes = Buffer.alloc(BUFFER);
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    offset: 0,
    capturedLength: 0,
    originalLength: 0,
    linkType,
    seconds: 0,
    nanoseconds: 0,
    number: 0,
    interfaceName: undefined,
    netns: undefined,
    comment: undefined,
  };
}
