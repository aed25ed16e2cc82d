import type { JournalHandler, Packet, PacketFilter } from '../../ports.ts';
import type { Findings } from './findings.ts';
import { isSupportedLinkType } from './link-types.ts';
import { FILE_HEADER, HeaderMark, linkTypeAt, snapLengthAt, type Variant, variantAt } from './pcap-header.ts';
import { MAX_PACKET_BYTES, type RecordReader, reusedPacket } from './record-reader.ts';
import { type RecordEnd, Resynchroniser } from './resynchronise.ts';
import { TimeSpan } from './time-span.ts';
import type { InputWindow } from './window.ts';
import { isBlankRecord, ZeroRun } from './zero-run.ts';

/** Some writers exceed their own snap length a little (offloaded segments); so far it is believed. */
const SNAP_LENGTH_SLACK = 65_536;
/** Captured lengths exceed the original by a tag, a checksum or a pseudo-header at most; some writers leave the latter 0. */
const MAX_EXCESS = 1024;
/** Records behind damage at the beginning of a file have times that are no further apart. */
const MAX_SECONDS_APART = 86_400;
const NANOSECOND = 1_000_000_000;

interface Damage {
  offset: number;
  expected: string;
  found: string;
  /** It consists of zero bytes so far. */
  zeros?: ZeroRun;
}

/**
 * Classic pcap (draft-ietf-opsawg-pcap). Two levels of damage cannot be told apart here, for a record
 * has nothing but its length: one above every maximum, or a header of zeros, means that framing is
 * lost, and it is taken up again only at a chain of records as {@link Resynchroniser} demands it, whose
 * times are also near that of the last good record, or each other's, and whose every header field is plausible.
 */
export class PcapReader implements RecordReader {
  readonly #findings: Findings;
  #variant: Variant | undefined;
  #mark: HeaderMark | undefined;
  #linkType = 0;
  #supported = true;
  #maximum = MAX_PACKET_BYTES;
  #packet: Packet | undefined;
  #number = 0;
  #bytes = 0;
  #span = new TimeSpan(1, 1);
  readonly #resynchroniser = new Resynchroniser(1);
  #damage: Damage | undefined;
  /** What follows is of another link type. */
  #isOver = false;

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
      if (this.#damage === undefined) return !this.#isOver;
    }
  }

  end(window: InputWindow, filter: PacketFilter, handler: JournalHandler, broken: boolean): void {
    while (this.#damage !== undefined) {
      if (this.#resume(window, this.#damage, true) !== true) return;
      this.#records(window, filter, handler);
    }
    const have = window.end - window.start;
    if (have === 0 || broken || this.#isOver) return;
    const offset = window.origin + window.start;
    if (this.#variant === undefined) {
      this.#findings.truncated('the file header', FILE_HEADER, have, { offset });
      return;
    }
    const { recordHeader, little } = this.#variant;
    const packet = this.#number + 1;
    if (have >= recordHeader && this.#mark?.isAt(window, window.start)) {
      this.#findings.truncated('the header of another file', FILE_HEADER, have, { offset });
    } else if (have < recordHeader) {
      this.#findings.truncated('a record header', recordHeader, have, { offset, packet });
    } else if (this.#stepOverContradiction(window)) {
      this.#records(window, filter, handler);
      this.end(window, filter, handler, broken);
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
    this.#findings.strayTime(this.#span.end());
    const { firstHigh, firstLow, lastHigh, lastLow } = this.#span;
    [statistics.firstSeconds, statistics.firstNanoseconds] = carry(firstHigh, firstLow * nanoseconds);
    [statistics.lastSeconds, statistics.lastNanoseconds] = carry(lastHigh, lastLow * nanoseconds);
  }

  #fileHeader(window: InputWindow): boolean {
    if (window.end - window.start < FILE_HEADER) return false;
    const variant = variantAt(window);
    const snapLength = snapLengthAt(window, variant);
    if (snapLength > 0 && snapLength < MAX_PACKET_BYTES) {
      this.#maximum = Math.min(MAX_PACKET_BYTES, snapLength + SNAP_LENGTH_SLACK);
    }
    this.#mark = new HeaderMark(window);
    this.#linkType = linkTypeAt(window, window.start, variant);
    this.#supported = isSupportedLinkType(this.#linkType);
    this.#variant = variant;
    this.#span = new TimeSpan(variant.fractionsPerSecond, variant.fractionsPerSecond);
    window.start += FILE_HEADER;
    return true;
  }

  /** The hot loop: once per packet of the file, so all state is in locals. */
  #records(window: InputWindow, filter: PacketFilter, handler: JournalHandler): void {
    const { bytes, view, end, origin } = window;
    const { little, recordHeader } = this.#variant as Variant;
    const span = this.#span;
    const maximum = this.#maximum;
    const linkType = this.#linkType;
    const supported = this.#supported;
    let at = window.start;
    let number = this.#number;
    let total = this.#bytes;
    let calmSeconds = span.calmHigh;
    let lastFraction = span.lastLow;
    let stop = handler.nextStop;
    while (end - at >= recordHeader) {
      const captured = view.getUint32(at + 8, little);
      // One comparison for two: 0 becomes the largest number.
      if ((captured - 1) >>> 0 >= maximum) {
        if (captured === 0 && this.#mark?.isAt(window, at)) {
          if (end - at < FILE_HEADER || !this.#joins(window, at, number + 1)) break;
          at += FILE_HEADER;
          continue;
        }
        this.#damage = this.#damageOf(window, at, captured);
        if (this.#damage !== undefined) break;
      }
      const data = at + recordHeader;
      if (data + captured > end) break;
      number++;
      total += captured;
      const seconds = view.getUint32(at, little);
      const fraction = view.getUint32(at + 4, little);
      // Most packets come in the second of the one before.
      if (seconds === calmSeconds && fraction >= lastFraction) lastFraction = fraction;
      else {
        span.lastLow = lastFraction;
        const stray = span.stamp(seconds, fraction, number, origin + at);
        if (stray !== undefined) this.#findings.strayTime(stray);
        calmSeconds = span.calmHigh;
        lastFraction = span.lastLow;
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
    span.lastLow = lastFraction;
  }

  /** Another file's header, behind the last record of one. @returns whether its packets can be read on with */
  #joins(window: InputWindow, at: number, packet: number): boolean {
    const place = { offset: window.origin + at, packet };
    const linkType = linkTypeAt(window, at, this.#variant as Variant);
    this.#findings.joined(place, this.#linkType, linkType);
    this.#isOver = linkType !== this.#linkType;
    return !this.#isOver;
  }

  /** Of a record with a captured length of 0 or above the maximum. */
  #damageOf(window: InputWindow, at: number, captured: number): Damage | undefined {
    const offset = window.origin + at;
    if (captured > 0) {
      return {
        offset,
        expected: `a captured length of at most ${this.#maximum}`,
        found: String(captured),
      };
    }
    if (!isBlankRecord(window.view, at)) return undefined;
    return { offset, expected: 'a packet', found: '', zeros: new ZeroRun(offset) };
  }

  /**
   * The last record ends behind the input, so that it was cut, or its length is damaged. The latter is all
   * that explains one far above the original length: then it is searched behind.
   */
  #stepOverContradiction(window: InputWindow): boolean {
    const { view, start, end, origin } = window;
    const { little } = this.#variant as Variant;
    const captured = view.getUint32(start + 8, little);
    const original = view.getUint32(start + 12, little);
    if (captured <= original + MAX_EXCESS) return false;
    const { found, at } = this.#resynchroniser.search(start + 1, end, true, this.#recordEnd(window));
    if (!found) return false;
    const place = { offset: origin + start, packet: this.#number + 1 };
    const expected = `a captured length near the original of ${original}`;
    this.#findings.resumed(expected, String(captured), place, origin + at);
    window.start = at;
    return true;
  }

  /** @returns whether a record was found; undefined where more bytes are needed to tell */
  #resume(window: InputWindow, damage: Damage, ended: boolean): boolean | undefined {
    const { expected, zeros } = damage;
    const place = { offset: damage.offset, packet: this.#number + 1 };
    if (zeros?.skip(window) === false) {
      if (!ended) return undefined;
      this.#findings.zeroBytes(zeros.length, place);
      return false;
    }
    const from = Math.max(window.start, damage.offset + 1 - window.origin);
    const { found, at } = this.#resynchroniser.search(from, window.end, ended, this.#recordEnd(window));
    const foundInstead = zeros?.text ?? damage.found;
    if (found) {
      this.#findings.resumed(expected, foundInstead, place, window.origin + at);
      this.#damage = undefined;
    } else if (at === Number.POSITIVE_INFINITY) {
      this.#findings.stopped(expected, foundInstead, place);
      return false;
    }
    window.start = at;
    return found || undefined;
  }

  #recordEnd(window: InputWindow): RecordEnd {
    const { view, end } = window;
    const { little, recordHeader, fractionsPerSecond } = this.#variant as Variant;
    const span = this.#span;
    let chainSeconds = 0;
    return (at, first) => {
      if (at + recordHeader > end) return Number.POSITIVE_INFINITY;
      const captured = view.getUint32(at + 8, little);
      const original = view.getUint32(at + 12, little);
      const seconds = view.getUint32(at, little);
      const fraction = view.getUint32(at + 4, little);
      if (first) chainSeconds = seconds;
      const plausible =
        captured > 0 &&
        captured <= this.#maximum &&
        original >= captured &&
        original <= MAX_PACKET_BYTES &&
        fraction < fractionsPerSecond &&
        span.isNear(seconds, fraction) &&
        Math.abs(seconds - chainSeconds) <= MAX_SECONDS_APART;
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
