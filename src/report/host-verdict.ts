import { EC2_IPV4, EC2_IPV6 } from '../endpoints.ts';
import type { CaptureSummary, Nanoseconds } from '../model.ts';
import { countOf } from '../words.ts';
import { escapeText } from './escape.ts';
import type { ShownHost } from './host-names.ts';
import type { HostTotals } from './host-totals.ts';
import { type KindCounts, kindCounts } from './kinds.ts';
import { cutText, lackingIn } from './lacking.ts';
import { type Observation, observationsOf, type Window } from './observation.ts';
import { durationText, isoNanoseconds, localSeconds, rangeText, watchText } from './time.ts';
import type { ToldCalls } from './told-calls.ts';
import type { ProvenSince } from './unproven.ts';

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

/** Endpoints, of many. */
const NAMED = 3;

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
  /** What tells it apart: see {@link scopeOf}. */
  scope: string;
  /** Name or id of the host, so that it is told from others; the capture's name where that is not known. */
  host: string;
  shown: ShownHost;
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
  const scopes = new Set([...totals.hosts.keys(), ...observations.keys()]);
  for (const { host, watch, lastTime = 0n, sessions = [] } of captures) {
    totals.names.add(host, watch?.to ?? lastTime);
    for (const session of sessions) totals.names.add(session.host, session.to);
  }
  const verdicts = [...totals.names.shown(scopes)].map(([scope, shown]) =>
    hostVerdict({ scope, shown }, totals, observations.get(scope), options, lacking(scope)),
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
  return order || b.calls.v1 - a.calls.v1 || compareTexts(a.host, b.host) || compareTexts(a.scope, b.scope);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function hostVerdict(
  { scope, shown }: Pick<HostVerdict, 'scope' | 'shown'>,
  totals: HostTotals,
  observed: Observation | undefined,
  options: VerdictOptions,
  lacking: readonly string[],
): HostVerdict {
  const counts = totals.hosts.get(scope);
  const calls = counts?.kinds ?? { v1: 0, v2: 0, unknown: 0, foreign: 0, attempt: 0 };
  const covers = {
    boot: observed?.coversBoot === true,
    refresh: (observed?.longest ?? 0n) >= REFRESH,
    day: (observed?.longest ?? 0n) >= DAY,
  };
  const ignored = kindCounts(counts?.ignored ?? []);
  const { leftOut = 0, before: counted = 0, cut = 0 } = counts ?? {};
  const told = totals.told(scope);
  const before = counted + told.countBefore();
  const needed = neededFor(calls, { leftOut, cut, told, lacking }, observed, options);
  const status = calls.v1 > 0 ? 'not-ready' : needed.length > 0 ? 'not-enough-evidence' : 'ready';
  const noToken = { total: counts?.noToken.total ?? 0, periods: counts?.noToken.periods ?? [] };
  const withoutName = counts?.withoutName ?? 0;
  const restsOn = restsOnOf(observed, covers, noToken, { calls, withoutName, before, ignored });
  return {
    scope,
    host: shown.label,
    shown,
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
  {
    leftOut,
    cut,
    told,
    lacking,
  }: { leftOut: number; cut: number; told: ToldCalls; lacking: readonly string[] },
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
  const [v1, unknown] = [told.missing(observed.counted, 0), told.missing(observed.counted, 1)];
  if (calls.v1 === 0 && v1 > 0) needed.push(rolledAway(v1, 'by IMDSv1'));
  if (calls.unknown === 0 && unknown > 0) needed.push(rolledAway(unknown, 'that could not be read and'));
  if (isOfOthers(observed, least)) needed.push(elsewhereText(observed));
  for (const gap of observed.gaps) needed.push(`${PROOF}${gap}`);
  const { provenSince } = observed;
  // Where that is all that is needed.
  const isAll = needed.length === observed.gaps.length;
  const behind = provenSince && isAll ? behindText(provenSince, least) : undefined;
  if (behind !== undefined) needed.push(behind);
  if (observed.duration < least) {
    const is = observed.first === undefined ? 'there is none' : `these are ${watchText(observed.duration)}`;
    needed.push(`${durationText(least)} under watch; ${is} (--observed).`);
  }
  return needed;
}

/** How what is not proven is left behind; undefined where that it goes on is not known. */
function behindText({ since, duration, hasLost }: ProvenSince, least: Nanoseconds): string | undefined {
  const ask = `--since ${isoNanoseconds(since).replace(/\.\d+/, '')}`;
  if (duration >= least)
    return `Or a report of what came after that: ${ask}; ${watchText(duration)} since then are proven.`;
  if (duration > 0n)
    return `Or ${durationText(least)} under watch after that, and then ${ask}; ${watchText(duration)} are proven by now.`;
  if (!hasLost) return undefined;
  return `Or ${durationText(least)} under watch by a new session, and then --since its beginning: what a session lost stays with it for as long as it runs. Start imds live anew.`;
}

/** What was watched elsewhere does not help the time under watch; where that is long enough, it does no harm. */
function isOfOthers({ elsewhere, first, duration }: Observation, least: Nanoseconds): boolean {
  return elsewhere > 0 && (first === undefined || duration < least);
}

function elsewhereText({ elsewhere, otherEndpoints: endpoints }: Observation): string {
  const names = endpoints.slice(0, NAMED).join(', ');
  const more = endpoints.length > NAMED ? ` and ${endpoints.length - NAMED} more` : '';
  const which = names === '' ? '' : ` (${names}${more})`;
  return `Recordings of ${EC2_IPV4}, which HttpTokens=required is for: ${countOf(elsewhere, 'recording')} ${isOrAre(elsewhere)} of other endpoints${which}.`;
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
