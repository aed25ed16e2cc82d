import { createAssembler } from '../../src/capture/create-assembler.ts';
import type { ConnectionSummary, Endpoint, ImdsCall } from '../../src/model.ts';
import type { Packet } from '../../src/ports.ts';
import { hold } from './target.ts';

const ENDPOINTS: readonly Endpoint[] = [
  { address: '169.254.169.254', port: 80, family: 4 },
  { address: 'fd00:ec2::254', port: 80, family: 6 },
];

export interface Assembled {
  calls: readonly ImdsCall[];
  connections: readonly ConnectionSummary[];
  losses: readonly string[];
}

/** A packet to be fed, and the time that passes before it. */
export interface FedPacket {
  bytes: Uint8Array;
  originalLength?: number | undefined;
  linkType: number;
  waitNs: number;
}

/** Feeds packets as a reader does: all in one buffer that is overwritten, one object for all. */
export function assemble(packets: Iterable<FedPacket>): Assembled {
  const calls: ImdsCall[] = [];
  const connections: ConnectionSummary[] = [];
  let fed = 0;
  let bytesFed = 0;
  let ended = false;
  const assembler = createAssembler(ENDPOINTS, {
    call: (call) => {
      calls.push(call);
      hold(!ended, 'a call after the end');
      // A request has at least a byte; a response without one, and a connection without either, count as one.
      hold(calls.length <= bytesFed + fed, `${calls.length} calls of ${fed} packets with ${bytesFed} bytes`);
      checkCall(call, fed);
    },
    connectionEnd: (connection) => {
      connections.push(connection);
      hold(connections.length <= fed, `${connections.length} connections of ${fed} packets`);
      hold(connection.endTime >= connection.time, 'a connection that ends before it begins');
      for (const count of [
        connection.requestBytes,
        connection.responseBytes,
        connection.missingBytes,
        connection.calls,
      ]) {
        hold(Number.isSafeInteger(count) && count >= 0, `a count of ${count}`);
      }
    },
  });
  const buffer = Buffer.alloc(65_536 + 64);
  const packet = emptyPacket(buffer);
  let nanoseconds = 0;
  for (const { bytes, originalLength, linkType, waitNs } of packets) {
    nanoseconds += waitNs;
    fed++;
    bytesFed += bytes.length;
    place(packet, bytes, fed % 7);
    packet.linkType = linkType;
    packet.originalLength = Math.max(originalLength ?? 0, bytes.length);
    packet.seconds = 1_768_471_200 + Math.floor(nanoseconds / 1e9);
    packet.nanoseconds = nanoseconds % 1e9;
    packet.number = fed;
    if (assembler.filter.accepts(packet.bytes, packet.view, packet.offset, packet.capturedLength, linkType)) {
      assembler.packet(packet);
    }
  }
  assembler.end();
  ended = true;
  for (const [name, value] of Object.entries(assembler.losses)) {
    hold(Number.isSafeInteger(value) && value >= 0, `${name} is ${value}`);
  }
  return { calls, connections, losses: Object.keys(assembler.losses) };
}

function place(packet: Packet, bytes: Uint8Array, offset: number): void {
  // What was there before, and what follows, must not matter.
  packet.bytes.fill(0x41);
  packet.bytes.set(bytes, offset);
  packet.offset = offset;
  packet.capturedLength = bytes.length;
}

function emptyPacket(bytes: Buffer): Packet {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    offset: 0,
    capturedLength: 0,
    originalLength: 0,
    linkType: 1,
    seconds: 0,
    nanoseconds: 0,
    number: 0,
    interfaceName: undefined,
    netns: undefined,
    comment: undefined,
  };
}

function checkCall(call: ImdsCall, fed: number): void {
  hold(call.packetNumber >= 1 && call.packetNumber <= fed, `a call of packet ${call.packetNumber} of ${fed}`);
  hold(
    Number.isSafeInteger(call.requestOffset) && call.requestOffset >= 0,
    `at offset ${call.requestOffset}`,
  );
  hold((call.requestEnd ?? call.time) >= call.time, 'a request that ends before it begins');
  hold(call.status === undefined || (call.status >= 100 && call.status <= 999), `status ${call.status}`);
  hold(call.version !== 'unknown' || call.unknownReason !== undefined, 'unknown without a reason');
  hold(call.version === 'unknown' || call.unknownReason === undefined, 'a reason without unknown');
}

/** What tells calls apart, without times. */
export function lineOf(call: ImdsCall): string {
  const { version, operation, method, target, httpVersion, status, requestOffset, userAgent, forwardedFor } =
    call;
  return JSON.stringify([
    requestOffset,
    version,
    call.unknownReason,
    operation,
    method,
    target,
    httpVersion,
    status,
    userAgent,
    forwardedFor,
  ]);
}

/** What of an outcome makes an input interesting. */
export function featuresOf({ calls, connections, losses }: Assembled): string[] {
  return [
    ...losses,
    ...calls.map(({ version, unknownReason, operation }) => `${version} ${unknownReason} ${operation}`),
    ...calls.map(({ hint }) => `hint ${hint}`),
    ...connections.map(({ handshake, provenEmpty }) => `${handshake} ${provenEmpty}`),
  ];
}
