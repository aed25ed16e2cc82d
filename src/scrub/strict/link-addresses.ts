import { LinkType } from '../../capture/decode/link.ts';
import type { Packet } from '../../ports.ts';
import type { Names } from './names.ts';

const MAC_BYTES = 6;

/** Where the link header has addresses (https://www.tcpdump.org/linktypes.html); the field is longer than some. */
const ADDRESSES: Readonly<Record<number, readonly { at: number; room: number }[]>> = {
  [LinkType.ethernet]: [
    { at: 0, room: MAC_BYTES },
    { at: 6, room: MAC_BYTES },
  ],
  [LinkType.linuxSll]: [{ at: 6, room: 8 }],
  [LinkType.linuxSll2]: [{ at: 12, room: 8 }],
};

/** Replaces the link-layer addresses of a packet, in its own bytes: no checksum covers them. */
export function disguiseLinkAddresses(packet: Packet, names: Names): void {
  const { bytes, offset, capturedLength, linkType } = packet;
  for (const { at, room } of ADDRESSES[linkType] ?? []) {
    if (at + room > capturedLength) continue;
    const from = offset + at;
    const address = bytes.toString('hex', from, from + MAC_BYTES);
    bytes.write(names.linkAddress(address), from, MAC_BYTES, 'hex');
    bytes.fill(0, from + MAC_BYTES, from + room);
  }
}
