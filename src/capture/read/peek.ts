import type { JournalHandler, PacketFilter } from '../../ports.ts';
import type { CaptureSource } from './capture-source.ts';

/** A journal's header record (at most 256 KiB) and the first packet are within so many pieces, or not looked for. */
const MAX_PIECES = 8;
export const PEEK_CHUNK_BYTES = 512 * 1024;

const NO_PACKETS: PacketFilter = { accepts: () => false };

/** What the head of a capture tells; undefined where it is no capture. */
export async function peek(source: CaptureSource) {
  let firstRecord: Uint8Array | undefined;
  let pieces = 0;
  let packetSeen = false;
  const stop = new AbortController();
  const handler: JournalHandler = {
    get nextStop() {
      return packetSeen ? Number.POSITIVE_INFINITY : 1;
    },
    beforePacket: () => {
      packetSeen = true;
    },
    packet: () => {},
    record: (json) => {
      if (!packetSeen) firstRecord ??= Uint8Array.from(json);
    },
  };
  const pause = () => {
    if (packetSeen || ++pieces === MAX_PIECES) stop.abort();
    return undefined;
  };
  await source.read(NO_PACKETS, handler, pause, stop.signal);
  if (source.format === undefined) return undefined;
  const { firstSeconds, firstNanoseconds } = source.statistics;
  const firstTime = Number.isNaN(firstSeconds)
    ? undefined
    : BigInt(firstSeconds) * 1_000_000_000n + BigInt(firstNanoseconds);
  return { format: source.format, compression: source.compression, firstTime, firstRecord };
}
