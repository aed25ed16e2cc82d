import { milliseconds } from '../journal/clock.ts';
import type { Counters, Problem } from '../model.ts';
import type { CorrelationsReader } from './correlations.ts';
import type { JournalRecord } from './records.ts';

/** Records and the packets beside them tell the same time but for that: a clock may have been set. */
const TOLERANCE_MS = 3_600_000;
const REMEDY = 'Give the correlations that were written with this capture, or none.';

export interface SidecarHandler {
  record(record: JournalRecord): void;
  /** They are of another capture: nothing that was handed over is to be used. */
  discard(): void;
}

/** Merges the records of a sidecar into the packets of its capture, each before the packet it stands before. */
export class Sidecar {
  readonly problems: Problem[] = [];
  readonly #capture: string;
  readonly #path: string;
  readonly #reader: CorrelationsReader;
  readonly #handler: SidecarHandler;
  /** Time of the latest record handed over, milliseconds. */
  #time = Number.NaN;
  #checked = false;
  #used = true;

  constructor(capture: string, path: string, reader: CorrelationsReader, handler: SidecarHandler) {
    this.#capture = capture;
    this.#path = path;
    this.#reader = reader;
    this.#handler = handler;
    const first = reader.next?.record;
    if (first?.type !== 'session') {
      this.#refuse(
        'correlations.no_session',
        `${path}: expected a session record first, found ${first?.type ?? 'none'}`,
      );
    }
  }

  get losses(): Counters {
    return this.#reader.decoder.losses;
  }

  /** Number of the packet before which {@link before} has something to do. */
  get nextStop(): number {
    return this.#used && this.#reader.next !== undefined
      ? this.#reader.next.afterPacket + 1
      : Number.POSITIVE_INFINITY;
  }

  before(packet: number): void {
    this.#handOver(packet - 1);
  }

  /** Whether the records before and after the first packet that matters are of its time. */
  check(packetTime: number): void {
    if (this.#checked || !this.#used) return;
    this.#checked = true;
    const following = timeOf(this.#reader.next?.record);
    const latest = Number.isNaN(following) ? this.#time : Math.max(following, this.#time);
    if (packetTime >= this.#time - TOLERANCE_MS && packetTime <= latest + TOLERANCE_MS) return;
    this.#refuse(
      'correlations.other_capture',
      `${this.#path}: its records are of ${iso(this.#time)}, but ${this.#capture} is of ${iso(packetTime)}: they are of another capture`,
    );
    this.#handler.discard();
  }

  /** The capture has ended, after so many packets. */
  end(packets: number, whole: boolean): void {
    if (this.#used) {
      this.#handOver(packets);
      const { next } = this.#reader;
      if (next !== undefined && whole) {
        this.#refuse(
          'correlations.beyond_capture',
          `${this.#path}: line ${next.line} stands after packet ${next.afterPacket}, but ${this.#capture} has ${packets}: it is cut, or the records are of another capture; from there on they were not used`,
        );
      }
    }
    this.#reader.close();
    this.problems.unshift(...this.#reader.decoder.problems);
  }

  #handOver(packets: number): void {
    if (!this.#used) return;
    for (let record = this.#reader.take(packets); record !== undefined; record = this.#reader.take(packets)) {
      const time = timeOf(record);
      if (!Number.isNaN(time)) this.#time = time;
      this.#handler.record(record);
    }
  }

  #refuse(code: string, message: string): void {
    this.#used = false;
    this.problems.push({ code, message, remedy: REMEDY, damage: true });
  }
}

function timeOf(record: JournalRecord | undefined): number {
  return record?.time === undefined ? Number.NaN : milliseconds(BigInt(record.time));
}

/** Times from a file may be beyond what a Date holds. */
function iso(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'no time' : date.toISOString();
}
