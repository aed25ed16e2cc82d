import type { Packet } from '../../ports.ts';
import type { Interface } from './pcapng-interface.ts';
import { options, padded, text } from './pcapng-options.ts';
import type { Timescale } from './pcapng-time.ts';
import { reusedPacket } from './record-reader.ts';
import type { InputWindow } from './window.ts';

/** Bytes of an Enhanced (or obsolete) Packet Block without data and options, and where its data begins. */
export const EPB_FIXED = 32;
export const EPB_DATA = 28;
const OPT_COMMENT = 1;

/** Fills the one packet of a reader from blocks whose lengths are known to be right. */
export class PacketFiller {
  #packet: Packet | undefined;

  /** The packet of an Enhanced or an obsolete Packet Block, which have it in the same place. */
  ofBlock(
    window: InputWindow,
    at: number,
    end: number,
    number: number,
    on: Interface,
    little: boolean,
  ): Packet {
    const { view } = window;
    const captured = view.getUint32(at + 20, little);
    const original = view.getUint32(at + 24, little);
    on.time.set(view.getUint32(at + 12, little), view.getUint32(at + 16, little));
    const packet = this.withTime(window, at + EPB_DATA, captured, original, number, on, on.time);
    const optionsAt = at + EPB_DATA + padded(captured);
    if (optionsAt + 4 < end) packet.comment = comments(window, optionsAt, end - 4, little);
    return packet;
  }

  /** A packet without comment, at the time that `time` was set to. */
  withTime(
    window: InputWindow,
    data: number,
    captured: number,
    original: number,
    number: number,
    on: Interface,
    time: Timescale,
  ): Packet {
    this.#packet ??= reusedPacket(window);
    const packet = this.#packet;
    packet.bytes = window.bytes;
    packet.view = window.view;
    packet.offset = data;
    packet.capturedLength = captured;
    packet.originalLength = Math.max(original, captured);
    packet.linkType = on.linkType;
    packet.seconds = time.seconds;
    packet.nanoseconds = time.nanoseconds;
    packet.number = number;
    packet.interfaceName = on.name;
    packet.netns = on.netns;
    packet.comment = undefined;
    return packet;
  }
}

function comments(window: InputWindow, from: number, to: number, little: boolean): string | undefined {
  let all: string | undefined;
  for (const option of options(window.view, from, to, little)) {
    if (option.code !== OPT_COMMENT) continue;
    const one = text(window.bytes, option);
    all = all === undefined ? one : `${all}\n${one}`;
  }
  return all;
}
