import type { AttributedCall, CaptureSummary, Nanoseconds, Problem } from './model.ts';

/**
 * A packet in a reader's buffer. The one object is reused for every packet: what outlives the call
 * must be copied. Only packets that the {@link PacketFilter} accepted become one.
 */
export interface Packet {
  /** The reader's buffer, and a view of the same memory (view.byteOffset === bytes.byteOffset). */
  bytes: Buffer;
  view: DataView;
  /** First captured byte of the packet (its link header) in the buffer. */
  offset: number;
  /** Bytes captured, and bytes on the wire; fewer are captured where the snap length cut. */
  capturedLength: number;
  originalLength: number;
  /** LINKTYPE_ value (https://www.tcpdump.org/linktypes.html). */
  linkType: number;
  /** Seconds since the epoch, and nanoseconds below a second. */
  seconds: number;
  nanoseconds: number;
  /** 1-based, within the file. */
  number: number;
  /** if_name of the interface, where the capture has it. */
  interfaceName: string | undefined;
  /** Inode of the network namespace that the packet's socket is in, where the capture tells it. */
  netns: number | undefined;
  comment: string | undefined;
}

/** Decides from a look at link type, addresses and ports; runs once per packet of the capture. */
export interface PacketFilter {
  accepts(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    capturedLength: number,
    linkType: number,
  ): boolean;
}

/** The journal, as it stands in a capture: packets and records in order. */
export interface JournalHandler {
  packet(packet: Packet): void;
  /** JSON of one journal record (pcapng block type 0x80494D44); valid during the call only. */
  record(json: Uint8Array, where: RecordPosition): void;
  /** Number of the packet before which {@link JournalHandler.beforePacket} is to be called; Infinity for never. */
  readonly nextStop: number;
  /** Called when packet `number` is the next one and number >= nextStop. Must raise nextStop. */
  beforePacket(number: number): void;
}

export interface RecordPosition {
  /** Byte offset in the (decompressed) file. */
  offset: number;
  packetsBefore: number;
}

/** What a source knows of what it read, wanted or not. */
export interface SourceStatistics {
  packets: number;
  /** Captured bytes of all packets, without record headers. */
  bytes: number;
  /** First packet's time and the latest time; NaN seconds while there is none. */
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  /** Sum of what the file records as dropped (isb_ifdrop, isb_osdrop, epb_dropcount); undefined if it does not. */
  drops: number | undefined;
  /** Named counts: `capture.damaged_records`, `link.unsupported.LINKTYPE_147`, … */
  losses: Record<string, number>;
  problems: Problem[];
}

/** Of a source of which nothing was read yet. */
export function emptyStatistics(): SourceStatistics {
  return {
    packets: 0,
    bytes: 0,
    firstSeconds: Number.NaN,
    firstNanoseconds: 0,
    lastSeconds: Number.NaN,
    lastNanoseconds: 0,
    drops: undefined,
    losses: {},
    problems: [],
  };
}

/** Packets and records from a file, stdin or the kernel. Errors of the input become problems, not exceptions. */
export interface PacketSource {
  readonly name: string;
  readonly statistics: SourceStatistics;
  /**
   * Pushes everything to the handler, in order; `pause` is awaited between chunks, so that a slow
   * output holds the reading back. Resolves at the end of input or when the signal aborts.
   */
  read(
    filter: PacketFilter,
    handler: JournalHandler,
    pause: () => Promise<void> | undefined,
    signal?: AbortSignal,
  ): Promise<void>;
}

/** Where attributed calls go. */
export interface Sink {
  call(call: AttributedCall): void;
  /** A call that is not to be reported, and tells why its caller makes others. */
  context?(call: AttributedCall): void;
  /** A call that the report has nothing of, and that its verdict may not forget. */
  leftOut?(call: AttributedCall): void;
  /** Resolves when more can be taken; undefined when that is now. */
  ready(): Promise<void> | undefined;
  /** Everything is known: write what is left, resolve when it is flushed. */
  end(captures: readonly CaptureSummary[]): Promise<void>;
}

/** Wall-clock time, only for what is rendered (`--since`, file names), never for the pipeline. */
export interface Clock {
  now(): Nanoseconds;
}
