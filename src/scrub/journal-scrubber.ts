import { RecordDecoder } from '../bpf/record-decoder.ts';
import { type JournalRecord, MAX_RECORD_BYTES } from '../bpf/records.ts';
import type { Sidecar } from '../bpf/sidecar.ts';
import { formatAddress } from '../capture/address.ts';
import { Blanker } from '../capture/blank/index.ts';
import { SegmentDecoder } from '../capture/decode/decoder.ts';
import { EndpointTable } from '../capture/endpoints.ts';
import { createEndpointFilter } from '../capture/filter.ts';
import { Fifo } from '../journal/fifo.ts';
import { PacketComments } from '../live/save/packet-comments.ts';
import type { Counters, Endpoint } from '../model.ts';
import type { JournalHandler, Packet, PacketFilter, RecordPosition } from '../ports.ts';
import { emptyCounts, type ScrubCounts } from './counts.ts';
import { headerBytes } from './headers-only.ts';
import { InterfaceNames } from './interface-names.ts';
import { RecordScrubber } from './records.ts';
import { disguiseLinkAddresses } from './strict/link-addresses.ts';
import type { Names } from './strict/names.ts';

/** Takes the journal as it may be handed on, in its order. */
export interface ScrubbedJournal {
  /** A packet of its own bytes. */
  packet(packet: Packet, comment: string | undefined): void;
  record(json: string): void;
}

/** A packet's place in the journal, filled when it leaves the blanking; or a record behind such a one. */
type Entry = { packet: Packet | undefined } | { record: JournalRecord; json: string };

/** `,"after_packet":` and a number behind it, in a line of a sidecar. */
const PLACE_BYTES = 40;
/** So much text of records waits for the packets before them; beyond it, these are let go of. */
const MAX_WAITING = 16 * 1024 * 1024;
/** What a record costs besides its text, which is there twice. */
const RECORD_COST = 512;
/** Blocks that hold neither packets nor records: nothing is lost with them. */
const HARMLESS: ReadonlySet<string> = new Set(['capture.custom_blocks', 'capture.unknown_blocks']);
const NANOSECONDS = 1_000_000_000n;

/**
 * One capture's journal without what others may not see. Packets are held until all of their payload was read,
 * for as long as there is room (see {@link Blanker}), and records that came behind them wait with them.
 */
export class JournalScrubber implements JournalHandler {
  readonly counts: ScrubCounts = emptyCounts();
  readonly decoder: RecordDecoder;
  /** All packets are wanted. */
  readonly filter: PacketFilter = { accepts: () => true };
  readonly #to: ScrubbedJournal;
  readonly #names: Names | undefined;
  readonly #ofEndpoint: PacketFilter;
  readonly #blanker: Blanker;
  readonly #interfaces = new InterfaceNames();
  readonly #records: RecordScrubber;
  readonly #comments = new PacketComments();
  readonly #table: EndpointTable;
  readonly #segments: SegmentDecoder;
  readonly #journal = new Fifo<Entry>();
  /** Packets that the blanking holds, in order. */
  readonly #held = new Fifo<{ packet: Packet | undefined }>();
  #sidecar: Sidecar | undefined;
  /** Of the latest record that has one, once there was a session. */
  #time: string | undefined;
  #waiting = 0;

  /** @param name of the capture, for messages */
  constructor(name: string, endpoints: readonly Endpoint[], names: Names | undefined, to: ScrubbedJournal) {
    this.#to = to;
    this.#names = names;
    this.decoder = new RecordDecoder(name);
    this.#ofEndpoint = createEndpointFilter(endpoints);
    this.#records = new RecordScrubber(this.#interfaces, names);
    this.#table = new EndpointTable(endpoints);
    this.#segments = new SegmentDecoder(this.#table, {});
    // Nobody waits for the result: what limits the holding is memory alone.
    this.#blanker = new Blanker(endpoints, (packet) => this.#blanked(packet), {
      holdMs: Number.POSITIVE_INFINITY,
      disguise: names,
    });
  }

  /** Of the blanking: `blank.…`. */
  get losses(): Counters {
    return this.#blanker.losses;
  }

  /** Records that stand beside the file. */
  attach(sidecar: Sidecar): void {
    this.#sidecar = sidecar;
  }

  get nextStop(): number {
    return this.#sidecar === undefined ? Number.POSITIVE_INFINITY : this.#sidecar.nextStop;
  }

  beforePacket(number: number): void {
    this.#sidecar?.before(number);
  }

  packet(packet: Packet): void {
    const { bytes, view, offset, capturedLength, linkType } = packet;
    if (packet.comment !== undefined) this.counts.comments++;
    const entry = { packet: undefined };
    this.#journal.push(entry);
    this.#held.push(entry);
    if (this.#ofEndpoint.accepts(bytes, view, offset, capturedLength, linkType)) {
      this.counts.endpointPackets++;
      this.#blanker.packet(packet);
    } else {
      this.counts.otherPackets++;
      this.#blanker.pass(this.#headersOf(packet));
    }
    this.#write();
  }

  record(json: Uint8Array, { offset }: RecordPosition): void {
    const record = this.decoder.decode(json, () => `offset ${offset}`);
    if (record !== undefined) this.apply(record);
  }

  /** A record that was read elsewhere. */
  apply(record: JournalRecord): void {
    const scrubbed = this.#records.scrub(record);
    if (scrubbed.type === 'session' || this.#time !== undefined) this.#time = scrubbed.time ?? this.#time;
    const json = JSON.stringify(scrubbed);
    if (Buffer.byteLength(json) + PLACE_BYTES > MAX_RECORD_BYTES) this.counts.recordsTooLong++;
    else {
      this.counts.records++;
      this.#waiting += json.length + RECORD_COST;
      this.#journal.push({ record: scrubbed, json });
    }
    if (scrubbed.type === 'tick') {
      const time = BigInt(scrubbed.time);
      this.#blanker.advance(Number(time / NANOSECONDS), Number(time % NANOSECONDS));
    }
    if (this.#waiting > MAX_WAITING) this.#blanker.giveUp();
    this.#write();
  }

  /** The capture has ended: all that was held leaves. */
  end(): void {
    this.#blanker.end();
    this.#write();
    this.counts.blankedBytes = this.#blanker.blankedBytes;
    this.counts.interfaceNames = this.#interfaces.replaced;
    this.counts.names = this.#names?.count;
  }

  /**
   * Says in the journal what was lost on reading: the result is whole, and would be taken for all that there
   * was. Without a session nobody takes a capture for that.
   */
  tell(losses: Counters, problems: number): void {
    const counters = Object.fromEntries(
      Object.entries({ ...losses, 'scrub.problems_of_input': problems })
        .filter(([name, lost]) => lost > 0 && !HARMLESS.has(name))
        .map(([name, lost]) => [name, String(lost)]),
    );
    if (this.#time === undefined || Object.keys(counters).length === 0) return;
    this.apply({ type: 'losses', time: this.#time, counters });
  }

  /** As if the snap length had cut the rest: readers then know that there was one, and take nothing for it. */
  #headersOf(packet: Packet): Packet {
    const capturedLength = headerBytes(packet);
    this.counts.removedBytes += packet.capturedLength - capturedLength;
    return {
      ...packet,
      capturedLength,
      originalLength: Math.max(packet.originalLength, packet.capturedLength),
    };
  }

  #blanked(packet: Packet): void {
    const entry = this.#held.shift();
    if (entry !== undefined) entry.packet = packet;
  }

  #write(): void {
    for (let { first } = this.#journal; first !== undefined; first = this.#journal.first) {
      if ('json' in first) {
        this.#waiting -= first.json.length + RECORD_COST;
        this.#comments.learn(first.record);
        this.#to.record(first.json);
      } else if (first.packet === undefined) return;
      else this.#hand(first.packet);
      this.#journal.shift();
    }
  }

  #hand(packet: Packet): void {
    const comment = this.#commentOf(packet);
    if (this.#names !== undefined) disguiseLinkAddresses(packet, this.#names);
    const { interfaceName } = packet;
    const shown = interfaceName === undefined ? undefined : this.#interfaces.of(interfaceName);
    this.#to.packet({ ...packet, interfaceName: shown, comment: undefined }, comment);
  }

  /** Made anew of the records, which are scrubbed: of what a comment said nobody knows what it is. */
  #commentOf(packet: Packet): string | undefined {
    const { bytes, view, offset, capturedLength, linkType } = packet;
    if (!this.#ofEndpoint.accepts(bytes, view, offset, capturedLength, linkType)) return undefined;
    if (!this.#segments.decode(packet)) return undefined;
    const { segment } = this.#segments;
    const { w0, w1, w2, w3, port, endpoint } = segment;
    const server = this.#table.endpoints[endpoint];
    return server && this.#comments.of({ address: formatAddress(w0, w1, w2, w3), port }, server, segment);
  }
}
