import { parseRecord } from '../../bpf/parse.ts';
import type { JournalRecord, SessionRecord } from '../../bpf/records.ts';
import { formatAddress } from '../../capture/address.ts';
import { Blanker } from '../../capture/blank/index.ts';
import { SegmentDecoder } from '../../capture/decode/decoder.ts';
import { LinkType, networkOffset } from '../../capture/decode/link.ts';
import { EndpointTable } from '../../capture/endpoints.ts';
import type { FailureError } from '../../errors.ts';
import { milliseconds } from '../../journal/clock.ts';
import { Fifo } from '../../journal/fifo.ts';
import type { Endpoint } from '../../model.ts';
import type { JournalHandler, Packet } from '../../ports.ts';
import type { JournalFilter } from '../live-source.ts';
import { isClassicPcap } from './form.ts';
import { masked } from './masked.ts';
import { openCaptureWriter } from './open.ts';
import { PacketComments } from './packet-comments.ts';
import { PacketCopies } from './packet-copies.ts';
import type { CaptureWriter, SavedPacket } from './types.ts';
import { Unblanked } from './unblanked.ts';

export interface SaverOptions {
  path: string;
  session: SessionRecord;
  endpoints: readonly Endpoint[];
  rotateBytes: number | undefined;
  rotateCount: number | undefined;
  /** Of packets; arguments of processes are masked all the same. */
  keepsSecrets: boolean;
  onTrouble(trouble: FailureError): void;
}

/** A packet's place in the journal; it is filled when the packet is blanked. */
type Entry = { packet: Packet | undefined } | { record: JournalRecord; json: Uint8Array };

const NANOSECONDS = 1_000_000_000n;
const NOWHERE = { offset: 0, packetsBefore: 0 };

/**
 * Saves the journal as it is made, with secrets blanked, and hands on just that: packets are held until
 * they are read, at most about a second, and records that came behind them wait with them, so that the
 * order stays. What reads the journal behind it sees what a replay will see.
 */
export class SessionSaver implements JournalFilter {
  readonly #writer: CaptureWriter;
  readonly #copies: PacketCopies;
  readonly #blanker: Pick<Blanker, 'packet' | 'advance' | 'end' | 'losses'>;
  readonly #comments = new PacketComments();
  readonly #table: EndpointTable;
  readonly #decoder: SegmentDecoder;
  readonly #journal = new Fifo<Entry>();
  /** Packets in the journal that are not blanked yet, in order. */
  readonly #held = new Fifo<{ packet: Packet | undefined }>();
  /** Whether the file tells network namespaces: what reads the journal behind it must know no more. */
  readonly #hasNamespaces: boolean;
  next: Pick<JournalHandler, 'packet' | 'record'> | undefined;

  private constructor(writer: CaptureWriter, { endpoints, path, session, keepsSecrets }: SaverOptions) {
    const { views } = session;
    this.#writer = writer;
    this.#hasNamespaces = !isClassicPcap(path);
    this.#copies = new PacketCopies(views.includes('sockets'), (packet) => this.#enter(packet));
    this.#table = new EndpointTable(endpoints);
    this.#decoder = new SegmentDecoder(this.#table, {});
    const out = (packet: Packet) => this.#blanked(packet);
    this.#blanker = keepsSecrets ? new Unblanked(out) : new Blanker(endpoints, out);
  }

  /** @throws UsageError where the first file cannot be created, with what to do about it */
  static async open(options: SaverOptions): Promise<SessionSaver> {
    return new SessionSaver(await openCaptureWriter(options), options);
  }

  get files(): readonly string[] {
    return this.#writer.files;
  }

  get losses(): Readonly<Record<string, number>> {
    return { ...this.#writer.losses, ...this.#blanker.losses };
  }

  packet(packet: Packet): void {
    this.#copies.packet(packet);
    this.#write();
  }

  record(json: Uint8Array): void {
    const parsed = parseRecord(json);
    // What the reader would refuse, it need not be given.
    if (!('record' in parsed)) return;
    const record = masked(parsed.record);
    this.#comments.learn(record);
    this.#journal.push({ record, json: Buffer.from(JSON.stringify(record)) });
    if (record.type === 'tick') {
      const time = BigInt(record.time);
      this.#copies.advance(milliseconds(time));
      this.#blanker.advance(Number(time / NANOSECONDS), Number(time % NANOSECONDS));
    } else if (record.type === 'probe_exit') this.#copies.loseSockets();
    this.#write();
  }

  end(): void {
    this.#copies.end();
    this.#blanker.end();
    this.#write();
  }

  ready(): Promise<void> | undefined {
    return this.#writer.ready();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  #enter(packet: Packet): void {
    const entry = { packet: undefined };
    this.#journal.push(entry);
    this.#held.push(entry);
    this.#blanker.packet(packet);
  }

  #blanked(packet: Packet): void {
    const entry = this.#held.shift();
    if (entry !== undefined) entry.packet = packet;
  }

  #write(): void {
    for (let { first } = this.#journal; first !== undefined; first = this.#journal.first) {
      if ('record' in first) {
        // The writer begins each file with a header of its own.
        if (first.record.type !== 'session') this.#writer.record(first.record);
        this.next?.record(first.json, NOWHERE);
      } else if (first.packet === undefined) return;
      else {
        this.#writer.packet(this.#saved(first.packet));
        if (!this.#hasNamespaces) first.packet.netns = undefined;
        this.next?.packet(first.packet);
      }
      this.#journal.shift();
    }
  }

  /** From the IP header on: what stood before it was of one interface, and tells nothing of the call. */
  #saved(packet: Packet): SavedPacket {
    const { view, offset, capturedLength, linkType } = packet;
    const ip = Math.max(offset, networkOffset(view, offset, capturedLength, linkType));
    return {
      bytes: packet.bytes.subarray(ip, offset + capturedLength),
      originalLength: packet.originalLength - (ip - offset),
      seconds: packet.seconds,
      nanoseconds: packet.nanoseconds,
      interfaceName: packet.interfaceName,
      netns: packet.netns,
      linkType: LinkType.raw,
      comment: this.#commentOf(packet),
    };
  }

  #commentOf(packet: Packet): string | undefined {
    if (!this.#decoder.decode(packet)) return undefined;
    const { segment } = this.#decoder;
    const { w0, w1, w2, w3, port, endpoint } = segment;
    const server = this.#table.endpoints[endpoint];
    return server && this.#comments.of({ address: formatAddress(w0, w1, w2, w3), port }, server, segment);
  }
}
