import { isSupportedLinkType } from './link-types.ts';
import { DropCounters } from './pcapng-drops.ts';
import { MAX_DESCRIPTION, netnsIn } from './pcapng-netns.ts';
import { type Option, options, text } from './pcapng-options.ts';
import { Timescale } from './pcapng-time.ts';
import { TimeSpan } from './time-span.ts';

const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
/** Ticks are two words. */
const TICKS_OF_HIGH = 2 ** 32;
/** Bytes of a name that are kept. */
const MAX_NAME = 255;

/** Where the options of an Interface Description Block begin. */
export const IDB_OPTIONS = 16;

/** What an Interface Description Block says, taken as it comes: it may be longer than what is held at once. */
export class InterfaceDescription {
  readonly #linkType: number;
  readonly #snapLength: number;
  #name: string | undefined;
  #netns: number | undefined;
  #resolution: number | undefined;
  #offset = 0;

  /** Takes the part in front of the options. */
  constructor(view: DataView, at: number, little: boolean) {
    this.#linkType = view.getUint16(at + 8, little);
    this.#snapLength = view.getUint32(at + 12, little);
  }

  option(bytes: Buffer, view: DataView, option: Option, little: boolean): void {
    const { code, length, offset } = option;
    if (code === IF_NAME) this.#name = text(bytes, option, MAX_NAME);
    else if (code === IF_DESCRIPTION) this.#netns = netnsIn(text(bytes, option, MAX_DESCRIPTION));
    else if (code === IF_TSRESOL && length >= 1) this.#resolution = view.getUint8(offset);
    else if (code === IF_TSOFFSET && length >= 8) this.#offset = Number(view.getBigInt64(offset, little));
  }

  made(): Interface {
    const time = new Timescale(this.#resolution, this.#offset);
    return new Interface(this.#linkType, this.#snapLength, this.#name, time, this.#netns);
  }
}

/** One interface of a section: what its description says, and what was counted on it. */
export class Interface {
  readonly linkType: number;
  readonly supported: boolean;
  readonly snapLength: number;
  readonly name: string | undefined;
  readonly time: Timescale;
  /** Inode of the network namespace of the sockets whose packets these are. */
  readonly netns: number | undefined;
  /** Of its packets, in ticks. */
  readonly span: TimeSpan;
  readonly drops = new DropCounters();
  packets = 0;

  constructor(linkType: number, snapLength: number, name?: string, time = new Timescale(), netns?: number) {
    this.linkType = linkType;
    this.supported = isSupportedLinkType(linkType);
    this.snapLength = snapLength;
    this.name = name;
    this.time = time;
    this.netns = netns;
    this.span = new TimeSpan(TICKS_OF_HIGH, time.ticksPerSecond);
  }

  /** @param at offset of the block, whose length is at least its fixed part */
  static read(bytes: Buffer, view: DataView, at: number, length: number, little: boolean): Interface {
    const description = new InterfaceDescription(view, at, little);
    for (const option of options(view, at + IDB_OPTIONS, at + length - 4, little)) {
      description.option(bytes, view, option, little);
    }
    return description.made();
  }
}
