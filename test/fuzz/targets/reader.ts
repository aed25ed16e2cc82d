import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { openCapture } from '../../../src/capture/open.ts';
import type { Packet, PacketSource } from '../../../src/ports.ts';
import {
  curl,
  packetsToPcapng,
  response,
  TcpConversation,
  writePcap,
  writePcapng,
} from '../../support/packets/index.ts';
import { hold, type Target } from '../target.ts';

/** DESIGN: a record is at most 256 KiB. */
const MAX_RECORD_BYTES = 256 * 1024;
/** Deflate's best ratio. */
const MAX_RATIO = 1032;
/** The shortest record of any format. */
const MIN_RECORD_BYTES = 8;

const DAMAGED_COMPRESSION = 'capture.compression';

interface Reading {
  packets: number;
  records: number;
  /** Of each packet and record, in order. */
  digests: readonly string[];
  problems: readonly string[];
  losses: readonly string[];
}

/** A capture of any bytes, whole and in pieces: the same packets, and no more of them than there is room for. */
export const reader: Target = {
  name: 'reader',
  seeds: () => {
    const packets = new TcpConversation()
      .handshake()
      .exchange(curl('/a'), response(200, 'b'))
      .fin()
      .packets();
    const few = packets.slice(0, 3);
    const [first] = packets;
    if (first === undefined) return [];
    const blocks = writePcapng([
      { type: 'section', comment: 'a section' },
      {
        type: 'interface',
        name: 'lo',
        snaplen: 96,
        resolution: { base: 2, exponent: 20 },
        offsetSeconds: 7n,
      },
      { type: 'packet', packet: { ...first, comment: 'who' }, dropCount: 3n },
      { type: 'simple-packet', packet: first },
      { type: 'old-packet', packet: first },
      { type: 'names', address: '10.0.0.1', name: 'a.example' },
      { type: 'statistics', ifdrop: 1n, osdrop: 2n },
      { type: 'secrets', secrets: 'CLIENT_RANDOM 00 00' },
      { type: 'custom', pen: 32_473, data: Buffer.from('any') },
      { type: 'journal', record: { type: 'tick', version: 1 } },
      { type: 'raw', blockType: 0x0bad, body: Buffer.alloc(16) },
      { type: 'section', bigEndian: true },
      { type: 'interface', linkType: 101 },
      { type: 'packet', packet: first },
    ]);
    return [
      writePcap(few),
      writePcap(few, { bigEndian: true, nanoseconds: false }),
      writePcap(few, { modified: true }),
      writePcap(packets, { linkType: 276 }),
      packetsToPcapng(few),
      packetsToPcapng(few, { bigEndian: true }),
      blocks,
      gzipSync(writePcap(few)),
      gzipSync(blocks),
    ];
  },
  run: async (input, random) => {
    const whole = await readStream(input, () => input.length);
    const piece = random.pick([1, 2, 3, 5, 16, 61, 512]);
    same(whole, await readStream(input, () => 1 + random.below(piece * 2)), 'in pieces');
    if (random.oneIn(8)) {
      // The size of a file tells a record that cannot be from one that has not come yet.
      hold(agree(whole, await readFile(input)), 'as a file other packets');
    }
    return [
      ...whole.problems,
      ...whole.losses,
      `packets ${Math.min(whole.packets, 3)}`,
      `records ${whole.records > 0}`,
    ];
  },
};

/** The same packets and problems, but that damaged compression ends where zlib sees it: by what it is given at once. */
function same(one: Reading, other: Reading, how: string): void {
  if ([one, other].some(({ problems }) => problems.includes(DAMAGED_COMPRESSION))) {
    hold(agree(one, other), `${how} other packets before the damage`);
    return;
  }
  const [a, b] = [one, other].map(({ digests }) => digests.join());
  hold(a === b, `${how} ${other.packets} packets, whole ${one.packets}`);
  hold(one.problems.join() === other.problems.join(), `${how} ${other.problems}, whole ${one.problems}`);
}

/** Whether one begins with the other. */
function agree(one: Reading, other: Reading): boolean {
  const length = Math.min(one.digests.length, other.digests.length);
  return one.digests.slice(0, length).join() === other.digests.slice(0, length).join();
}

async function readStream(input: Uint8Array, pieceLength: () => number): Promise<Reading> {
  return read(await openCapture('-', { stdin: Readable.from(pieces(input, pieceLength)) }), input.length);
}

async function readFile(input: Uint8Array): Promise<Reading> {
  const folder = await mkdtemp(join(tmpdir(), 'imds-fuzz-'));
  try {
    const path = join(folder, 'capture');
    await writeFile(path, input);
    return await read(await openCapture(path), input.length);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function read(source: PacketSource, length: number): Promise<Reading> {
  const most = (length * MAX_RATIO) / MIN_RECORD_BYTES;
  const digests: string[] = [];
  let last = 0;
  const reading = { packets: 0, records: 0 };
  await source.read(
    { accepts: () => true },
    {
      nextStop: Number.POSITIVE_INFINITY,
      beforePacket: () => {},
      packet: (packet) => {
        checkPacket(packet, last);
        last = packet.number;
        reading.packets++;
        hold(reading.packets <= most, 'more packets than the input has room for');
        digests.push(digestOf(packet));
      },
      record: (json, { packetsBefore }) => {
        hold(++reading.records <= most, 'more records than the input has room for');
        hold(packetsBefore >= last, `a record behind ${packetsBefore} packets comes after packet ${last}`);
        digests.push(createHash('sha256').update(json).digest('hex'));
      },
    },
    () => undefined,
  );
  const { problems, losses, packets } = source.statistics;
  hold(packets >= reading.packets, `${packets} packets counted, ${reading.packets} handed over`);
  for (const { message } of problems)
    hold(message !== '' && !message.includes('\n'), `a problem is one line: ${JSON.stringify(message)}`);
  return {
    ...reading,
    digests,
    problems: problems.map(({ code }) => code),
    losses: Object.keys(losses),
  };
}

function digestOf(packet: Packet): string {
  const { bytes, offset, capturedLength, seconds, nanoseconds, linkType, originalLength } = packet;
  return createHash('sha256')
    .update(
      `${seconds}.${nanoseconds} ${linkType} ${originalLength} ${packet.comment} ${packet.interfaceName} `,
    )
    .update(bytes.subarray(offset, offset + capturedLength))
    .digest('hex');
}

/** Packets of an unsupported link type have a number too. */
function checkPacket(packet: Packet, last: number): void {
  const { bytes, view, offset, capturedLength, nanoseconds } = packet;
  hold(packet.number > last, `packet ${packet.number} after ${last}`);
  hold(offset >= 0 && offset + capturedLength <= bytes.length, 'a packet beyond its buffer');
  hold(capturedLength <= MAX_RECORD_BYTES, `a packet of ${capturedLength} bytes`);
  hold(view.byteOffset === bytes.byteOffset, 'the view is of other memory');
  hold(nanoseconds >= 0 && nanoseconds < 1e9 && Number.isInteger(nanoseconds), `${nanoseconds} ns`);
  hold(Number.isInteger(packet.seconds), `${packet.seconds} s`);
}

function* pieces(input: Uint8Array, length: () => number): Generator<Buffer> {
  for (let at = 0; at < input.length; ) {
    const end = Math.min(input.length, at + Math.max(1, length()));
    yield Buffer.from(input.subarray(at, end));
    at = end;
  }
}
