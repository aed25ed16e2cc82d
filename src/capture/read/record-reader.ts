import type { JournalHandler, Packet, PacketFilter } from '../../ports.ts';
import type { InputWindow } from './window.ts';

/** No packet is longer: libpcap's MAXIMUM_SNAPLEN. */
export const MAX_PACKET_BYTES = 262_144;

/** Parses the records of one format out of a window, chunk by chunk. */
export interface RecordReader {
  /**
   * Hands on every whole record of the window and sets its `start` behind the last of them.
   * @returns false where reading cannot go on
   */
  scan(window: InputWindow, filter: PacketFilter, handler: JournalHandler): boolean;
  /**
   * The input ended; what is left in the window is no whole record.
   * @param broken it is known already that the input breaks off here: no need to tell it of the record
   */
  end(window: InputWindow, filter: PacketFilter, handler: JournalHandler, broken: boolean): void;
  /** Brings the statistics up to date. */
  settle(): void;
}

/** The one {@link Packet} of a reader, filled again for each wanted packet. */
export function reusedPacket(window: InputWindow): Packet {
  return {
    bytes: window.bytes,
    view: window.view,
    offset: 0,
    capturedLength: 0,
    originalLength: 0,
    linkType: 0,
    seconds: 0,
    nanoseconds: 0,
    number: 0,
    interfaceName: undefined,
    netns: undefined,
    comment: undefined,
  };
}
