import { END_OF_OPTIONS, options, padded } from './pcapng-options.ts';

const ISB_OPTIONS = 20;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;
const EPB_DROPCOUNT = 4;
/** In an obsolete Packet Block: the system does not tell. */
const PACKET_BLOCK_UNKNOWN = 0xffff;
const HIGH = 2 ** 32;

/**
 * What the blocks of an interface say of packets that were lost: those of statistics in all, those of
 * packets since the packet before.
 */
export class DropCounters {
  #interface: number | undefined;
  #system: number | undefined;
  #betweenPackets: number | undefined;

  /** An Interface Statistics Block; its counters are cumulative, so that the last one holds. */
  readStatistics(view: DataView, at: number, length: number, little: boolean): void {
    for (const option of options(view, at + ISB_OPTIONS, at + length - 4, little)) {
      if (option.length < 8) continue;
      if (option.code === ISB_IFDROP) this.#interface = countAt(view, option.offset, little);
      if (option.code === ISB_OSDROP) this.#system = countAt(view, option.offset, little);
    }
  }

  /** Of an Enhanced Packet Block. Once per packet with options, wanted or not, so without the generator. */
  readPacketOptions(view: DataView, from: number, to: number, little: boolean): void {
    for (let at = from; at + 4 <= to; ) {
      const code = view.getUint16(at, little);
      const length = view.getUint16(at + 2, little);
      if (code === END_OF_OPTIONS || at + 4 + length > to) return;
      if (code === EPB_DROPCOUNT && length >= 8) this.#add(countAt(view, at + 4, little));
      at += 4 + padded(length);
    }
  }

  /** Of an obsolete Packet Block. */
  readPacketBlock(view: DataView, at: number, little: boolean): void {
    const count = view.getUint16(at + 10, little);
    if (count !== PACKET_BLOCK_UNKNOWN) this.#add(count);
  }

  /** Undefined where nobody counted. Statistics count those between packets too. */
  get total(): number | undefined {
    const statistics = this.#statistics();
    if (this.#betweenPackets === undefined) return statistics;
    return Math.max(this.#betweenPackets, statistics ?? 0);
  }

  #statistics(): number | undefined {
    if (this.#interface === undefined && this.#system === undefined) return undefined;
    return (this.#interface ?? 0) + (this.#system ?? 0);
  }

  #add(count: number | undefined): void {
    if (count !== undefined) this.#betweenPackets = (this.#betweenPackets ?? 0) + count;
  }
}

/** All bits set mean that it is not known (Wireshark's UINT64_MAX); what is no exact double was lost by nobody either. */
function countAt(view: DataView, at: number, little: boolean): number | undefined {
  const [high, low] = little ? [at + 4, at] : [at, at + 4];
  const count = view.getUint32(high, little) * HIGH + view.getUint32(low, little);
  return Number.isSafeInteger(count) ? count : undefined;
}
