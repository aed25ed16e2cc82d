import type { JournalHandler, PacketFilter } from '../../ports.ts';
import type { Findings } from './findings.ts';
import { BlockType, FIXED_BYTES, MAX_BLOCK, MAX_RECORD, MIN_BLOCK } from './pcapng-blocks.ts';
import { Interface, InterfaceDescription } from './pcapng-interface.ts';
import { padded } from './pcapng-options.ts';
import { EPB_DATA, EPB_FIXED, PacketFiller } from './pcapng-packet.ts';
import { PcapngTotals } from './pcapng-totals.ts';
import { MAX_PACKET_BYTES } from './record-reader.ts';
import type { InputWindow } from './window.ts';

const MAX_INTERFACES = 4096;
const SPB_FIXED = 16;
const SPB_DATA = 12;

/** Reads the blocks of a section, whose framing is known to be whole. */
export class SectionReader {
  little = true;
  /** After damage an Interface Description Block may be missing, so that later ones have no certain number. */
  interfacesUncertain = false;
  readonly #findings: Findings;
  readonly #totals: PcapngTotals;
  #interfaces: Interface[] = [];
  readonly #filler = new PacketFiller();
  /** Interface and ticks of the packet before: an SPB has no time of its own. */
  #previous: Interface | undefined;
  #previousHigh = 0;
  #previousLow = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#totals = new PcapngTotals(findings);
  }

  get packets(): number {
    return this.#totals.packets;
  }

  /**
   * The hot loop: Enhanced Packet Blocks in a row, so all state is in locals.
   * @returns where the first block begins that is something else, damaged or not whole
   */
  enhancedPackets(window: InputWindow, from: number, filter: PacketFilter, handler: JournalHandler): number {
    const { bytes, view, end, origin } = window;
    const little = this.little;
    const interfaces = this.#interfaces;
    const totals = this.#totals;
    let at = from;
    let number = totals.packets;
    let total = totals.bytes;
    let stop = handler.nextStop;
    let current: Interface | undefined;
    let currentId = -1;
    let high = 0;
    let low = 0;
    while (at + EPB_FIXED <= end && view.getUint32(at, little) === BlockType.enhancedPacket) {
      const length = view.getUint32(at + 4, little);
      const next = at + length;
      if (length < EPB_FIXED || length > MAX_BLOCK || (length & 3) !== 0 || next > end) break;
      const captured = view.getUint32(at + 20, little);
      if (captured > length - EPB_FIXED || captured > MAX_PACKET_BYTES) break;
      if (view.getUint32(next - 4, little) !== length) break;
      const id = view.getUint32(at + 8, little);
      if (id !== currentId) {
        const other = interfaces[id];
        if (other === undefined) break;
        current = other;
        currentId = id;
      }
      const on = current as Interface;
      high = view.getUint32(at + 12, little);
      low = view.getUint32(at + 16, little);
      number++;
      const stray = on.span.stamp(high, low, number, origin + at);
      if (stray !== undefined) this.#findings.strayTime(stray);
      total += captured;
      on.packets++;
      // More than padding: options.
      if (length - EPB_FIXED - captured > 3) {
        on.drops.readPacketOptions(view, at + EPB_DATA + padded(captured), next - 4, little);
      }
      if (number >= stop) {
        handler.beforePacket(number);
        stop = handler.nextStop;
      }
      if (on.supported && filter.accepts(bytes, view, at + EPB_DATA, captured, on.linkType)) {
        handler.packet(this.#filler.ofBlock(window, at, next, number, on, little));
        stop = handler.nextStop;
      }
      at = next;
    }
    totals.packets = number;
    totals.bytes = total;
    if (current !== undefined) {
      this.#previous = current;
      this.#previousHigh = high;
      this.#previousLow = low;
    }
    return at;
  }

  /** Any block but a whole Enhanced Packet Block; its two lengths agree. */
  block(
    window: InputWindow,
    at: number,
    type: number,
    length: number,
    filter: PacketFilter,
    handler: JournalHandler,
  ): void {
    const need = FIXED_BYTES[type];
    if (need !== undefined && length < need) {
      this.#damaged(window, at, `a block of type ${type} with at least ${need} bytes`, String(length));
      return;
    }
    switch (type) {
      case BlockType.sectionHeader:
        this.endSection();
        return;
      case BlockType.interfaceDescription:
        this.#describeInterface(window, at, length);
        return;
      case BlockType.enhancedPacket:
      case BlockType.packet:
        this.#packetBlock(window, at, type, length, filter, handler);
        return;
      case BlockType.simplePacket:
        this.#simplePacket(window, at, length, filter, handler);
        return;
      case BlockType.interfaceStatistics:
        this.#statistics(window, at, length);
        return;
      case BlockType.journalRecord:
        this.#record(window, at, length, handler);
        return;
      default:
        this.countSkipped(type);
    }
  }

  countSkipped(type: number): void {
    if (type === BlockType.custom || type === BlockType.customNoCopy)
      this.#findings.count('capture.custom_blocks');
    else if (type !== BlockType.nameResolution && type !== BlockType.decryptionSecrets) {
      this.#findings.count('capture.unknown_blocks');
    }
  }

  /**
   * A block that is read, but too long to be held; the caller steps over it.
   * @returns where its options are to be handed to; undefined where nothing of it is used
   */
  oversize(window: InputWindow, at: number, type: number, length: number): InterfaceDescription | undefined {
    switch (type) {
      case BlockType.sectionHeader:
        // What makes it so long are comments.
        this.endSection();
        return undefined;
      case BlockType.interfaceDescription:
        return new InterfaceDescription(window.view, at, this.little);
      case BlockType.journalRecord:
        this.#damaged(window, at, `a journal record of at most ${MAX_RECORD} bytes`, `${length - MIN_BLOCK}`);
        return undefined;
      default:
        this.#damaged(window, at, `a block of type ${type} of at most ${MAX_BLOCK} bytes`, String(length));
        return undefined;
    }
  }

  /** The input has ended. */
  settle(): void {
    this.endSection();
    this.#totals.settle();
  }

  /** Its interfaces are no longer known by number. */
  endSection(): void {
    for (const one of this.#interfaces) this.#totals.add(one);
    this.#interfaces = [];
    this.interfacesUncertain = false;
  }

  #describeInterface(window: InputWindow, at: number, length: number): void {
    this.addInterface(() => Interface.read(window.bytes, window.view, at, length, this.little));
  }

  addInterface(read: () => Interface): void {
    if (this.interfacesUncertain || this.#interfaces.length === MAX_INTERFACES) {
      this.#findings.count('capture.interfaces_not_numbered');
      return;
    }
    this.#interfaces.push(read());
  }

  #statistics(window: InputWindow, at: number, length: number): void {
    const id = window.view.getUint32(at + 8, this.little);
    const on = this.#interface(window, at, id);
    on?.drops.readStatistics(window.view, at, length, this.little);
  }

  /** An obsolete Packet Block, or an Enhanced Packet Block that the hot loop left. */
  #packetBlock(
    window: InputWindow,
    at: number,
    type: number,
    length: number,
    filter: PacketFilter,
    handler: JournalHandler,
  ): void {
    const { view } = window;
    const isOld = type === BlockType.packet;
    const id = isOld ? view.getUint16(at + 8, this.little) : view.getUint32(at + 8, this.little);
    const on = this.#interface(window, at, id);
    if (on === undefined) return;
    const captured = view.getUint32(at + 20, this.little);
    const room = Math.min(length - EPB_FIXED, MAX_PACKET_BYTES);
    if (captured > room) {
      this.#damaged(window, at, `a captured length of at most ${room}`, String(captured));
      return;
    }
    const high = view.getUint32(at + 12, this.little);
    const low = view.getUint32(at + 16, this.little);
    this.#previous = on;
    this.#previousHigh = high;
    this.#previousLow = low;
    const number = this.#count(on, captured, handler);
    this.#findings.strayTime(on.span.stamp(high, low, number, window.origin + at));
    if (isOld) on.drops.readPacketBlock(view, at, this.little);
    else {
      const optionsAt = at + EPB_DATA + padded(captured);
      on.drops.readPacketOptions(view, optionsAt, at + length - 4, this.little);
    }
    if (on.supported && filter.accepts(window.bytes, view, at + EPB_DATA, captured, on.linkType)) {
      handler.packet(this.#filler.ofBlock(window, at, at + length, number, on, this.little));
    }
  }

  #simplePacket(
    window: InputWindow,
    at: number,
    length: number,
    filter: PacketFilter,
    handler: JournalHandler,
  ): void {
    const on = this.#interface(window, at, 0);
    if (on === undefined) return;
    const original = window.view.getUint32(at + 8, this.little);
    const room = Math.min(length - SPB_FIXED, MAX_PACKET_BYTES);
    const captured = Math.min(original, on.snapLength || original);
    if (captured > room) {
      this.#damaged(window, at, `a captured length of at most ${room}`, String(captured));
      return;
    }
    const number = this.#count(on, captured, handler);
    const data = at + SPB_DATA;
    if (!on.supported || !filter.accepts(window.bytes, window.view, data, captured, on.linkType)) return;
    const { time } = this.#previous ?? on;
    time.set(this.#previousHigh, this.#previousLow);
    handler.packet(this.#filler.withTime(window, data, captured, original, number, on, time));
  }

  #count(on: Interface, captured: number, handler: JournalHandler): number {
    const number = ++this.#totals.packets;
    this.#totals.bytes += captured;
    on.packets++;
    if (number >= handler.nextStop) handler.beforePacket(number);
    return number;
  }

  #record(window: InputWindow, at: number, length: number, handler: JournalHandler): void {
    let end = at + length - 4;
    while (end > at + 8 && (window.bytes[end - 1] === 0 || window.bytes[end - 1] === 0x20)) end--;
    if (end - at - 8 > MAX_RECORD) {
      this.#damaged(window, at, `a journal record of at most ${MAX_RECORD} bytes`, String(end - at - 8));
      return;
    }
    handler.record(window.bytes.subarray(at + 8, end), {
      offset: window.origin + at,
      packetsBefore: this.#totals.packets,
    });
  }

  #interface(window: InputWindow, at: number, id: number): Interface | undefined {
    const on = this.#interfaces[id];
    if (on === undefined) {
      const count = this.#interfaces.length;
      const expected =
        count === 0 ? 'an Interface Description Block before' : `an interface id below ${count}`;
      this.#damaged(window, at, expected, `interface id ${id}`);
    }
    return on;
  }

  #damaged(window: InputWindow, at: number, expected: string, found: string): void {
    const place = { offset: window.origin + at, packet: this.#totals.packets + 1 };
    this.#findings.damagedRecord(expected, found, place);
  }
}
