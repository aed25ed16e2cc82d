import { DEFAULT_LIMITS } from '../../bpf/limits.ts';
import { type JournalRecord, MAX_RECORD_BYTES } from '../../bpf/records.ts';
import { count } from '../../journal/counters.ts';
import { nanosecondsOf } from '../../journal/time.ts';
import type { Counters } from '../../model.ts';
import { Drain, type Lost } from './drain.ts';
import type { Form, Position } from './form.ts';
import { MAX_PACKET_BYTES } from './packet-limits.ts';
import { Preamble } from './preamble.ts';
import { Retry } from './retry.ts';
import type { Ring } from './ring.ts';
import type { CaptureWriter, Repeats, SavedPacket, SaveLimits, SaveOptions } from './types.ts';

/** Twice what the blanking may hold, and let go of at once. */
const QUEUED_BYTES = 32 * 1024 * 1024;
const LIMITS: SaveLimits = { queuedBytes: QUEUED_BYTES, flushAfterMs: 100, retryAfterMs: 1000 };
/** `,"after_packet":` and a number behind it, in a line of a sidecar. */
const PLACE_BYTES = 40;
/** About what surrounds a packet or record in a file. */
const FRAMING_BYTES = 64;
const START: Position = { packets: 0, bytes: 0 };

/**
 * Gives each packet and record its place and its bytes at once, when it is handed over: rotation, and
 * what a file repeats, depend on nothing but the order of the journal. {@link Drain} does the waiting.
 */
export class JournalWriter implements CaptureWriter {
  readonly losses: Counters = {};
  readonly #options: SaveOptions;
  readonly #limits: SaveLimits;
  readonly #form: Form;
  readonly #ring: Ring;
  readonly #drain: Drain;
  readonly #repeats: Repeats;
  readonly #report: (path: string, error: unknown) => void;
  readonly #retry: Retry;
  #part = 1;
  /** Bytes of this file, as they will be once all is written; and those of them that it began with. */
  #size = 0;
  #begun = 0;
  /** What was turned away since makes a gap in the journal here. */
  #gap: 'none' | 'queue' | 'file' = 'none';
  /** Latest time in the journal. */
  #time: string;
  #closed = false;
  /** Sum of the losses that the file tells. */
  #told = 0;

  constructor(options: SaveOptions, form: Form, ring: Ring, report: (path: string, error: unknown) => void) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#form = form;
    this.#ring = ring;
    this.#report = report;
    this.#repeats = options.repeats ?? new Preamble(DEFAULT_LIMITS, this.losses);
    this.#retry = new Retry(this.#limits.retryAfterMs);
    this.#time = options.session.time;
    this.#drain = new Drain(ring, {
      ...this.#limits,
      onFailure: (error, lost) => this.#failed(error, lost),
    });
    this.#begin(START);
  }

  get files(): readonly string[] {
    return this.#ring.paths;
  }

  packet(packet: SavedPacket): void {
    this.#time = String(nanosecondsOf(packet.seconds, packet.nanoseconds));
    const size = packet.bytes.length + (packet.comment?.length ?? 0) + FRAMING_BYTES;
    if (!this.#admit(size, 'packets')) return;
    const bytes = this.#form.packet(packet);
    if (bytes === undefined) {
      count(this.losses, 'save.packets_link_type');
      return;
    }
    if (packet.bytes.length > MAX_PACKET_BYTES) count(this.losses, 'save.packets_cut');
    this.#push(bytes, false, 1, 0);
  }

  record(record: JournalRecord, json?: string): void {
    if (record.time !== undefined && record.type !== 'session') this.#time = record.time;
    const text = json === undefined ? JSON.stringify(record) : oneLine(json);
    const length = Buffer.byteLength(text);
    if (length + PLACE_BYTES > MAX_RECORD_BYTES) {
      count(this.losses, 'save.records_too_long');
      return;
    }
    if (this.#admit(length + FRAMING_BYTES, 'records')) {
      for (const missing of this.#repeats.missing(record)) this.#repeat(missing);
      this.#push(this.#form.record(text), this.#form.sidecar, 0, 1);
    }
    this.#repeats.learn(record);
  }

  ready(): Promise<void> | undefined {
    return this.#drain.ready();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#drain.flush();
    if (this.#untold) this.#closeGap(0, true);
    await this.#drain.flush();
    const path = this.#ring.current?.path ?? this.#options.path;
    await this.#ring.close().catch((error: unknown) => this.#report(path, error));
  }

  /** Whether there is room for it now; it makes room, closes a gap, and begins the next file. */
  #admit(bytes: number, what: keyof Lost): boolean {
    if (this.#closed) return this.#refuse(`save.${what}_after_close`);
    const { queuedBytes } = this.#limits;
    if (this.#gap === 'file' && !this.#retry.due) return this.#refuse(`save.${what}_unwritten`);
    if (this.#gap === 'none' && this.#drain.bytes + bytes > queuedBytes) this.#gap = 'queue';
    // Half of the queue is to be free, so that what a gap repeats does not fill it again.
    if (this.#gap === 'queue' && this.#drain.bytes > queuedBytes / 2) {
      return this.#refuse(`save.${what}_queue_full`);
    }
    this.#closeGap(bytes, false);
    return true;
  }

  /** The file is such that what is next can stand in it. */
  #closeGap(bytes: number, tell: boolean): void {
    if (this.#isFull(bytes)) this.#rotate();
    else if (this.#gap === 'file') this.#begin(this.#ring.current?.position);
    else if (this.#gap === 'queue') this.#begin(undefined);
    else if (tell) this.#tellLosses();
  }

  #refuse(name: string): false {
    count(this.losses, name);
    return false;
  }

  /** What it repeats makes up half of a file at most: else each file would hold little else. */
  #isFull(bytes: number): boolean {
    const { rotateBytes } = this.#options;
    if (this.#ring.current === undefined && this.#gap === 'file') return true;
    if (rotateBytes === undefined || this.#size + bytes <= rotateBytes) return false;
    return this.#size - this.#begun > this.#begun;
  }

  #rotate(): void {
    this.#drain.nextFile();
    this.#part++;
    this.#size = 0;
    this.#begun = 0;
    this.#told = 0;
    this.#begin(START);
  }

  /** What stands before all else in a file, or after a gap in it. @param at undefined where its header holds */
  #begin(at: Position | undefined): void {
    this.#gap = 'none';
    const before = this.#size;
    if (at !== undefined) {
      this.#push(this.#form.begin(at), false, 0, 0);
      this.#repeat({ ...this.#options.session, part: this.#part });
    }
    for (const record of this.#repeats.begin()) this.#repeat(record);
    this.#tellLosses();
    this.#begun += this.#size - before;
  }

  #repeat(record: JournalRecord): void {
    this.#push(this.#form.record(JSON.stringify(record)), this.#form.sidecar, 0, 0);
  }

  /** Loss is data: the file itself says what is missing in it. */
  #tellLosses(): void {
    if (!this.#untold) return;
    this.#told = total(this.losses);
    const counters = Object.fromEntries(
      Object.entries(this.losses).map(([name, lost]) => [name, String(lost)]),
    );
    this.#repeat({ type: 'losses', time: this.#time, counters });
  }

  get #untold(): boolean {
    return this.#told !== total(this.losses);
  }

  #push(bytes: Buffer, sidecar: boolean, packets: number, records: number): void {
    this.#size += bytes.length;
    this.#drain.push({ bytes, sidecar, packets, records });
  }

  /** The ring stands after the last whole unit, perhaps in an earlier file than the one begun here. */
  #failed(error: unknown, { packets, records }: Lost): void {
    const { current, opened, nextPath } = this.#ring;
    this.#report(current?.path ?? nextPath, error);
    count(this.losses, 'save.packets_unwritten', packets);
    count(this.losses, 'save.records_unwritten', records);
    this.#gap = 'file';
    this.#retry.fail();
    this.#part = opened;
    this.#size = current?.size ?? 0;
    this.#told = 0;
  }
}

function total(losses: Counters): number {
  return Object.values(losses).reduce((sum, lost) => sum + lost, 0);
}

/** In a sidecar, a record is a line. JSON has no newlines within its texts. */
function oneLine(json: string): string {
  return json.trim().replaceAll(/[\r\n]+/g, ' ');
}
