import type { InputWindow } from './window.ts';

/** Bytes of the header of a classic pcap file. */
export const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Kuznetzov's patch adds interface index, protocol and packet type. */
const MODIFIED_RECORD_HEADER = 24;
const MICROSECOND = 1_000_000;
const NANOSECOND = 1_000_000_000;

export interface Variant {
  little: boolean;
  recordHeader: number;
  fractionsPerSecond: number;
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  d4c3b2a1: { little: true, recordHeader: RECORD_HEADER, fractionsPerSecond: MICROSECOND },
  a1b2c3d4: { little: false, recordHeader: RECORD_HEADER, fractionsPerSecond: MICROSECOND },
  '4d3cb2a1': { little: true, recordHeader: RECORD_HEADER, fractionsPerSecond: NANOSECOND },
  a1b23c4d: { little: false, recordHeader: RECORD_HEADER, fractionsPerSecond: NANOSECOND },
  '34cdb2a1': { little: true, recordHeader: MODIFIED_RECORD_HEADER, fractionsPerSecond: MICROSECOND },
  a1b2cd34: { little: false, recordHeader: MODIFIED_RECORD_HEADER, fractionsPerSecond: MICROSECOND },
};

/** Of a file whose magic number was looked at before. */
export function variantAt({ bytes, start }: InputWindow): Variant {
  return VARIANTS[bytes.toString('hex', start, start + 4)] as Variant;
}

/** 0 for no limit. */
export function snapLengthAt({ view, start }: InputWindow, { little }: Variant): number {
  return view.getUint32(start + 16, little);
}

/** The upper 16 bits tell of a frame check sequence behind each packet. */
export function linkTypeAt({ view }: InputWindow, at: number, { little }: Variant): number {
  return view.getUint32(at + 20, little) & 0xffff;
}

/** Magic number and version, which are the same at the beginning of each file that one program wrote. */
export class HeaderMark {
  readonly #magic: number;
  readonly #version: number;

  /** @param window begins with a file's header */
  constructor({ view, start }: InputWindow) {
    this.#magic = view.getUint32(start);
    this.#version = view.getUint32(start + 4);
  }

  /** Whether another file begins there, as behind `cat a.pcap b.pcap`; 8 bytes are looked at. */
  isAt({ view }: InputWindow, at: number): boolean {
    return view.getUint32(at) === this.#magic && view.getUint32(at + 4) === this.#version;
  }
}
