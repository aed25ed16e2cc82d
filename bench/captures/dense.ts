import { EPOCH_NS, type TestPacket } from '../../test/support/packets/index.ts';
import { Random } from '../random.ts';
import { connection } from './calls.ts';
import { RecordWriter } from './record-writer.ts';

export interface DenseOptions {
  seed: number;
  connections: number;
  callsPerConnection: number;
}

/** Connections that are open at the same time. */
const CONCURRENT = 64;
const CLIENTS = Array.from({ length: 8 }, (_, i) => `172.31.5.${9 + i}`);

/** Nothing but calls of the metadata service, from eight clients, 64 connections at once. */
export function writeDense(fd: number, options: DenseOptions): void {
  const random = new Random(options.seed);
  const writer = new RecordWriter(fd, 'pcap');
  let started = 0;
  let now = EPOCH_NS;
  const open = (): TestPacket[] => {
    const plan = {
      client: CLIENTS[started % CLIENTS.length] ?? '172.31.5.9',
      port: 32_768 + (Math.floor(started / CLIENTS.length) % 28_000),
      startNs: now + BigInt(random.below(50_000_000)),
      calls: options.callsPerConnection,
    };
    started += 1;
    // Last packet first: the next one is popped.
    return connection(random, plan).reverse();
  };
  const active = Array.from({ length: Math.min(CONCURRENT, options.connections) }, open);
  while (active.length > 0) {
    const at = earliest(active);
    const queue = active[at] ?? [];
    const packet = queue.pop();
    if (packet !== undefined) {
      now = packet.timeNs;
      writer.record(packet.bytes, Number(now / 1_000_000_000n), Number(now % 1_000_000_000n));
    }
    if (queue.length > 0) continue;
    if (started < options.connections) active[at] = open();
    else active.splice(at, 1);
  }
  writer.flush();
}

function earliest(active: readonly TestPacket[][]): number {
  let best = 0;
  for (let i = 1; i < active.length; i++) {
    if ((active[i]?.at(-1)?.timeNs ?? 0n) < (active[best]?.at(-1)?.timeNs ?? 0n)) best = i;
  }
  return best;
}
