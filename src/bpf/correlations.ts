import { firstLine, LineReader } from './lines.ts';
import { parseRecord } from './parse.ts';
import { RecordDecoder } from './record-decoder.ts';
import type { JournalRecord } from './records.ts';

/** A record and its place in the capture. */
export interface PlacedRecord {
  record: JournalRecord;
  /** Packets of the capture before it. */
  afterPacket: number;
  line: number;
}

/**
 * The records beside a classic pcap file, one JSON object a line, each with `after_packet`. They are
 * pulled one at a time; what cannot be used is counted and skipped.
 */
export class CorrelationsReader {
  readonly decoder: RecordDecoder;
  readonly #lines: LineReader;
  #next: PlacedRecord | undefined;

  private constructor(path: string, lines: LineReader) {
    this.decoder = new RecordDecoder(path);
    this.#lines = lines;
    this.#next = this.#pull();
  }

  /**
   * @param path for messages, and unless `location` says otherwise, where it is
   * @throws InputError where it is no regular file, is missing, may not be read, or unpacks to too much
   */
  static async open(path: string, location?: string | Buffer): Promise<CorrelationsReader> {
    return new CorrelationsReader(path, await LineReader.open(path, location));
  }

  /**
   * The first line, where it is a record.
   * @throws InputError as {@link open}
   */
  static async first(path: string, location?: string | Buffer): Promise<JournalRecord | undefined> {
    const json = await firstLine(path, location);
    const parsed = json === undefined ? undefined : parseRecord(json);
    return parsed !== undefined && 'record' in parsed ? parsed.record : undefined;
  }

  /** The record that {@link take} gives next. */
  get next(): PlacedRecord | undefined {
    return this.#next;
  }

  /** The next record, if it stands before the packet after so many; records stay in their order. */
  take(packets: number): JournalRecord | undefined {
    const next = this.#next;
    if (next === undefined || next.afterPacket > packets) return undefined;
    this.#next = this.#pull();
    return next.record;
  }

  close(): void {
    this.#lines.close();
    this.#next = undefined;
    this.decoder.close();
  }

  #pull(): PlacedRecord | undefined {
    for (let line = this.#lines.next(); line !== undefined; line = this.#lines.next()) {
      const { bytes, number, offset } = line;
      const place = () => `line ${number}, offset ${offset}`;
      if (line.tooLong) {
        this.decoder.tooLong(place());
        continue;
      }
      if (line.unterminated && bytes[bytes.length - 1] !== CLOSING_BRACE) {
        this.decoder.torn(place());
        continue;
      }
      if (isBlank(bytes)) continue;
      const record = this.decoder.decode(bytes, place);
      if (record === undefined) continue;
      if (record.after_packet !== undefined)
        return { record, afterPacket: record.after_packet, line: number };
      this.decoder.invalid('expected `after_packet` in the record, found none', place());
    }
    return undefined;
  }
}

const CLOSING_BRACE = 0x7d;
const SPACE = 0x20;

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= SPACE);
}
