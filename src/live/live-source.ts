import { setTimeout } from 'node:timers/promises';
import type { EndRecord, JournalRecord, LossesRecord, SessionRecord, TickRecord } from '../bpf/records.ts';
import type { JournalHandler, Packet, PacketFilter, PacketSource, RecordPosition } from '../ports.ts';
import { emptyStatistics } from '../ports.ts';
import { Pacer } from './pacer.ts';
import { Turns } from './turns.ts';
import type { View } from './view.ts';

/** All waiting ends by the journal's time, so that time has to pass also where nothing happens. */
const TICK_MS = 200;
/** So long, in milliseconds, the views' own buffers are to take what comes while a file is written. */
const MAX_PAUSE_MS = 500;

export interface LiveSourceOptions {
  name: string;
  header: SessionRecord;
  views: readonly View[];
  now(): bigint;
  /** Counters of what became of the clock, where they have changed. */
  checkClock?: (() => Record<string, string> | undefined) | undefined;
  /** What the journal passes through on its way to the pipeline, which reads what is saved of it. */
  through?: JournalFilter | undefined;
  /** Resolves when what is written of the calls has room for more; undefined when that is now. */
  room?: (() => Promise<unknown> | undefined) | undefined;
  /** Whom to ask what the host says of processes; its answers are entries of the journal. */
  host?: HostAnswers | undefined;
  /** Of a record, what may be recorded of it. */
  rewrite?: ((json: Uint8Array) => Uint8Array) | undefined;
}

/** Sees what is recorded, and adds records of its own. */
export interface HostAnswers {
  /** Where they go; before the first record. */
  answerTo(handler: Pick<JournalHandler, 'record'>): void;
  learn(json: Uint8Array): void;
  /** Resolves when nothing more will come. */
  end(): Promise<void>;
}

/** Takes the journal and hands it on, in the same order; `end` hands on what is still held. */
export interface JournalFilter {
  packet(packet: Packet): void;
  record(json: Uint8Array): void;
  end(): void;
  /** Resolves when more can be taken; undefined when that is now. */
  ready(): Promise<void> | undefined;
  /** Where it goes. Set before the first entry. */
  next: Pick<JournalHandler, 'packet' | 'record'> | undefined;
}

/** The live journal: the packets and records of all views, in one order, as a saved session has them. */
export class LiveSource implements PacketSource {
  readonly name: string;
  readonly statistics = emptyStatistics();
  readonly #options: LiveSourceOptions;
  readonly #turns = new Turns();

  constructor(options: LiveSourceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async read(
    filter: PacketFilter,
    handler: JournalHandler,
    pause: () => Promise<void> | undefined,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    const { header, views, host, now } = this.#options;
    const journal = this.#journal(handler);
    const write = (record: JournalRecord) => journal.record(Buffer.from(JSON.stringify(record)), NOWHERE);
    write(header);
    host?.answerTo(journal);
    const pacer = views.some(({ tellsTime }) => tellsTime) ? new Pacer(journal) : undefined;
    const tick = setInterval(() => {
      const counters = this.#options.checkClock?.();
      const time = now();
      if (pacer?.mayTick(time) !== false) write({ type: 'tick', time: String(time) } satisfies TickRecord);
      if (counters !== undefined) {
        write({ type: 'losses', time: String(time), counters } satisfies LossesRecord);
      }
      // What was printed is handed on; a slow reader of it must not hold the kernel's events back.
      void pause();
    }, TICK_MS);
    try {
      const read = (view: View, to: JournalHandler) => view.read(filter, to, signal, () => this.#pause());
      await Promise.all(
        views.map(async (view) => {
          if (pacer === undefined) return read(view, journal);
          if (!view.tellsTime) return read(view, pacer.follower);
          await read(view, pacer.leader);
          pacer.end();
        }),
      );
      await host?.end();
    } finally {
      clearInterval(tick);
    }
    write({ type: 'end', time: String(now()) } satisfies EndRecord);
    this.#options.through?.end();
    for (const { losses } of views) {
      for (const [name, lost] of Object.entries(losses)) {
        this.statistics.losses[name] = (this.statistics.losses[name] ?? 0) + lost;
      }
    }
  }

  /**
   * A disk that is slow holds the views back for a moment; one that does not answer holds nobody. A view that never
   * runs dry leaves the others, and what is to be written, their turns.
   */
  #pause(): Promise<void> | undefined {
    const { through, room } = this.#options;
    const waits = [through?.ready(), room?.()].filter((wait) => wait !== undefined);
    const turn = this.#turns.next();
    if (waits.length === 0) return turn;
    return Promise.race([
      Promise.all([...waits, turn]).then(() => {}),
      setTimeout(MAX_PAUSE_MS, undefined, { ref: false }),
    ]);
  }

  #journal(handler: JournalHandler): JournalHandler {
    const { through, host, rewrite = (json) => json } = this.#options;
    if (through !== undefined) through.next = handler;
    const next = through ?? handler;
    return {
      packet: (packet: Packet) => {
        this.#count(packet);
        next.packet(packet);
      },
      record: (seen: Uint8Array, where: RecordPosition) => {
        const json = rewrite(seen);
        next.record(json, where);
        host?.learn(json);
      },
      nextStop: Number.POSITIVE_INFINITY,
      beforePacket: () => {},
    };
  }

  #count(packet: Packet): void {
    const { statistics } = this;
    statistics.packets++;
    statistics.bytes += packet.capturedLength;
    packet.number = statistics.packets;
    const { seconds, nanoseconds } = packet;
    const { firstSeconds, firstNanoseconds } = statistics;
    if (!(seconds > firstSeconds || (seconds === firstSeconds && nanoseconds >= firstNanoseconds))) {
      statistics.firstSeconds = seconds;
      statistics.firstNanoseconds = nanoseconds;
    }
    const { lastSeconds, lastNanoseconds } = statistics;
    if (!(seconds < lastSeconds || (seconds === lastSeconds && nanoseconds < lastNanoseconds))) {
      statistics.lastSeconds = seconds;
      statistics.lastNanoseconds = nanoseconds;
    }
  }
}

const NOWHERE = { offset: 0, packetsBefore: 0 };
