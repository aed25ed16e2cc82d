import type { JournalHandler, PacketFilter } from '../../ports.ts';
import type { Findings } from './findings.ts';
import { BlockType, byteOrder, isRead, MAX_BLOCK, MIN_BLOCK } from './pcapng-blocks.ts';
import { blockChain, type FramingError, lengthError, looksCut, oversizeError } from './pcapng-framing.ts';
import { IDB_OPTIONS } from './pcapng-interface.ts';
import { Oversize } from './pcapng-oversize.ts';
import { SectionReader } from './pcapng-section.ts';
import type { RecordReader } from './record-reader.ts';
import { Resynchroniser } from './resynchronise.ts';
import type { InputWindow } from './window.ts';

interface Damage extends FramingError {
  offset: number;
  /** Where the next block begins if the leading length is right; undefined where nothing tells. */
  next: number | undefined;
  /** Without its header nothing of a section can be read: only the next one will do. */
  sectionLost: boolean;
}

/**
 * pcapng (draft-ietf-opsawg-pcapng). A block whose two lengths agree is framed for certain, and one
 * that makes no sense inside is skipped alone. Where the lengths do not agree, reading goes on only
 * where {@link Resynchroniser} finds a chain of blocks whose lengths do.
 */
export class PcapngReader implements RecordReader {
  readonly #findings: Findings;
  readonly #section: SectionReader;
  readonly #resynchroniser = new Resynchroniser(4);
  #damage: Damage | undefined;
  #skip: Oversize | undefined;

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#section = new SectionReader(findings);
  }

  scan(window: InputWindow, filter: PacketFilter, handler: JournalHandler): boolean {
    for (;;) {
      if (this.#damage !== undefined) {
        const found = this.#resume(window, this.#damage, false);
        if (found !== true) return found === undefined;
      }
      if (this.#skip !== undefined) {
        if (!this.#stepOver(window, this.#skip)) return true;
        continue;
      }
      this.#blocks(window, filter, handler);
      if (this.#damage === undefined && this.#skip === undefined) return true;
    }
  }

  end(window: InputWindow, filter: PacketFilter, handler: JournalHandler, broken: boolean): void {
    while (this.#damage !== undefined) {
      if (this.#resume(window, this.#damage, true) !== true) return;
      if (!this.scan(window, filter, handler)) return;
    }
    if (broken) return;
    if (this.#skip !== undefined) {
      const { offset, length, left } = this.#skip;
      const have = length - 4 - left + window.end - window.start;
      this.#findings.truncated('a block', length, have, { offset });
      return;
    }
    const have = window.end - window.start;
    if (have === 0) return;
    const { little } = this.#section;
    const place = { offset: window.origin + window.start, packet: this.#section.packets + 1 };
    const length = have < MIN_BLOCK ? MIN_BLOCK : window.view.getUint32(window.start + 4, little);
    if (have < MIN_BLOCK || looksCut(window.view, window.start, have, little)) {
      this.#findings.truncated('a block', length, have, place);
      return;
    }
    this.#lose(place.offset, {
      expected: 'a block that ends within the file',
      found: `a length of ${length}`,
    });
    this.end(window, filter, handler, broken);
  }

  settle(): void {
    this.#section.settle();
  }

  #blocks(window: InputWindow, filter: PacketFilter, handler: JournalHandler): void {
    const section = this.#section;
    const { view, end } = window;
    for (let at = window.start; ; at = window.start) {
      window.start = section.enhancedPackets(window, at, filter, handler);
      at = window.start;
      if (at + MIN_BLOCK > end) return;
      const type = view.getUint32(at, section.little);
      if (type === BlockType.sectionHeader && !this.#takeByteOrder(window, at)) return;
      const { little } = section;
      const length = view.getUint32(at + 4, little);
      const rest = window.size === undefined ? Number.POSITIVE_INFINITY : window.size - window.origin - at;
      const error = oversizeError(window, at, type, length, rest, little) ?? lengthError(length, rest);
      if (error !== undefined) {
        this.#lose(window.origin + at, error);
        return;
      }
      if (length > MAX_BLOCK) {
        if (at + IDB_OPTIONS > end) return;
        this.#skip = new Oversize(window, at, length, little);
        if (isRead(type)) this.#skip.description = section.oversize(window, at, type, length);
        else section.countSkipped(type);
        return;
      }
      if (at + length > end) return;
      const trailing = view.getUint32(at + length - 4, little);
      if (trailing !== length) {
        if (type === BlockType.sectionHeader) section.endSection();
        const next = type === BlockType.interfaceDescription ? undefined : window.origin + at + length;
        this.#lose(window.origin + at, trailingError(length, trailing), next);
        return;
      }
      section.block(window, at, type, length, filter, handler);
      window.start = at + length;
    }
  }

  #takeByteOrder(window: InputWindow, at: number): boolean {
    const little = byteOrder(window.view, at + 8);
    if (little === undefined) {
      const found = window.bytes.toString('hex', at + 8, at + 12);
      const error = { expected: 'the byte-order magic 1a2b3c4d', found };
      this.#lose(window.origin + at, error, undefined, true);
      return false;
    }
    this.#section.little = little;
    return true;
  }

  /** @returns whether the end of the block was reached */
  #stepOver(window: InputWindow, skip: Oversize): boolean {
    if (!skip.step(window) || window.end - window.start < 4) return false;
    this.#skip = undefined;
    const trailing = window.view.getUint32(window.start, this.#section.little);
    if (trailing !== skip.length) {
      this.#lose(skip.offset, trailingError(skip.length, trailing));
      return true;
    }
    window.start += 4;
    const { description } = skip;
    if (description !== undefined) this.#section.addInterface(() => description.made());
    return true;
  }

  #lose(offset: number, error: FramingError, next?: number, sectionLost = false): void {
    this.#damage = { ...error, offset, next, sectionLost };
  }

  /** @returns whether a block was found; undefined where more bytes are needed to tell */
  #resume(window: InputWindow, damage: Damage, ended: boolean): boolean | undefined {
    const from = Math.max(window.start, damage.offset + 4 - window.origin);
    const chain = blockChain(window.view, window.end, this.#section.little, damage.sectionLost);
    const { found, at } = this.#resynchroniser.search(from, window.end, ended, chain);
    const place = { offset: damage.offset, packet: this.#section.packets + 1 };
    if (found) {
      this.#findings.resumed(damage.expected, damage.found, place, window.origin + at);
      this.#section.interfacesUncertain ||= window.origin + at !== damage.next;
      this.#damage = undefined;
    } else if (at === Number.POSITIVE_INFINITY) {
      this.#findings.stopped(damage.expected, damage.found, place);
      return false;
    }
    window.start = at;
    return found || undefined;
  }
}

function trailingError(length: number, trailing: number): FramingError {
  return { expected: `a trailing block length of ${length}`, found: String(trailing) };
}
