import { leavesOutOf } from '../callers/selection.ts';
import type { CaptureSummary } from '../model.ts';
import { countOf } from '../words.ts';
import { getOrInsert } from './get-or-insert.ts';
import { scopeOf } from './host-names.ts';

/**
 * What JSON reports leave out by their own word, in sentences for the host that it may be missing of: theirs, where a
 * capture of them is of one, and each where it is not.
 */
export function lackingIn(captures: readonly CaptureSummary[]): (scope: string) => readonly string[] {
  const ofHost = new Map<string, CaptureSummary[]>();
  const ofAny: CaptureSummary[] = [];
  for (const capture of captures) {
    if (capture.leavesOut === undefined) continue;
    const isOfAny = capture.events !== undefined && capture.host === undefined;
    const of = isOfAny ? ofAny : getOrInsert(ofHost, scopeOf(capture.host, capture.name), () => []);
    of.push(capture);
  }
  return (scope) => sentences([...(ofHost.get(scope) ?? []), ...ofAny]);
}

function sentences(captures: readonly CaptureSummary[]): string[] {
  const leavesOut = leavesOutOf(captures);
  if (leavesOut.length === 0) return [];
  const options = leavesOut.slice(0, OPTIONS_SHOWN).join(', ');
  const more = leavesOut.length > OPTIONS_SHOWN ? ' and more' : '';
  return [
    `A report of all calls: a JSON report that is read here was made with ${options}${more}, which left some out; read what it was made of.`,
  ];
}

const OPTIONS_SHOWN = 4;

/** Of calls that JSON reports and inventories have by day. */
export function cutText(calls: number): string {
  const [are, their] = calls === 1 ? ['is', 'its'] : ['are', 'their'];
  return `A report of all calls: ${countOf(calls, 'call')} by IMDSv1, or that could not be read, ${are} left out, because --since or --until cuts ${their} day in two, and JSON reports and inventories count by day (UTC). Read the events instead, or choose whole days.`;
}
