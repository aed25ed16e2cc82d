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

const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSOFFSET = 14;
const ISB_IFDROP = 5;

const MAX_NAME = 64;
/** Beyond them, interfaces have no names; a reader keeps 4,096. */
const MAX_NAMED = 3000;
/** 2^33 s are 272 years; nanoseconds of two such spans fit 64 bits. Times of the first need no offset. */
const SPAN_SECONDS = 2 ** 33;

/**
 * pcapng, little-endian, nanoseconds. Of what a section, its interfaces and its packets may say of themselves,
 * it has link types, names of interfaces, lost packets, and the comments that it is given.
 */
export class PcapngScrubForm implements ScrubForm {
  readonly sidecar = false;
  readonly #interfaces = new Map<string, number>();
  #named = 0;
  #begun = false;
  #lastTime = 0n;

  packet(packet: Packet, comment: string | undefined): Buffer {
    const { interfaceName, linkType, seconds } = packet;
    const span = Math.floor(seconds / SPAN_SECONDS);
    const name = this.#named < MAX_NAMED ? interfaceName : undefined;
    const known =
      this.#interfaces.get(keyOf(linkType, span, interfaceName)) ??
      this.#interfaces.get(keyOf(linkType, span, name));
    // Nearly always; an interface is described only once there is a section.
    if (known !== undefined) return this.#enhanced(packet, span, known, comment);
    const id = this.#interfaces.size;
    this.#interfaces.set(keyOf(linkType, span, name), id);
    if (name !== undefined) this.#named++;
    return Buffer.concat([
      this.#begin(),
      describe(name, linkType, span),
      this.#enhanced(packet, span, id, comment),
    ]);
  }

  record(json: string): Buffer {
    return Buffer.concat([this.#begin(), journalRecord(json)]);
  }

  end(drops: number | undefined): Buffer {
    if (drops === undefined) return this.#begin();
    const needsInterface = this.#interfaces.size === 0;
    return Buffer.concat([
      this.#begin(),
      ...(needsInterface ? [describe(undefined, LINKTYPE_ETHERNET, 0)] : []),
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

function keyOf(linkType: number, span: number, name = ''): string {
  return `${linkType} ${span} ${name}`;
}

function describe(name: string | undefined, linkType: number, span: number): Buffer {
  const offset = Buffer.alloc(8);
  offset.writeBigInt64LE(BigInt(span) * BigInt(SPAN_SECONDS));
  const after = span === 0 ? [] : [{ code: IF_TSOFFSET, value: offset }];
  return interfaceDescription(linkType, textOption(IF_NAME, name, MAX_NAME), after);
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
