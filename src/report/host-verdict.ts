import type { CaptureSummary, Nanoseconds } from '../model.ts';
import { countOf } from '../words.ts';
import { escapeText } from './escape.ts';
import type { HostCounts, HostTotals } from './host-totals.ts';
import { type KindCounts, kindCounts } from './kinds.ts';
import { cutText, lackingIn } from './lacking.ts';
import { type Observation, observationsOf, type Window } from './observation.ts';
import { durationText, localSeconds, rangeText, watchText } from './time.ts';

export type VerdictStatus = 'ready' | 'not-ready' | 'not-enough-evidence';

export const STATUS_WORDS: Readonly<Record<VerdictStatus, string>> = {
  ready: 'READY',
  'not-ready': 'NOT READY',
  'not-enough-evidence': 'NOT ENOUGH EVIDENCE',
};

const HOUR = 3_600_000_000_000n;
/** SDKs fetch credentials anew before they expire, six hours after they were issued at the latest. */
const REFRESH = 6n * HOUR;
const DAY = 24n * HOUR;

/** Before each of the gaps in what is needed. */
export const PROOF = 'Proof that no call was missed. ';

/** What a verdict takes for enough. */
export interface VerdictOptions {
  /** Nanoseconds that a host has to be watched for READY. */
  observed: Nanoseconds;
  /** What leaves calls out of the report, in words; undefined where nothing does. */
  leavesOut?: string | undefined;
  /** Time that the report is of: what was watched outside of it, and called before it, does not count. */
  window?: Window | undefined;
  /** Inputs that could not be read: nobody knows which host they are of. */
  unread?: number | undefined;
}

export const DEFAULT_VERDICT: VerdictOptions = { observed: DAY };

/** May HttpTokens=required be set on one host? Texts are escaped. */
export interface HostVerdict {
  /** Name or id of the host; the capture's name where that is not known. */
  host: string;
  status: VerdictStatus;
  /** Without those of ignored callers. */
  calls: KindCounts;
  ignored: KindCounts;
  /** Calls by IMDSv1, or that could not be read, whose process is not known. */
  withoutName: number;
  observed: Observation | undefined;
  covers: { boot: boolean; refresh: boolean; day: boolean };
  /** v1 calls that succeeded: in all, and by periods of five minutes. */
  noToken: { total: number; periods: readonly { start: number; count: number }[] };
  /** What it rests on, in sentences. */
  restsOn: string[];
  /** What would have to be otherwise for READY. */
  needed: string[];
}

/** Of every host that was watched or that calls are of, what is to be done first, first. */
export function hostVerdicts(
  totals: HostTotals,
  captures: readonly CaptureSummary[],
  options: VerdictOptions,
): HostVerdict[] {
  const observations = observationsOf(captures, options.window);
  const lacking = lackingIn(captures);
  const hosts = new Set([...totals.hosts.keys(), ...observations.keys()]);
  const verdicts = [...hosts].map((host) =>
    hostVerdict(host, totals, observations.get(host), options, lacking(host)),
  );
  return verdicts.sort(byUrgency);
}

/** Of all hosts together: READY if each is. */
export function overallStatus(verdicts: readonly HostVerdict[]): VerdictStatus {
  if (verdicts.some(({ status }) => status === 'not-ready')) return 'not-ready';
  const ready = verdicts.length > 0 && verdicts.every(({ status }) => status === 'ready');
  return ready ? 'ready' : 'not-enough-evidence';
}

const URGENCY: readonly VerdictStatus[] = ['not-ready', 'not-enough-evidence', 'ready'];

function byUrgency(a: HostVerdict, b: HostVerdict): number {
  const order = URGENCY.indexOf(a.status) - URGENCY.indexOf(b.status);
  return order || b.calls.v1 - a.calls.v1 || (a.host < b.host ? -1 : Number(a.host > b.host));
}

function hostVerdict(
  host: string,
  totals: HostTotals,
  observed: Observation | undefined,
  options: VerdictOptions,
  lacking: readonly string[],
): HostVerdict {
  const counts = totals.hosts.get(host);
  const calls = counts?.kinds ?? { v1: 0, v2: 0, unknown: 0, foreign: 0, attempt: 0 };
  const covers = {
    boot: observed?.coversBoot === true,
    refresh: (observed?.longest ?? 0n) >= REFRESH,
    day: (observed?.longest ?? 0n) >= DAY,
  };
  const ignored = kindCounts(counts?.ignored ?? []);
  const { leftOut = 0, before = 0, cut = 0 } = counts ?? {};
  const needed = neededFor(calls, { leftOut, before, cut, ignored }, lacking, observed, options);
  const status = calls.v1 > 0 ? 'not-ready' : needed.length > 0 ? 'not-enough-evidence' : 'ready';
  const noToken = { total: counts?.noToken.total ?? 0, periods: counts?.noToken.periods ?? [] };
  const withoutName = counts?.withoutName ?? 0;
  const restsOn = restsOnOf(observed, covers, noToken, { calls, withoutName, before, ignored });
  return {
    host,
    status,
    calls,
    ignored,
    withoutName,
    observed,
    covers,
    noToken,
    restsOn,
    needed: needed.map(escapeText),
  };
}

function neededFor(
  calls: KindCounts,
  { leftOut, before, cut, ignored }: Pick<HostCounts, 'leftOut' | 'before' | 'cut'> & { ignored: KindCounts },
  lacking: readonly string[],
  observed: Observation | undefined,
  { observed: least, leavesOut, unread = 0 }: VerdictOptions,
): string[] {
  const needed: string[] = [];
  if (calls.v1 > 0)
    needed.push(`No call by IMDSv1; there ${isOrAre(calls.v1)} ${countOf(calls.v1, 'call')}.`);
  if (calls.unknown > 0)
    needed.push(
      `No call that could not be read; there ${isOrAre(calls.unknown)} ${countOf(calls.unknown, 'call')}.`,
    );
  if (leavesOut !== undefined) needed.push(`A report of all calls: ${leavesOut} leaves some out.`);
  needed.push(...lacking);
  if (unread > 0) needed.push(`All inputs: ${countOf(unread, 'input')} could not be read.`);
  if (leftOut > 0) {
    const which = 'by IMDSv1, or that could not be read,';
    needed.push(
      `A report of all calls: ${countOf(leftOut, 'call')} ${which} ${leftOut === 1 ? 'is' : 'are'} left out.`,
    );
  }
  if (cut > 0) needed.push(cutText(cut));
  if (observed === undefined || observed.recordings === 0) {
    needed.push(
      observed?.latest === undefined
        ? 'Proof that no call was missed: imds live writes it into its log, and imds analyze --json into its report; these have none.'
        : `Time under watch: sessions tell of none here. The last that they tell of is ${rangeText(observed.latest, observed.latest)}; one that still runs tells every 5 minutes.`,
    );
    return needed;
  }
  const isElsewhere = leftOut + before > 0;
  // Of these, sessions know nothing of filters.
  const [v1, unknown] = [observed.v1 - ignored.v1, observed.unknown - ignored.unknown];
  if (calls.v1 === 0 && !isElsewhere && v1 > 0) needed.push(rolledAway(v1, 'by IMDSv1'));
  if (calls.unknown === 0 && !isElsewhere && unknown > 0)
    needed.push(rolledAway(unknown, 'that could not be read and'));
  for (const gap of observed.gaps) needed.push(`${PROOF}${gap}`);
  if (observed.duration < least) {
    needed.push(
      `${durationText(least)} under watch; these are ${watchText(observed.duration)} (--observed).`,
    );
  }
  return needed;
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function rolledAway(calls: number, which: string): string {
  return `The files that were rolled away: ${countOf(calls, 'call')} ${which} that the sessions counted ${calls === 1 ? 'is' : 'are'} not in these.`;
}

function restsOnOf(
  observed: Observation | undefined,
  covers: HostVerdict['covers'],
  noToken: HostVerdict['noToken'],
  {
    calls,
    withoutName,
    before,
    ignored,
  }: { calls: KindCounts; withoutName: number; before: number; ignored: KindCounts },
): string[] {
  const lines: string[] = [];
  if (observed?.first !== undefined && observed.last !== undefined) {
    const { duration, first, last, recordings } = observed;
    lines.push(
      `${capitalized(watchText(duration))} under watch in ${countOf(recordings, 'recording')}, ${rangeText(first, last)}.`,
    );
    lines.push(coverText(covers));
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

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What runs seldom is only seen by who watches for long. */
function coverText({ boot, refresh, day }: HostVerdict['covers']): string {
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

function noTokenText({ total, periods }: HostVerdict['noToken']): string {
  let most = { start: 0, count: 0 };
  for (const period of periods) if (period.count > most.count) most = period;
  const counted = `${countOf(total, 'call')} that CloudWatch's MetadataNoToken counts`;
  if (most.count === 0) return `${counted}.`;
  const at = localSeconds(BigInt(most.start) * 1_000_000_000n)
    .replace('T', ' ')
    .slice(0, 16);
  return `${counted}, at most ${most.count} in 5 minutes (${at}).`;
}
