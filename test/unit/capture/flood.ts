import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createAssembler } from '../../../src/capture/create-assembler.ts';
import type { Counters } from '../../../src/model.ts';
import { EPOCH_NS, IMDS_V4, tcpPacket, writePcap } from '../../support/packets/index.ts';

const FLAGS = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;
const IP = 20;
const HEADERS = 40;

/** A segment of one of many clients. Numbers count from 0, however the wire has them. */
export interface FloodSegment {
  client: number;
  /** Number of its address; without it, some clients share one. */
  host?: number;
  /** The endpoint sends it. */
  answer?: boolean;
  sequence?: number;
  acknowledgment?: number;
  flags?: readonly (keyof typeof FLAGS)[];
  payload?: string;
  /** Since the epoch. */
  milliseconds?: number;
  interfaceName?: string;
}

export interface Flooded {
  packets: number;
  calls: number;
  connections: number;
  losses: Counters;
  /** Bytes held while the capture is still going on, after a garbage collection. */
  held: number;
}

/** Feeds hundreds of thousands of segments, made by writing numbers into one packet, and keeps no call. */
export function flood(segments: Iterable<FloodSegment>): Flooded {
  const base = heldBytes();
  const result: Flooded = { packets: 0, calls: 0, connections: 0, losses: {}, held: 0 };
  const assembler = createAssembler([{ ...IMDS_V4, family: 4 }], {
    call: () => result.calls++,
    connectionEnd: () => result.connections++,
  });
  const bytes = Buffer.alloc(65_536);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = Number(EPOCH_NS / 1_000_000_000n);
  for (const segment of segments) {
    const length = write(bytes, segment);
    const milliseconds = segment.milliseconds ?? 0;
    assembler.packet({
      bytes,
      view,
      offset: 0,
      capturedLength: length,
      originalLength: length,
      linkType: 101,
      seconds: start + Math.floor(milliseconds / 1000),
      nanoseconds: (milliseconds % 1000) * 1e6,
      number: ++result.packets,
      interfaceName: segment.interfaceName,
      netns: undefined,
      comment: undefined,
    });
  }
  result.held = heldBytes() - base;
  result.losses = { ...assembler.losses };
  assembler.end();
  return result;
}

/** The same as a capture file of RAW link type, written in parts. */
export function* pcapOf(segments: Iterable<FloodSegment>): Generator<Buffer> {
  yield writePcap([], { linkType: 101 });
  const bytes = Buffer.alloc(65_536);
  const start = Number(EPOCH_NS / 1_000_000_000n);
  for (const segment of segments) {
    const length = write(bytes, segment);
    const milliseconds = segment.milliseconds ?? 0;
    const record = Buffer.alloc(16 + length);
    record.writeUInt32LE(start + Math.floor(milliseconds / 1000), 0);
    record.writeUInt32LE((milliseconds % 1000) * 1e6, 4);
    record.writeUInt32LE(length, 8);
    record.writeUInt32LE(length, 12);
    bytes.copy(record, 16, 0, length);
    yield record;
  }
}

const TO_ENDPOINT = template({ address: '10.0.0.0', port: 0 }, IMDS_V4);
const FROM_ENDPOINT = template(IMDS_V4, { address: '10.0.0.0', port: 0 });

function template(source: { address: string; port: number }, destination: typeof source): Buffer {
  return tcpPacket({ source, destination, sequence: 0, flags: ['ACK'] });
}

/** Where its packets come from. */
export function clientOf({ client, host = client >> 8 }: FloodSegment): { address: string; port: number } {
  return { address: `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`, port: 32_768 + (client & 0x7fff) };
}

function write(bytes: Buffer, segment: FloodSegment): number {
  const { client, host = client >> 8, answer = false, payload = '' } = segment;
  (answer ? FROM_ENDPOINT : TO_ENDPOINT).copy(bytes);
  // 10.x.x.x, and a port of 32768 to 65535.
  bytes.writeUInt32BE(0x0a00_0000 + host, answer ? 16 : 12);
  bytes.writeUInt16BE(32_768 + (client & 0x7fff), IP + (answer ? 2 : 0));
  bytes.writeUInt32BE((segment.sequence ?? 0) >>> 0, IP + 4);
  bytes.writeUInt32BE((segment.acknowledgment ?? 0) >>> 0, IP + 8);
  bytes[IP + 13] = (segment.flags ?? ['ack']).reduce((bits, name) => bits | FLAGS[name], 0);
  bytes.write(payload, HEADERS, 'latin1');
  bytes.writeUInt16BE(HEADERS + payload.length, 2);
  return HEADERS + payload.length;
}

let collect: (() => void) | undefined;

function heldBytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
