import type { Aggregate } from './aggregate.ts';
import type { Caller } from './caller.ts';
import { callerName } from './caller-row.ts';
import type { CompletenessSummary } from './completeness.ts';
import { escapeText } from './escape.ts';
import { durationText } from './time.ts';
import type { Findings } from './types.ts';
import { viewHeader } from './url.ts';

export type VerdictStatus = 'ready' | 'not-ready' | 'not-enough-evidence';

export interface Verdict extends Findings {
  status: VerdictStatus;
  /** One sentence for people; escaped. */
  text: string;
  /** May HttpTokens=required be set? One sentence; escaped. */
  enforcement: string;
  /** Callers with a v1 call. */
  v1Callers: number;
}

export function findingsOf(v1: number, unknown: number, incomplete: boolean): Findings {
  return { v1, unknown, incomplete, ready: v1 === 0 && unknown === 0 && !incomplete };
}

const NAMED = 3;

/** The answer to "may HttpTokens=required be set?", as far as these captures go. */
export function verdictOf(
  aggregate: Aggregate,
  callers: readonly Caller[],
  completeness: CompletenessSummary,
): Verdict {
  const { v1, unknown } = aggregate.counts;
  const withV1 = callers.filter((caller) => caller.kinds.v1 > 0);
  const findings = findingsOf(v1, unknown, completeness.incomplete);
  const status = v1 > 0 ? 'not-ready' : findings.ready ? 'ready' : 'not-enough-evidence';
  const text = v1 > 0 ? stillV1(withV1, v1, unknown) : noV1(aggregate, completeness);
  return { ...findings, status, text, enforcement: ENFORCEMENT[status], v1Callers: withV1.length };
}

const ENFORCEMENT: Readonly<Record<VerdictStatus, string>> = {
  'not-ready': 'HttpTokens=required would break the IMDSv1 calls above.',
  'not-enough-evidence': 'whether HttpTokens=required is safe is not proven: calls may be missing here.',
  ready: 'HttpTokens=required would break nothing that ran meanwhile, and no call was missed.',
};

function stillV1(callers: readonly Caller[], calls: number, unknown: number): string {
  const names = [...new Set(callers.map(nameInVerdict))];
  const shown = names.slice(0, NAMED).map(escapeText).join(', ');
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const who = callers.some((caller) => caller.identity.isOther)
    ? `More than ${countText(callers.length - 1)} callers`
    : countOf(callers.length, 'caller');
  const verb = callers.length === 1 ? 'uses' : 'use';
  const unread = unknown === 0 ? '' : ` ${countOf(unknown, 'call')} could not be read.`;
  const succeeded = callers.reduce((sum, caller) => sum + caller.facts.v1.succeeded, 0);
  const failed =
    succeeded === calls ? '' : `, ${succeeded === 0 ? 'none' : countText(succeeded)} with success`;
  return `${who} still ${verb} IMDSv1: ${shown}${more} (${countOf(calls, 'call')}${failed}).${unread}`;
}

/** An address alone may stand for many programs. */
function nameInVerdict(caller: Caller): string {
  const [agent] = caller.userAgents.values;
  if (caller.identity.process !== undefined || agent === undefined) return callerName(caller);
  return `${callerName(caller)} (${truncatedAgent(viewHeader(agent))})`;
}

/** The product, which comes first. */
function truncatedAgent(agent: string): string {
  const [product = ''] = agent.split(' ');
  return product.length > 40 ? `${product.slice(0, 39)}…` : product;
}

function noV1(aggregate: Aggregate, completeness: CompletenessSummary): string {
  const { duration, captures, eventFiles, first, last, unreadable } = completeness;
  if (unreadable === captures) return 'Nothing could be read.';
  const what = aggregate.calls === 0 ? 'No IMDS call at all' : 'No IMDSv1 call';
  const { unknown } = aggregate.counts;
  const unread = unknown === 0 ? '' : `, but ${countOf(unknown, 'call')} could not be read`;
  if (eventFiles === captures) {
    const span = first === undefined || last === undefined ? '' : ` of ${durationText(last - first)}`;
    return `${what} in the saved events${span}${unread}.`;
  }
  const of = captures > 1 ? `${captures} captures` : 'capture';
  const time =
    first === undefined
      ? ` in ${captures > 1 ? 'the captures' : 'the capture'}`
      : ` in ${durationText(duration)} of ${of}`;
  return `${what}${time}${unread}.`;
}

/** `1,234`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

export function countOf(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}
