import assert from 'node:assert/strict';
import type { AssemblerHandler, CreateAssembler } from '../../../src/capture/assembler.ts';
import type { CapturePart } from '../../../src/inputs.ts';
import type { AttributedCall, ConnectionSummary, ImdsCall } from '../../../src/model.ts';
import type { JournalHandler, Packet, PacketFilter, PacketSource, Sink } from '../../../src/ports.ts';
import { emptyStatistics } from '../../../src/ports.ts';
import { at, CLIENT, ENDPOINT } from '../../support/journal.ts';

/** What a source has in it: packets, each a call, and records in their places. */
export type Entry = { ms: number; isn?: number; unwanted?: boolean } | { json: string };

export class FakeSource implements PacketSource {
  readonly name = 'fake';
  readonly statistics = emptyStatistics();
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  async read(
    _filter: PacketFilter,
    handler: JournalHandler,
    pause: () => Promise<void> | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    const { statistics } = this;
    for (const entry of this.#entries) {
      if (signal?.aborted) return;
      if ('json' in entry) {
        handler.record(Buffer.from(entry.json), { offset: 24, packetsBefore: statistics.packets });
        continue;
      }
      const number = statistics.packets + 1;
      if (number >= handler.nextStop) handler.beforePacket(number);
      statistics.packets = number;
      statistics.bytes += 100;
      const time = BigInt(at(entry.ms));
      const seconds = Number(time / 1_000_000_000n);
      const nanoseconds = Number(time % 1_000_000_000n);
      if (number === 1) Object.assign(statistics, { firstSeconds: seconds, firstNanoseconds: nanoseconds });
      Object.assign(statistics, { lastSeconds: seconds, lastNanoseconds: nanoseconds });
      const packet = { number, seconds, nanoseconds, originalLength: entry.isn ?? 1000 } as Packet;
      if (entry.unwanted !== true) handler.packet(packet);
      await pause();
    }
  }
}

/** Makes a call of every packet; its original length is the ISN. The connections end with the capture. */
export const fakeAssembler: CreateAssembler = (_endpoints, handler: AssemblerHandler) => {
  const ends: ConnectionSummary[] = [];
  const losses: Record<string, number> = {};
  return {
    filter: { accepts: () => true },
    losses,
    closeSocket(endpoint, client, isn) {
      assert.deepEqual([endpoint.address, endpoint.port, client], [ENDPOINT.address, ENDPOINT.port, CLIENT]);
      losses['fake.closed_isn'] = isn;
    },
    packet({ seconds, nanoseconds, number, originalLength }) {
      const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
      const connection = {
        endpoint: ENDPOINT,
        client: CLIENT,
        clientIsn: originalLength,
        packetNumber: number,
      };
      const call: ImdsCall = { ...connection, requestOffset: 0, connectionTime: time, time, version: 'v1' };
      handler.call(call);
      ends.push({
        ...connection,
        aliases: [],
        time,
        endTime: time,
        handshake: 'established',
        provenEmpty: false,
        requestBytes: 90,
        responseBytes: 0,
        missingBytes: 0,
        calls: 1,
      });
    },
    advance(seconds) {
      losses['fake.ticks'] = (losses['fake.ticks'] ?? 0) + 1;
      losses['fake.seconds'] = seconds;
    },
    end() {
      for (const connection of ends) handler.connectionEnd(connection);
    },
  };
};

export function fakePart(entries: readonly Entry[], over: Partial<CapturePart> = {}): CapturePart {
  return { path: 'fake.pcap', open: () => Promise.resolve(new FakeSource(entries)), ...over };
}

export class FakeSink implements Sink {
  readonly calls: AttributedCall[] = [];

  get words(): string[] {
    return this.calls.map(
      ({ process, attribution: { match, reason } }) =>
        `${match} ${process?.pid ?? '-'}${reason === undefined ? '' : ` (${reason})`}`,
    );
  }

  call(call: AttributedCall): void {
    this.calls.push(call);
  }

  ready(): Promise<void> | undefined {
    return undefined;
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}
