import { FailureError } from '../../errors.ts';
import type { Endpoint, ImdsCall } from '../../model.ts';
import { openCapture } from '../open.ts';
import { isSupportedLinkType } from '../read/link-types.ts';
import { type FirstPacket, firstReader } from './first-reader.ts';
import { decodePlainly } from './plain-decoder.ts';
import { type NotCompared, type PlainCall, PlainStreams } from './plain-streams.ts';
import { type SecondPacket, SecondReader } from './second-reader.ts';

const NANOSECONDS = 1_000_000_000;

/** What the pipeline found in the capture. */
export interface Found {
  packets: number;
  /** Captured bytes, as {@link SourceStatistics.bytes}. */
  bytes: number;
  calls: readonly ImdsCall[];
}

/** What was compared, and agreed. */
export interface CrossCheck {
  packets: number;
  bytes: number;
  calls: number;
  /**
   * Calls that the plain reassembly cannot judge: of connections without their beginning, with gaps,
   * fragments, or what is no plain HTTP/1.
   */
  callsNotCompared: number;
  /** Of those: of connections of which packets are missing. The others are none of what it reads. */
  callsNotWhole: number;
}

/**
 * Reads a capture (one file, or the files of a ring in order) a second time, with the package
 * pcap-parser and a decoder of its own, and compares: each packet's time, lengths and bytes with what
 * the fast reader gives, the totals and the calls (method, target, client, token or not) with what
 * the pipeline found. Memory is bounded by a chunk of either reader and the list of calls.
 *
 * @param locate where a file is whose name is no UTF-8, so that its path is for messages only
 * @throws FailureError that names the first packet that differs
 * @throws UsageError where a file is no classic pcap (plain or gzip-compressed)
 * @throws InputError where a file's framing is damaged, so that pcap-parser cannot follow
 */
export async function crossCheck(
  paths: readonly string[],
  endpoints: readonly Endpoint[],
  found: Found,
  locate: (path: string) => string | Buffer = (path) => path,
): Promise<CrossCheck> {
  const streams = new PlainStreams(endpoints);
  let packets = 0;
  let bytes = 0;
  for (const path of paths) {
    const totals = await compareReaders(path, locate(path), streams);
    packets += totals.packets;
    bytes += totals.bytes;
  }
  streams.end();
  const name = paths.join(', ');
  if (packets !== found.packets || bytes !== found.bytes) {
    throw difference(
      `${name}: the pipeline counted ${found.packets} packets with ${found.bytes} bytes, the second reader ${packets} with ${bytes}`,
    );
  }
  return { packets, bytes, ...compareCalls(name, streams, found.calls) };
}

async function compareReaders(
  path: string,
  location: string | Buffer,
  streams: PlainStreams,
): Promise<{ packets: number; bytes: number }> {
  const second = new SecondReader(path, location);
  const source = await openCapture(path, { location });
  const batches = firstReader(source);
  let batch: FirstPacket[] = [];
  let at = 0;
  let packets = 0;
  let bytes = 0;
  try {
    for await (const seconds of second.batches()) {
      for (const packet of seconds) {
        packets++;
        bytes += packet.data.length;
        // Of a link type that is not decoded, the fast reader only counts the packets.
        if (!isSupportedLinkType(second.linkType)) continue;
        if (at === batch.length) {
          batch = (await batches.next()).value ?? [];
          at = 0;
        }
        comparePacket(path, packets, batch[at++], packet);
        const decoded = decodePlainly(packet.data, second.linkType);
        if (decoded !== undefined) streams.add(decoded, packets);
      }
    }
    if (at < batch.length || !(await batches.next()).done) {
      throw difference(`${path}: packet ${packets + 1} differs: imds reads one, pcap-parser reads none`);
    }
    const { statistics } = source;
    if (statistics.packets !== packets || statistics.bytes !== bytes) {
      throw difference(
        `${path}: imds counts ${statistics.packets} packets with ${statistics.bytes} bytes, pcap-parser ${packets} with ${bytes}`,
      );
    }
  } finally {
    await batches.return(undefined);
  }
  return { packets, bytes };
}

function comparePacket(
  path: string,
  number: number,
  first: FirstPacket | undefined,
  second: SecondPacket,
): void {
  const at = `${path}: packet ${number} differs:`;
  if (first === undefined) throw difference(`${at} imds reads none, pcap-parser reads one`);
  const seconds = second.seconds + Math.floor(second.nanoseconds / NANOSECONDS);
  const nanoseconds = second.nanoseconds % NANOSECONDS;
  if (first.seconds !== seconds || first.nanoseconds !== nanoseconds) {
    throw difference(
      `${at} its time is ${first.seconds} s and ${first.nanoseconds} ns to imds, ${seconds} s and ${nanoseconds} ns to pcap-parser`,
    );
  }
  if (first.data.length !== second.data.length) {
    throw difference(`${at} ${first.data.length} bytes to imds, ${second.data.length} to pcap-parser`);
  }
  const original = Math.max(second.originalLength, second.data.length);
  if (first.originalLength !== original) {
    throw difference(`${at} ${first.originalLength} bytes on the wire to imds, ${original} to pcap-parser`);
  }
  if (!first.data.equals(second.data)) throw difference(`${at} its bytes are not the same`);
}

interface Side {
  pipeline: number[];
  second: number[];
}

function compareCalls(
  name: string,
  streams: PlainStreams,
  calls: readonly ImdsCall[],
): Pick<CrossCheck, 'calls' | 'callsNotCompared' | 'callsNotWhole'> {
  const sides = new Map<string, Side>();
  const side = (key: string): Side => {
    const one = sides.get(key) ?? { pipeline: [], second: [] };
    sides.set(key, one);
    return one;
  };
  let compared = 0;
  let callsNotCompared = 0;
  let callsNotWhole = 0;
  for (const call of calls) {
    const client = `${call.client.address}:${call.client.port}`;
    if (call.version === undefined) continue;
    const why = whyNot(streams, client);
    if (why !== undefined) {
      callsNotCompared++;
      if (why === 'not whole') callsNotWhole++;
    } else if (call.version !== 'unknown') {
      compared++;
      side(callKey(call.method, call.target, client, call.version)).pipeline.push(call.packetNumber);
    }
  }
  for (const call of streams.calls) {
    if (whyNot(streams, call.client) === undefined) side(plainKey(call)).second.push(call.packet);
  }
  let first: { key: string; side: Side; packet: number } | undefined;
  for (const [key, one] of sides) {
    if (one.pipeline.length === one.second.length) continue;
    const more = one.pipeline.length > one.second.length ? one.pipeline : one.second;
    const packet = more[Math.min(one.pipeline.length, one.second.length)] as number;
    if (first === undefined || packet < first.packet) first = { key, side: one, packet };
  }
  if (first !== undefined) {
    const { key, packet, side: one } = first;
    throw difference(
      `${name}: packet ${packet} differs: the pipeline found ${one.pipeline.length} of the call ${key}, the second reader ${one.second.length}`,
    );
  }
  return { calls: compared, callsNotCompared, callsNotWhole };
}

/** Why calls of the client are not compared; undefined where they are. */
function whyNot({ notComparable }: PlainStreams, client: string): NotCompared | undefined {
  return notComparable.get(client) ?? notComparable.get(client.slice(0, client.lastIndexOf(':')));
}

/** `foreign` depends on the response, which the plain decoder does not read: it is v1 by its fields. */
function callKey(method = '', target = '', client: string, version: string): string {
  return JSON.stringify([method, target, client, version === 'foreign' ? 'v1' : version]);
}

function plainKey(call: PlainCall): string {
  return callKey(call.method, call.target, call.client, call.version);
}

function difference(message: string): FailureError {
  return new FailureError(message, {
    code: 'cross-check.difference',
    remedy: 'Report it, with the capture if you may share it: one of the two readers is wrong.',
  });
}
