import type { Counters } from '../model.ts';

/** What became of a capture. */
export interface ScrubCounts {
  /** Packets from or to an endpoint, in their whole length. */
  endpointPackets: number;
  /** Packets of which the headers are left. */
  otherPackets: number;
  /** Bytes of those, behind their headers, that are not in the result. */
  removedBytes: number;
  /** Payload bytes to and from endpoints that are others now. */
  blankedBytes: number;
  /** Journal records, as they were and with something masked, cut or replaced. */
  records: number;
  /** Records that became too long. */
  recordsTooLong: number;
  /** Records that are too long, cannot be read, or are of no known type. */
  removedRecords: number;
  comments: number;
  /** Blocks of pcapng that hold neither packets nor records, as far as they were counted. */
  removedBlocks: number;
  interfaceNames: number;
  /** Packets of link types that are not decoded. */
  removedPackets: number;
  /** Different names that were replaced; undefined where that was not asked for. */
  names: number | undefined;
}

export function emptyCounts(): ScrubCounts {
  return {
    endpointPackets: 0,
    otherPackets: 0,
    removedBytes: 0,
    blankedBytes: 0,
    records: 0,
    recordsTooLong: 0,
    removedRecords: 0,
    comments: 0,
    removedBlocks: 0,
    interfaceNames: 0,
    removedPackets: 0,
    names: undefined,
  };
}

/** Sum of the counters with this prefix. */
export function sumOf(losses: Counters, ...prefixes: readonly string[]): number {
  return Object.entries(losses)
    .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
    .reduce((sum, [, lost]) => sum + lost, 0);
}
