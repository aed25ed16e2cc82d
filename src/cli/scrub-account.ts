import type { Scrubbed } from '../scrub/index.ts';
import { countText } from '../words.ts';

/** What was kept, blanked and removed, in one line. What there was none of is not told, but for the first two. */
export function accountOf({ counts, namesNotLearnt }: Scrubbed): string {
  const kept = [
    countOf(counts.endpointPackets, 'packet of the service', 'packets of the service'),
    ...some(counts.otherPackets, 'other packet, its headers alone', 'other packets, their headers alone'),
    ...some(counts.records, 'record', 'records'),
  ];
  const replaced = [
    ...(counts.names === undefined ? [] : [countOf(counts.names, 'name or address', 'names and addresses')]),
    ...some(counts.interfaceNames, 'name of an interface', 'names of interfaces'),
  ];
  const removed = [
    countOf(counts.removedBytes, 'byte of other payload', 'bytes of other payload'),
    ...some(counts.comments, 'comment', 'comments'),
    ...some(counts.removedRecords, 'record', 'records'),
    ...some(counts.removedBlocks, 'block', 'blocks'),
    ...some(counts.removedPackets, 'packet of an unknown link type', 'packets of unknown link types'),
  ];
  const parts = [
    `kept ${kept.join(', ')}`,
    `blanked ${countOf(counts.blankedBytes, 'byte', 'bytes')}`,
    ...(replaced.length === 0 ? [] : [`replaced ${replaced.join(', ')}`]),
    `removed ${removed.join(', ')}`,
    ...some(namesNotLearnt, 'name was not looked for elsewhere', 'names were not looked for elsewhere'),
  ];
  return parts.join('; ');
}

function countOf(count: number, one: string, many: string): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

function some(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [countOf(count, one, many)];
}
