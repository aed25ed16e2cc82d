import type { CaptureSummary } from '../model.ts';
import { countOf, countText } from '../words.ts';
import type { Aggregate } from './aggregate.ts';
import type { CompletenessSummary } from './completeness.ts';
import { KINDS } from './kinds.ts';

/** How many calls of which kind there are, and in what; a sentence. */
export function seenText(
  { counts, calls, raisedCalls }: Aggregate,
  captures: readonly CaptureSummary[],
  completeness: CompletenessSummary,
): string {
  const kinds = KINDS.filter((kind) => counts[kind] > 0);
  const list = kinds.map((kind) => `${countText(counts[kind])} ${kind === 'attempt' ? 'attempted' : kind}`);
  const what = `${countOf(calls, 'call')}${list.length > 0 ? ` (${list.join(', ')})` : ''}`;
  const { eventFiles, inventories, events, repeatedEvents, connections } = completeness;
  if (captures.length > 0 && eventFiles === captures.length) {
    const repeated = repeatedEvents === 0 ? '' : `; ${countText(repeatedEvents)} more stood there again`;
    const files = eventFiles - inventories;
    const from = [
      ...(files > 0 ? [`of ${countOf(events, 'event')} in ${countOf(files, 'file')}`] : []),
      ...(inventories > 0 ? [`${countText(raisedCalls)} known by the inventory alone`] : []),
    ];
    return `${what}, ${from.join(' and ')}${repeated}.`;
  }
  const packets = captures.reduce((sum, capture) => sum + capture.packets, 0);
  const of = captures.length > 1 ? ` of ${countOf(captures.length, 'capture')}` : '';
  return `${what} on ${countOf(connections, 'connection')}, in ${countOf(packets, 'packet')}${of}.`;
}
