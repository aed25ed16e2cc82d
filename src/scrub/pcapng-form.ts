import { netnsDescription } from '../capture/read/pcapng-netns.ts';
import { nanosecondsOf } from '../journal/time.ts';
import { block, type Option, optionsLength, textOption, writeOptions } from '../live/save/pcapng-blocks.ts';
import {
  enhancedPacket,
  interfaceDescription,
  journalRecord,
  sectionHeader,
  writeTime,
} from '../live/save/pcapng-write.ts';
import type { Packet } from '../ports.ts';
import type { ScrubForm } from './form.ts';

const INTERFACE_STATISTICS = 5;
const LINKTYPE_ETHERNET = 1;

const UNNAMED: Described = { linkType: LINKTYPE_ETHERNET, interfaceName: undefined, netns: undefined };

const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSOFFSET = 14;
const ISB_IFDROP = 5;

const MAX_NAME = 64;
/** Of a section; a reader keeps 4,096. */
const MAX_INTERFACES = 3000;
/** 2^33 s are 272 years; nanoseconds of two such spans fit 64 bits. Times of the first need no offset. */
const SPAN_SECONDS = 2 ** 33;

/**
 * pcapng, little-endian, nanoseconds. Of what a section, its interfaces and its packets may say of themselves,
 * it has link types, names and network namespaces of interfaces, lost packets, and the comments that it is given.
 */
export class PcapngScrubForm implements ScrubForm {
  readonly sidecar = false;
  readonly #interfaces = new Map<string, number>();
  #begun = false;
  #lastTime = 0n;

  packet(packet: Packet, comment: string | undefined): Buffer {
    const span = Math.floor(packet.seconds / SPAN_SECONDS);
    const key = keyOf(packet, span);
    const known = this.#interfaces.get(key);
    // Nearly always; an interface is described only once there is a section.
    if (known !== undefined) return this.#enhanced(packet, span, known, comment);
    if (this.#interfaces.size >= MAX_INTERFACES) {
      this.#interfaces.clear();
      this.#begun = false;
    }
    const id = this.#interfaces.size;
    this.#interfaces.set(key, id);
    return Buffer.concat([this.#begin(), describe(packet, span), this.#enhanced(packet, span, id, comment)]);
  }

  record(json: string): Buffer {
    return Buffer.concat([this.#begin(), journalRecord(json)]);
  }

  end(drops: number | undefined): Buffer {
    if (drops === undefined) return this.#begin();
    const needsInterface = this.#interfaces.size === 0;
    return Buffer.concat([
      this.#begin(),
      ...(needsInterface ? [describe(UNNAMED, 0)] : []),
      statistics(drops, this.#lastTime),
    ]);
  }

  #begin(): Buffer {
    if (this.#begun) return Buffer.alloc(0);
    this.#begun = true;
    return sectionHeader(textOption(SHB_USERAPPL, 'imds scrub', MAX_NAME));
  }

  #enhanced(packet: Packet, span: number, id: number, comment: string | undefined): Buffer {
    const { seconds, nanoseconds, offset, capturedLength } = packet;
    const time = nanosecondsOf(seconds - span * SPAN_SECONDS, nanoseconds);
    this.#lastTime = time;
    const data = packet.bytes.subarray(offset, offset + capturedLength);
    return enhancedPacket({ interfaceId: id, time, data, originalLength: packet.originalLength, comment });
  }
}

function keyOf({ linkType, netns = 0, interfaceName = '' }: Packet, span: number): string {
  return `${linkType} ${span} ${netns} ${interfaceName}`;
}

type Described = Pick<Packet, 'linkType' | 'interfaceName' | 'netns'>;

function describe({ linkType, interfaceName, netns }: Described, span: number): Buffer {
  const offset = Buffer.alloc(8);
  offset.writeBigInt64LE(BigInt(span) * BigInt(SPAN_SECONDS));
  const before = [
    ...textOption(IF_NAME, interfaceName, MAX_NAME),
    ...textOption(IF_DESCRIPTION, netns === undefined ? undefined : netnsDescription(netns), MAX_NAME),
  ];
  return interfaceDescription(linkType, before, span === 0 ? [] : [{ code: IF_TSOFFSET, value: offset }]);
}

/** On the first interface: of which of them the drops were is not told. */
function statistics(drops: number, time: bigint): Buffer {
  const value = Buffer.alloc(8);
  value.writeBigUInt64LE(BigInt.asUintN(64, BigInt(Math.min(drops, Number.MAX_SAFE_INTEGER))));
  const options: Option[] = [{ code: ISB_IFDROP, value }];
  return block(INTERFACE_STATISTICS, 12 + optionsLength(options), (bytes, at) => {
    bytes.writeUInt32LE(0, at);
    writeTime(bytes, at + 4, time);
    writeOptions(bytes, at + 12, options);
  });
}
