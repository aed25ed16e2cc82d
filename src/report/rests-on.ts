import { EC2_IPV6 } from '../endpoints.ts';
import { countOf } from '../words.ts';
import { escapeText } from './escape.ts';
import type { KindCounts } from './kinds.ts';
import type { Observation } from './observation.ts';
import { localSeconds, rangeText, watchText } from './time.ts';

/** What was watched long enough to be seen. */
export interface Covers {
  boot: boolean;
  refresh: boolean;
  day: boolean;
}

/** v1 calls that succeeded: in all, and by periods of five minutes. */
export interface NoTokenCounts {
  total: number;
  periods: readonly { start: number; count: number }[];
}

/** What a verdict rests on, in sentences; escaped. */
export function restsOnOf(
  observed: Observation | undefined,
  covers: Covers,
  noToken: NoTokenCounts,
  {
    calls,
    withoutName,
    before,
    ignored,
  }: { calls: KindCounts; withoutName: number; before: number; ignored: KindCounts },
): string[] {
  const lines: string[] = [];
  if (observed?.first !== undefined && observed.last !== undefined) {
    const { duration, longest, first, last, recordings, elsewhere, withoutIpv6, withoutWire } = observed;
    // What is asked for is the sum, and what is covered goes by the longest of the pieces.
    const pieces = longest < duration ? `, at most ${watchText(longest)} without a gap` : '';
    lines.push(
      `${capitalized(watchText(duration))} under watch in ${countOf(recordings - elsewhere, 'recording')}, ${rangeText(first, last)}${pieces}.`,
    );
    lines.push(coverText(covers));
    if (withoutWire) lines.push(OTHER_KERNELS);
    if (withoutIpv6) lines.push(`${EC2_IPV6} was not always watched.`);
  }
  if (withoutName > 0) {
    const unread = calls.unknown > 0 ? 'that could not be read,' : 'to fix';
    const which = calls.v1 > 0 && calls.unknown > 0 ? `by IMDSv1, or ${unread}` : unread;
    lines.push(`${countOf(withoutName, 'call')} ${which} without a name of the program.`);
  }
  if (ignored.v1 + ignored.unknown > 0) {
    const not = countOf(ignored.v1 + ignored.unknown, 'call');
    lines.push(`${not} by IMDSv1, or that could not be read, of ignored callers not counted.`);
  }
  if (before > 0) {
    lines.push(`${countOf(before, 'call')} by IMDSv1, or that could not be read, before the time reported.`);
  }
  if (noToken.total > 0) lines.push(noTokenText(noToken));
  return lines.map(escapeText);
}

const OTHER_KERNELS =
  'The interfaces were not always watched: what virtual machines and gVisor on this host ask would not have been seen.';

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What runs seldom is only seen by who watches for long. */
function coverText({ boot, refresh, day }: Covers): string {
  const parts: [boolean, string][] = [
    [boot, 'boot'],
    [refresh, 'the 6 h after which credentials are fetched anew'],
    [day, 'a whole day (daily cron jobs and timers)'],
  ];
  const [seen, unseen] = [true, false].map((is) =>
    parts.filter(([holds]) => holds === is).map(([, what]) => what),
  );
  const not = unseen?.length ? `it does not cover ${unseen.join(', ')}` : '';
  if (!seen?.length) return `${not.replace('it does', 'That does')}.`;
  return `That covers ${seen.join(', ')}${not === '' ? '' : `; ${not}`}.`;
}

function noTokenText({ total, periods }: NoTokenCounts): string {
  let most = { start: 0, count: 0 };
  for (const period of periods) if (period.count > most.count) most = period;
  const counted = `${countOf(total, 'call')} that CloudWatch's MetadataNoToken counts`;
  if (most.count === 0) return `${counted}.`;
  const at = localSeconds(BigInt(most.start) * 1_000_000_000n)
    .replace('T', ' ')
    .slice(0, 16);
  return `${counted}, at most ${most.count} in 5 minutes (${at}).`;
}
