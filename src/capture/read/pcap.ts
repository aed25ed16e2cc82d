import type { JournalHandler, Packet, PacketFilter } from '../../ports.ts';
import type { Findings } from './findings.ts';
import { isSupportedLinkType } from './link-types.ts';
import { MAX_PACKET_BYTES, type RecordReader, reusedPacket } from './record-reader.ts';
import { type RecordEnd, Resynchroniser } from './resynchronise.ts';
import type { InputWindow } from './window.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Kuznetzov's patch adds interface index, protocol and packet type. */
const MODIFIED_RECORD_HEADER = 24;
/** Some writers exceed their own snap length a little (offloaded segments); so far it is believed. */
const SNAP_LENGTH_SLACK = 65_536;
/** After damage, records further from the last good one than that are not believed. */
const MAX_TIME_STEP = 86_400;
const MICROSECOND = 1_000_000;
const NANOSECOND = 1_000_000_000;

interface Variant {
  little: boolean;
  recordHeader: number;
  fractionsPerSecond: number;
}

interface Damage {
  offset: number;
  length: number;
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  d4c3b2a1: { little: true, recordHeader: RECORD_HEADER, fractionsPerSecond: MICROSECOND },
  a1b2c3d4: { little: false, recordHeader: RECORD_HEADER, fractionsPerSecond: MICROSECOND },
  '4d3cb2a1': { little: true, recordHeader: RECORD_HEADER, fractionsPerSecond: NANOSECOND },
  a1b23c4d: { little: false, recordHeader: RECORD_HEADER, fractionsPerSecond: NANOSECOND },
  '34cdb2a1': { little: true, recordHeader: MODIFIED_RECORD_HEADER, fractionsPerSecond: MICROSECOND },
  a1b2cd34: { little: false, recordHeader: MODIFIED_RECORD_HEADER, fractionsPerSecond: MICROSECOND },
};

/**
 * Classic pcap (draft-ietf-opsawg-pcap). Two levels of damage cannot be told apart here, for a record
 * has nothing but its length: one above every maximum means that framing is lost, and it is taken
 * up again only at a chain of records as {@link Resynchroniser} demands it, whose times are also
 * near that of the last good record and whose every header field is plausible.
 */
export class PcapReader implements RecordReader {
  readonly #findings: Findings;
  #variant: Variant | undefined;
  #linkType = 0;
  #supported = true;
  #maximum = MAX_PACKET_BYTES;
  #packet: Packet | undefined;
  #number = 0;
  #bytes = 0;
  #firstSeconds = -1;
  #firstFraction = 0;
  #lastSeconds = -1;
  #lastFraction = 0;
  readonly #resynchroniser = new Resynchroniser(1);
  #damage: Damage | undefined;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  scan(window: InputWindow, filter: PacketFilter, handler: JournalHandler): boolean {
    if (this.#variant === undefined && !this.#fileHeader(window)) return true;
    for (;;) {
      if (this.#damage !== undefined) {
        const found = this.#resume(window, this.#damage, false);
        if (found !== true) return found === undefined;
      }
      this.#records(window, filter, handler);
      if (this.#damage === undefined) return true;
    }
  }

  end(window: InputWindow, filter: PacketFilter, handler: JournalHandler, broken: boolean): void {
    while (this.#damage !== undefined) {
      if (this.#resume(window, this.#damage, true) !== true) return;
      this.#records(window, filter, handler);
    }
    const have = window.end - window.start;
    if (have === 0 || broken) return;
    const offset = window.origin + window.start;
    if (this.#variant === undefined) {
      this.#findings.truncated('the file header', FILE_HEADER, have, { offset });
      return;
    }
    const { recordHeader, little } = this.#variant;
    const packet = this.#number + 1;
    if (have < recordHeader) {
      this.#findings.truncated('a record header', recordHeader, have, { offset, packet });
    } else {
      const need = window.view.getUint32(window.start + 8, little);
      this.#findings.truncated('a packet', need, have - recordHeader, {
        offset: offset + recordHeader,
        packet,
      });
    }
  }

  settle(): void {
    const { statistics } = this.#findings;
    statistics.packets = this.#number;
    statistics.bytes = this.#bytes;
    if (this.#number === 0) return;
    if (!this.#supported) this.#findings.unsupportedLinkType(this.#linkType, this.#number, true);
    const nanoseconds = NANOSECOND / (this.#variant as Variant).fractionsPerSecond;
    [statistics.firstSeconds, statistics.firstNanoseconds] = carry(
      this.#firstSeconds,
      this.#firstFraction * nanoseconds,
    );
    [statistics.lastSeconds, statistics.lastNanoseconds] = carry(
      this.#lastSeconds,
      this.#lastFraction * nanoseconds,
    );
  }

  #fileHeader(window: InputWindow): boolean {
    if (window.end - window.start < FILE_HEADER) return false;
    const { view, start } = window;
    const variant = VARIANTS[window.bytes.toString('hex', start, start + 4)] as Variant;
    const snapLength = view.getUint32(start + 16, variant.little);
    if (snapLength > 0 && snapLength < MAX_PACKET_BYTES) {
      this.#maximum = Math.min(MAX_PACKET_BYTES, snapLength + SNAP_LENGTH_SLACK);
    }
    // The upper 16 bits tell of a frame check sequence behind each packet.
    this.#linkType = view.getUint32(start + 20, variant.little) & 0xffff;
    this.#supported = isSupportedLinkType(this.#linkType);
    this.#variant = variant;
    window.start += FILE_HEADER;
    return true;
  }

  /** The hot loop: once per packet of the file, so all state is in locals. */
  #records(window: InputWindow, filter: PacketFilter, handler: JournalHandler): void {
    const { bytes, view, end } = window;
    const { little, recordHeader } = this.#variant as Variant;
    const maximum = this.#maximum;
    const linkType = this.#linkType;
    const supported = this.#supported;
    let at = window.start;
    let number = this.#number;
    let total = this.#bytes;
    let lastSeconds = this.#lastSeconds;
    let lastFraction = this.#lastFraction;
    let firstSeconds = this.#firstSeconds;
    let firstFraction = this.#firstFraction;
    let stop = handler.nextStop;
    if (number === 0 && end - at >= recordHeader) {
      firstSeconds = view.getUint32(at, little);
      firstFraction = view.getUint32(at + 4, little);
    }
    while (end - at >= recordHeader) {
      const captured = view.getUint32(at + 8, little);
      if (captured > maximum) {
        this.#damage = { offset: window.origin + at, length: captured };
        break;
      }
      const data = at + recordHeader;
      if (data + captured > end) break;
      number++;
      total += captured;
      const seconds = view.getUint32(at, little);
      const fraction = view.getUint32(at + 4, little);
      if (seconds > lastSeconds || (seconds === lastSeconds && fraction > lastFraction)) {
        lastSeconds = seconds;
        lastFraction = fraction;
      } else if (seconds < firstSeconds || (seconds === firstSeconds && fraction < firstFraction)) {
        firstSeconds = seconds;
        firstFraction = fraction;
      }
      if (number >= stop) {
        handler.beforePacket(number);
        stop = handler.nextStop;
      }
      if (supported && filter.accepts(bytes, view, data, captured, linkType)) {
        this.#deliver(window, at, number, handler);
        stop = handler.nextStop;
      }
      at = data + captured;
    }
    window.start = at;
    this.#number = number;
    this.#bytes = total;
    this.#lastSeconds = lastSeconds;
    this.#lastFraction = lastFraction;
    this.#firstSeconds = firstSeconds;
    this.#firstFraction = firstFraction;
  }

  /** @returns whether a record was found; undefined where more bytes are needed to tell */
  #resume(window: InputWindow, damage: Damage, ended: boolean): boolean | undefined {
    const from = Math.max(window.start, damage.offset + 1 - window.origin);
    const { found, at } = this.#resynchroniser.search(from, window.end, ended, this.#recordEnd(window));
    const expected = `a captured length of at most ${this.#maximum}`;
    const place = { offset: damage.offset, packet: this.#number + 1 };
    if (found) {
      this.#findings.resumed(expected, String(damage.length), place, window.origin + at);
      this.#damage = undefined;
    } else if (at === Number.POSITIVE_INFINITY) {
      this.#findings.stopped(expected, String(damage.length), place);
      return false;
    }
    window.start = at;
    return found || undefined;
  }

  #recordEnd(window: InputWindow): RecordEnd {
    const { view, end } = window;
    const { little, recordHeader, fractionsPerSecond } = this.#variant as Variant;
    return (at) => {
      if (at + recordHeader > end) return Number.POSITIVE_INFINITY;
      const captured = view.getUint32(at + 8, little);
      const original = view.getUint32(at + 12, little);
      const plausible =
        captured > 0 &&
        captured <= this.#maximum &&
        original >= captured &&
        original <= MAX_PACKET_BYTES &&
        view.getUint32(at + 4, little) < fractionsPerSecond &&
        Math.abs(view.getUint32(at, little) - this.#lastSeconds) <= MAX_TIME_STEP;
      return plausible ? at + recordHeader + captured : Number.NaN;
    };
  }

  #deliver(window: InputWindow, at: number, number: number, handler: JournalHandler): void {
    const { view } = window;
    const { little, recordHeader, fractionsPerSecond } = this.#variant as Variant;
    this.#packet ??= reusedPacket(window);
    const packet = this.#packet;
    packet.bytes = window.bytes;
    packet.view = view;
    packet.offset = at + recordHeader;
    packet.capturedLength = view.getUint32(at + 8, little);
    packet.originalLength = Math.max(view.getUint32(at + 12, little), packet.capturedLength);
    packet.linkType = this.#linkType;
    packet.seconds = view.getUint32(at, little);
    packet.nanoseconds = view.getUint32(at + 4, little) * (NANOSECOND / fractionsPerSecond);
    if (packet.nanoseconds >= NANOSECOND) {
      [packet.seconds, packet.nanoseconds] = carry(packet.seconds, packet.nanoseconds);
    }
    packet.number = number;
    handler.packet(packet);
  }
}

/** Some writers let the fraction run over a second. */
function carry(seconds: number, nanoseconds: number): [number, number] {
  return [seconds + Math.floor(nanoseconds / NANOSECOND), nanoseconds % NANOSECOND];
}
