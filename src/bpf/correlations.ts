import { LineReader } from './lines.ts';
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

  /** @throws InputError where the file is missing or may not be read */
  static open(path: string): CorrelationsReader {
    return new CorrelationsReader(path, LineReader.open(path));
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
