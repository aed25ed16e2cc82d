import { EPOCH_NS } from '../../test/support/packets/index.ts';
import { Random } from '../random.ts';
import { backgroundFrames } from './background.ts';
import { connection } from './calls.ts';
import { type CaptureFormat, RecordWriter } from './record-writer.ts';

export interface HaystackOptions {
  seed: number;
  /** Size of the file, or a packet more. */
  bytes: number;
  /** Mean size of a packet in bytes. */
  meanSize: number;
  format: CaptureFormat;
}

/** One packet in so many is of the metadata service. */
const NEEDLE_EVERY = 1000;
const START_SECONDS = Number(EPOCH_NS / 1_000_000_000n);

/** A host's traffic in which one packet in a thousand is of a short connection with the metadata service. */
export function writeHaystack(fd: number, options: HaystackOptions): void {
  const random = new Random(options.seed);
  const frames = backgroundFrames(random, options.meanSize);
  const writer = new RecordWriter(fd, options.format);
  let needles: Uint8Array[] = [];
  let connections = 0;
  let seconds = START_SECONDS;
  let nanoseconds = 0;
  for (let packets = 1; writer.written < options.bytes; packets++) {
    nanoseconds += 1000 + (random.bits() & 0xffff);
    if (nanoseconds >= 1_000_000_000) {
      nanoseconds -= 1_000_000_000;
      seconds += 1;
    }
    let frame = frames[random.bits() % frames.length];
    if (packets % NEEDLE_EVERY === 0) {
      if (needles.length === 0) needles = nextConnection(random, connections++);
      frame = needles.shift();
    }
    if (frame !== undefined) writer.record(frame, seconds, nanoseconds);
  }
  writer.flush();
}

/** Its frames only: they take the times of the places in which they are put. */
function nextConnection(random: Random, index: number): Uint8Array[] {
  const plan = { client: '172.31.5.9', port: 32_768 + (index % 28_000), startNs: EPOCH_NS, calls: 1 };
  return connection(random, plan).map((packet) => packet.bytes);
}
