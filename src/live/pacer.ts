import type { LossesRecord } from '../bpf/records.ts';
import { PROBE_LATE } from '../bpf/session.ts';
import { copyPacket } from '../capture/copy-packet.ts';
import { Fifo } from '../journal/fifo.ts';
import type { JournalHandler, Packet } from '../ports.ts';

/** Begins a tick as the probe writes it (docs/records.md); nothing else is looked into. */
const TICK = /^\{"type":"tick","time":"(\d{1,20})"/;
const TICK_BYTES = 64;
/** A view that has said nothing for so long is not waited for. */
const MAX_SILENCE_MS = 10_000;
/** So far it may be behind without time being told by others. */
const MAX_BEHIND_NS = 1_000_000_000n;
const MAX_HELD_BYTES = 16 * 1024 * 1024;
/** That it was not waited for is told in steps of so much: a tick of the journal. */
const LATE_STEP_NS = 200_000_000n;
/** What a held packet takes besides its bytes, roughly. */
const OVERHEAD = 512;

/**
 * Keeps two views in step. What the sockets' view saw comes through a pipe, seconds late where the machine is
 * busy; what an interface had is here at once. All that waits in the pipeline waits by the journal's time: if that
 * ran ahead, a call would be told from its copies on the wire, without a process, and then once more. So the view
 * that has the processes tells the time, and what others saw is held until it has come as far. Where that takes too
 * long, the journal says so: nobody knows yet whose sockets those of that time are.
 */
export class Pacer {
  readonly #journal: JournalHandler;
  /** Milliseconds on any clock that does not step. */
  readonly #elapsed: () => number;
  readonly #held = new Fifo<Packet>();
  #heldBytes = 0;
  /** Nanoseconds since the epoch up to which the leader has read. */
  #time = 0n;
  #toldAt: number;
  #isOver = false;
  #late = 0;
  #lateUntil = 0n;

  constructor(journal: JournalHandler, elapsed: () => number = () => performance.now()) {
    this.#journal = journal;
    this.#elapsed = elapsed;
    this.#toldAt = elapsed();
  }

  /**
   * Of the view that tells the time. One that was held up comes with what is old: ticks of now between that would have
   * the journal's clock set back and forth, and each time all waits would end.
   */
  get leader(): JournalHandler {
    return {
      ...this.#journal,
      packet: (packet) => {
        this.#toldAt = this.#elapsed();
        this.#journal.packet(packet);
      },
      record: (json, where) => {
        this.#toldAt = this.#elapsed();
        const time = tickTime(json);
        if (time !== undefined) this.#advance(time);
        this.#journal.record(json, where);
      },
    };
  }

  /** Of the others. */
  get follower(): JournalHandler {
    return { ...this.#journal, packet: (packet) => this.#follow(packet) };
  }

  /** Whether others may tell the time: the leader is not far behind, or silent, or gone. */
  mayTick(now: bigint): boolean {
    if (this.#isOver) return true;
    if (this.#elapsed() - this.#toldAt <= MAX_SILENCE_MS) return now - this.#time <= MAX_BEHIND_NS;
    this.#tellLate(now);
    this.#release(now);
    return true;
  }

  /** Nothing more comes of the leader. */
  end(): void {
    this.#isOver = true;
    this.#release(undefined);
  }

  #advance(time: bigint): void {
    if (time > this.#time) this.#time = time;
    this.#release(this.#time);
  }

  #follow(packet: Packet): void {
    if (this.#isOver) {
      this.#journal.packet(packet);
      return;
    }
    this.#held.push(copyPacket(packet));
    this.#heldBytes += packet.capturedLength + OVERHEAD;
    while (this.#heldBytes > MAX_HELD_BYTES) {
      if (this.#held.first !== undefined) this.#tellLate(timeOf(this.#held.first));
      this.#hand();
    }
  }

  /** Before what is of that time. */
  #tellLate(time: bigint): void {
    if (time <= this.#lateUntil) return;
    this.#lateUntil = time + LATE_STEP_NS;
    const counters = { [PROBE_LATE]: String(++this.#late) };
    const record: LossesRecord = { type: 'losses', time: String(this.#lateUntil), counters };
    this.#journal.record(Buffer.from(JSON.stringify(record)), NOWHERE);
  }

  /** @param until undefined for all */
  #release(until: bigint | undefined): void {
    for (let { first } = this.#held; first !== undefined; first = this.#held.first) {
      if (until !== undefined && timeOf(first) > until) return;
      this.#hand();
    }
  }

  #hand(): void {
    const packet = this.#held.shift();
    if (packet === undefined) return;
    this.#heldBytes -= packet.capturedLength + OVERHEAD;
    this.#journal.packet(packet);
  }
}

const NOWHERE = { offset: 0, packetsBefore: 0 };

function timeOf({ seconds, nanoseconds }: Packet): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}

function tickTime(json: Uint8Array): bigint | undefined {
  // `{"type":"t`: of the records only ticks have it.
  if (json[9] !== 0x74) return undefined;
  const text = Buffer.from(json.buffer, json.byteOffset, Math.min(json.length, TICK_BYTES)).toString(
    'latin1',
  );
  const time = TICK.exec(text)?.[1];
  return time === undefined ? undefined : BigInt(time);
}
