import assert from 'node:assert/strict';
import { Blanker } from '../../src/capture/blank/index.ts';
import { createAssembler } from '../../src/capture/create-assembler.ts';
import type { Counters, Endpoint, ImdsCall } from '../../src/model.ts';
import type { Packet } from '../../src/ports.ts';
import { MASK, maskTarget, maskText } from '../../src/secrets.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  { address: '169.254.169.254', port: 80, family: 4 },
  { address: 'fd00:ec2::254', port: 80, family: 6 },
];

export interface PacketLike {
  timeNs: bigint;
  bytes: Uint8Array;
  originalLength?: number | undefined;
  linkType?: number | undefined;
}

/** A packet as a reader hands it out: somewhere in a buffer with other things around it. */
export function packetOf(packet: PacketLike, number: number): Packet {
  const offset = number % 5;
  const bytes = Buffer.alloc(packet.bytes.length + offset + 8, 0x41);
  bytes.set(packet.bytes, offset);
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    offset,
    capturedLength: packet.bytes.length,
    originalLength: packet.originalLength ?? packet.bytes.length,
    linkType: packet.linkType ?? 1,
    seconds: Number(packet.timeNs / 1_000_000_000n),
    nanoseconds: Number(packet.timeNs % 1_000_000_000n),
    number,
    interfaceName: undefined,
    netns: undefined,
    comment: undefined,
  };
}

export interface Blanked {
  packets: PacketLike[];
  losses: Counters;
}

/** The packets as they would be saved. What the reader's buffer holds afterwards must not matter. */
export function blank(packets: readonly PacketLike[], endpoints = ENDPOINTS): Blanked {
  const saved: PacketLike[] = [];
  const blanker = new Blanker(endpoints, (packet) => saved.push(likeOf(packet)));
  packets.forEach((like, i) => {
    const packet = packetOf(like, i + 1);
    blanker.packet(packet);
    packet.bytes.fill(0x42);
  });
  blanker.end();
  return { packets: saved, losses: blanker.losses };
}

export function likeOf({
  bytes,
  offset,
  capturedLength,
  originalLength,
  linkType,
  ...packet
}: Packet): PacketLike {
  return {
    timeNs: BigInt(packet.seconds) * 1_000_000_000n + BigInt(packet.nanoseconds),
    bytes: Buffer.from(bytes.subarray(offset, offset + capturedLength)),
    originalLength,
    linkType,
  };
}

/** Calls, and counters of the connections that must not depend on blanking. */
export function read(packets: readonly PacketLike[], endpoints = ENDPOINTS) {
  const calls: ImdsCall[] = [];
  const connections: unknown[] = [];
  const assembler = createAssembler(endpoints, {
    call: (call) => calls.push(call),
    connectionEnd: (connection) => connections.push(connection),
  });
  packets.forEach((like, i) => {
    const packet = packetOf(like, i + 1);
    const { bytes, view, offset, capturedLength, linkType } = packet;
    if (assembler.filter.accepts(bytes, view, offset, capturedLength, linkType)) assembler.packet(packet);
  });
  assembler.end();
  return { calls: calls.map(masked), connections, losses: assembler.losses };
}

const BLANK = 'blank';

/** Output may show a blanked value as the letters that fill it, or mask more or less of what is around it. */
function blankText(text: string): string {
  return text.includes(MASK) || /[XZWVUQK]/.test(text) ? BLANK : text;
}

/** A call as output shows it. A secret within the path hides from readers of the blanked what the path is. */
function masked(call: ImdsCall): ImdsCall {
  const target = call.target && blankText(maskTarget(call.target));
  const isPathMasked = target === BLANK || target?.split('?')[0] !== call.target?.split('?')[0];
  const ofPath = { version: undefined, operation: undefined, pathClass: undefined, hint: undefined };
  return {
    ...call,
    ...(isPathMasked ? ofPath : {}),
    target,
    userAgent: call.userAgent && blankText(maskText(call.userAgent)),
    forwardedFor: call.forwardedFor && blankText(maskText(call.forwardedFor)),
  };
}

/**
 * What must hold of any packets that are blanked: as many, in order, of the same lengths and times; right
 * checksums right; the same calls; nothing to blank any more. Returns what is saved.
 */
export function checkBlanked(packets: readonly PacketLike[]): PacketLike[] {
  const saved = blank(packets).packets;
  assert.deepEqual(saved.map(shapeOf), packets.map(shapeOf));
  const [before, after] = [read(packets), read(saved)];
  assert.deepEqual(after.calls, before.calls);
  assert.deepEqual(after.connections, before.connections);
  const again = blank(saved).packets;
  again.forEach(({ bytes }, i) => {
    assert.ok(Buffer.compare(bytes, saved[i]?.bytes ?? Buffer.alloc(0)) === 0, `packet ${i} blanked again`);
  });
  return saved;
}

function shapeOf({ timeNs, bytes, originalLength }: PacketLike): string {
  return `${timeNs} ${bytes.length} ${originalLength ?? bytes.length}`;
}
