import type { PacketSource } from '../../ports.ts';

/** A packet as imds reads it, copied. */
export interface FirstPacket {
  number: number;
  seconds: number;
  nanoseconds: number;
  originalLength: number;
  data: Buffer;
}

/** All packets of a source, chunk by chunk: it is held back until a batch is used up. */
export async function* firstReader(source: PacketSource): AsyncGenerator<FirstPacket[]> {
  let queue: FirstPacket[] = [];
  let ended = false;
  let failure: unknown;
  let wake = () => {};
  let release = () => {};
  const stop = new AbortController();
  const done = source
    .read(
      { accepts: () => true },
      {
        nextStop: Number.POSITIVE_INFINITY,
        beforePacket: () => {},
        record: () => {},
        packet: (packet) => {
          queue.push({
            number: packet.number,
            seconds: packet.seconds,
            nanoseconds: packet.nanoseconds,
            originalLength: packet.originalLength,
            data: Buffer.from(packet.bytes.subarray(packet.offset, packet.offset + packet.capturedLength)),
          });
        },
      },
      () => {
        if (queue.length === 0) return undefined;
        return new Promise((resolve) => {
          release = resolve;
          wake();
        });
      },
      stop.signal,
    )
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      ended = true;
      wake();
    });
  try {
    for (;;) {
      if (queue.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          release();
        });
      }
      if (queue.length === 0) break;
      const batch = queue;
      queue = [];
      yield batch;
    }
    if (failure !== undefined) throw failure;
  } finally {
    stop.abort();
    release();
    await done;
  }
}
