import type { CaptureSummary } from '../model.ts';
import { escapeText } from './escape.ts';
import type { ShownHost } from './host-names.ts';
import type { HostTotals } from './host-totals.ts';
import { type KindCounts, kindCounts } from './kinds.ts';
import { lackingIn } from './lacking.ts';
import { neededFor } from './needed.ts';
import { type Observation, observationsOf } from './observation.ts';
import { type Covers, type NoTokenCounts, restsOnOf } from './rests-on.ts';
import type { VerdictOptions } from './verdict-options.ts';

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
  covers: Covers;
  noToken: NoTokenCounts;
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
