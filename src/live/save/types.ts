import type { JournalRecord, SessionRecord } from '../../bpf/records.ts';
import type { FailureError } from '../../errors.ts';

/** A packet as it is saved. Its bytes are copied before {@link CaptureWriter.packet} returns. */
export interface SavedPacket {
  /** From the IP header on, with what is secret blanked. */
  bytes: Uint8Array;
  /** Bytes on the wire; fewer are saved where the snap length cut. */
  originalLength: number;
  /** Seconds since the epoch, and nanoseconds below a second. */
  seconds: number;
  nanoseconds: number;
  interfaceName: string | undefined;
  /** Inode of its socket's network namespace. Only pcapng has room for it. */
  netns: number | undefined;
  /** LINKTYPE_ value of `bytes`: 101, or another one whose packets begin with the IP header. */
  linkType: number;
  /** Shown by Wireshark, so escaped by whoever makes it; at most 4,000 bytes. Only pcapng has room for it. */
  comment: string | undefined;
}

/** What a file of a recording has to repeat of the journal before it, so that it can be read alone. */
export interface Repeats {
  /** A file begins, or goes on after a gap: what stands after its header. Oldest first. */
  begin(): Iterable<JournalRecord>;
  /** What has to stand before this record, and is not yet in the file. */
  missing(record: JournalRecord): Iterable<JournalRecord>;
  /** Every record, after the two above, also one for which there was no room. */
  learn(record: JournalRecord): void;
}

export interface SaveLimits {
  /** Bytes that wait to be written; what comes beyond is turned away and counted. */
  queuedBytes: number;
  /** What is younger may still be in memory. */
  flushAfterMs: number;
  /** After a failed write, nothing is tried for so long; twice as long each time, up to 32 times. */
  retryAfterMs: number;
}

export interface SaveOptions {
  /** FILE.pcap is written as classic pcap, every other name as pcapng. */
  path: string;
  /** First record of every file; its `part` is counted here. Not to be handed to `record` again. */
  session: SessionRecord;
  /** By default, a {@link Preamble}. */
  repeats?: Repeats | undefined;
  /**
   * Begin a new file before one grows larger, a sidecar included, by more than the processes that its last
   * entry refers to. Without it, there is one file.
   */
  rotateBytes?: number | undefined;
  /** Of the files of this run, the oldest are deleted beyond so many. Without it, all stay. */
  rotateCount?: number | undefined;
  /** Called once for each kind of trouble; what it costs is counted in `losses`. */
  onTrouble(trouble: FailureError): void;
  limits?: Partial<SaveLimits> | undefined;
}

/** The journal of a session on its way to disk. Nothing here throws but `open`, and nothing waits but who wants to. */
export interface CaptureWriter {
  /** What was turned away, cut or not written: `save.packets_unwritten`, … */
  readonly losses: Readonly<Record<string, number>>;
  /** Files that are on disk, the oldest first. */
  readonly files: readonly string[];
  packet(packet: SavedPacket): void;
  /**
   * @param record as it is to be saved, secrets masked: it may be written again, in a later file
   * @param json the same as text, where that is at hand
   */
  record(record: JournalRecord, json?: string): void;
  /** Resolves when much of what waits is written; undefined when little waits. For whoever can hold back. */
  ready(): Promise<void> | undefined;
  /** Writes what waits, closes the file. What comes later is counted, not written. */
  close(): Promise<void>;
}
