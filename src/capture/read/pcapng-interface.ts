import { isSupportedLinkType } from './link-types.ts';
import { options, text } from './pcapng-options.ts';
import { Timescale } from './pcapng-time.ts';

const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;
/** Bytes of a name that are kept. */
const MAX_NAME = 255;

/** One interface of a section: what its description says, and what was counted on it. */
export class Interface {
  readonly linkType: number;
  readonly supported: boolean;
  readonly snapLength: number;
  readonly name: string | undefined;
  readonly time: Timescale;
  packets = 0;
  /** Latest time stamp, in ticks; -1 while there is none. */
  lastHigh = -1;
  lastLow = -1;
  /** Last values of its statistics; they are cumulative. */
  #interfaceDrops: number | undefined;
  #systemDrops: number | undefined;

  constructor(linkType: number, snapLength: number, name?: string, time = new Timescale()) {
    this.linkType = linkType;
    this.supported = isSupportedLinkType(linkType);
    this.snapLength = snapLength;
    this.name = name;
    this.time = time;
  }

  /** @param at offset of the block, whose length is at least its fixed part */
  static read(bytes: Buffer, view: DataView, at: number, length: number, little: boolean): Interface {
    let name: string | undefined;
    let resolution: number | undefined;
    let offset = 0;
    for (const option of options(view, at + 16, at + length - 4, little)) {
      if (option.code === IF_NAME) name = text(bytes, option, MAX_NAME);
      else if (option.code === IF_TSRESOL && option.length >= 1) resolution = view.getUint8(option.offset);
      else if (option.code === IF_TSOFFSET && option.length >= 8) {
        offset = Number(view.getBigInt64(option.offset, little));
      }
    }
    const linkType = view.getUint16(at + 8, little);
    return new Interface(linkType, view.getUint32(at + 12, little), name, new Timescale(resolution, offset));
  }

  /** Takes the drop counters of an Interface Statistics Block. */
  readStatistics(view: DataView, at: number, length: number, little: boolean): void {
    for (const option of options(view, at + 20, at + length - 4, little)) {
      if (option.length < 8) continue;
      if (option.code === ISB_IFDROP) this.#interfaceDrops = Number(view.getBigUint64(option.offset, little));
      if (option.code === ISB_OSDROP) this.#systemDrops = Number(view.getBigUint64(option.offset, little));
    }
  }

  get drops(): number | undefined {
    if (this.#interfaceDrops === undefined && this.#systemDrops === undefined) return undefined;
    return (this.#interfaceDrops ?? 0) + (this.#systemDrops ?? 0);
  }
}
