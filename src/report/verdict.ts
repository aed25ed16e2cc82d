import { versionsIn } from '../callers/selection.ts';
import type { Nanoseconds } from '../model.ts';
import { countOf, countText } from '../words.ts';
import type { Aggregate } from './aggregate.ts';
import type { Caller } from './caller.ts';
import { callerName } from './caller-row.ts';
import type { CompletenessSummary } from './completeness.ts';
import { diagnosisOf } from './diagnosis.ts';
import { escapeText } from './escape.ts';
import { type HostVerdict, overallStatus, STATUS_WORDS, type VerdictStatus } from './host-verdict.ts';
import type { Ignored } from './ignored.ts';
import { fewText } from './layout.ts';
import { watchText } from './time.ts';
import type { Findings } from './types.ts';
import { viewHeader } from './url.ts';

/** It is enforced already (each IMDSv1 call was answered 401), or IMDS is off (403). */
export type Refusal = 'enforced' | 'off';

export interface Verdict {
  status: VerdictStatus;
  /** What was found, one sentence for people; escaped. */
  text: string;
  /** May HttpTokens=required be set? One sentence; escaped. */
  enforcement: string;
  /** Why no IMDSv1 call was let through, where that is so. */
  refusal: Refusal | undefined;
  /** What else is to be known before it is set; escaped. */
  notes: string[];
  /** Callers with a v1 call. */
  v1Callers: number;
  hosts: readonly HostVerdict[];
}

/** @param incomplete see {@link Findings.incomplete} */
export function findingsOf(hosts: readonly HostVerdict[], incomplete: boolean): Findings {
  const sum = (kind: 'v1' | 'unknown') => hosts.reduce((total, { calls }) => total + calls[kind], 0);
  return { v1: sum('v1'), unknown: sum('unknown'), incomplete, ready: overallStatus(hosts) === 'ready' };
}

const NAMED = 3;
const LONGEST_NAME = 60;

/** The answer to "may HttpTokens=required be set?", as far as these captures go. */
export function verdictOf(
  aggregate: Aggregate,
  callers: readonly Caller[],
  completeness: CompletenessSummary,
  hosts: readonly HostVerdict[],
  ignored: Ignored,
): Verdict {
  const { kinds: left } = ignored;
  const [v1, unknown] = [aggregate.counts.v1 - left.v1, aggregate.counts.unknown - left.unknown];
  const withV1 = callers.filter((caller) => caller.kinds.v1 > 0);
  const status = overallStatus(hosts);
  const text = v1 > 0 ? stillV1(withV1, v1, unknown) : noV1(aggregate, unknown, left.v1, completeness, hosts);
  const refusal = v1 > 0 ? refusalOf(withV1) : undefined;
  const enforcement = `${STATUS_WORDS[status]}: ${meaningOf({ status, refusal }, left.v1 > 0, 'above')}`;
  const notes = [...notesOf(callers), ...ignored.sentences().expired];
  return { status, text, enforcement, refusal, notes, v1Callers: withV1.length, hosts };
}

/** Where the calls stand that a sentence is of. */
type Where = 'above' | 'in this report';

const MEANING: Readonly<Record<VerdictStatus, (where: Where) => string>> = {
  'not-ready': (where) => `HttpTokens=required would break the IMDSv1 calls ${where}.`,
  'not-enough-evidence': () =>
    'nothing seen speaks against HttpTokens=required, but it is not proven to be safe.',
  ready: () => 'HttpTokens=required would break nothing that ran meanwhile, and no call was missed.',
};

const REFUSED: Readonly<Record<Refusal, (where: Where) => string>> = {
  enforced: (where) =>
    `each IMDSv1 call ${where} was answered 401: HttpTokens=required is set already, and these callers are broken by it.`,
  off: (where) =>
    `each IMDSv1 call ${where} was answered 403: IMDS is turned off (HttpEndpoint=disabled), or forbidden here, and these callers get nothing now. HttpTokens=required would keep it so when it is turned on.`,
};

/** What it means that no IMDSv1 call was let through, whoever made it; undefined where some were, or may have been. */
function refusalOf(callers: readonly Caller[]): Refusal | undefined {
  const all = (status: 'unauthorized' | 'forbidden') =>
    callers.every(({ facts, kinds }) => facts.v1[status] >= kinds.v1);
  if (all('unauthorized')) return 'enforced';
  return all('forbidden') ? 'off' : undefined;
}

/** What the verdict means for the setting that this is all about, the rest of a sentence. */
export function meaningOf(
  { status, refusal }: Pick<Verdict, 'status' | 'refusal'>,
  ignoresV1: boolean,
  where: Where,
): string {
  if (refusal !== undefined) return REFUSED[refusal](where);
  const meaning = MEANING[status](where);
  if (!ignoresV1 || status === 'not-ready') return meaning;
  return `${meaning.slice(0, -1)}. It would break the ignored callers.`;
}

/** The verdict in one line, for formats that have no place for it. */
export function verdictLine(hosts: readonly HostVerdict[]): string {
  const status = overallStatus(hosts);
  const [first] = hosts;
  const why = status === 'ready' ? undefined : first?.needed[0];
  const host =
    hosts.length < 2 || why === undefined
      ? ''
      : ` (${first?.host === undefined ? '' : escapeText(first.host)})`;
  return `HttpTokens=required: ${STATUS_WORDS[status]}${why === undefined ? '' : `; needed${host}: ${why}`}`;
}

/** What enforcement asks of the hop limit, and of whom it would only slow down. */
function notesOf(callers: readonly Caller[]): string[] {
  const notes: string[] = [];
  const behind = callers.filter(({ facts }) => (facts.hops ?? 0) > 0);
  if (behind.length > 0) {
    const hops = Math.max(...behind.map(({ facts }) => facts.hops ?? 0));
    notes.push(
      `Answers to ${named(behind)} crossed ${countOf(hops, 'hop')}: the hop limit has to be ${hops + 1} at least.`,
    );
  }
  const slower = callers.filter(({ facts, kinds }) => {
    const { fellBack } = facts.runs;
    const failed = fellBack.unanswered + fellBack.late + fellBack.refused;
    return kinds.v1 > 0 && failed > 0 && facts.tokens.granted > 0;
  });
  if (slower.length > 0) {
    const verb = slower.length === 1 ? 'is' : 'are';
    notes.push(
      `${named(slower)} ${verb} granted tokens at other times: where the answer 401 makes an SDK ask again, it would merely be slower.`,
    );
  }
  // Whoever did not stay is not diagnosed for this: where there are many, that is most of the work.
  const sticky = callers.filter(
    (caller) => caller.facts.runs.sticky > 0 && diagnosisOf(caller).cause?.id === 'fallback-sticky',
  );
  if (sticky.length > 0) {
    notes.push(
      `${named(sticky)} fell back once and stayed: the answer 401 makes most SDKs ask for a token again, but restart ${sticky.length === 1 ? 'it' : 'them'} first.`,
    );
  }
  return notes;
}

function named(callers: readonly Caller[]): string {
  return fewText(callers.map(callerName), NAMED);
}

function stillV1(callers: readonly Caller[], calls: number, unknown: number): string {
  const names = [...new Set(callers.map(nameInVerdict))];
  const shown = names
    .slice(0, NAMED)
    .map((name) => escapeText(shortName(name)))
    .join(', ');
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const { who, verb } = subjectOf(callers);
  const unread = unknown === 0 ? '' : ` ${countOf(unknown, 'call')} could not be read.`;
  const succeeded = callers.reduce((sum, caller) => sum + caller.facts.v1.succeeded, 0);
  const answered = callers.reduce((sum, caller) => sum + caller.facts.v1.answered, 0);
  // Where no answer was seen, nobody knows.
  const failed =
    succeeded === calls || answered === 0
      ? ''
      : `, ${succeeded === 0 ? 'none' : countText(succeeded)} with success`;
  return `${who} still ${verb} IMDSv1: ${shown}${more} (${countOf(calls, 'call')}${failed}).${unread}`;
}

/** A program may have any name: the sentence is to be read at a glance, and the table has the whole of it. */
function shortName(name: string): string {
  const characters = [...name];
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : name;
}

/** How many they are: in the row of other callers there are some. */
function subjectOf(callers: readonly Caller[]): { who: string; verb: string } {
  if (!callers.some(({ identity }) => identity.isOther))
    return { who: countOf(callers.length, 'caller'), verb: callers.length === 1 ? 'uses' : 'use' };
  const named = callers.length - 1;
  const who = named === 0 ? 'Callers that are not told apart' : `More than ${countOf(named, 'caller')}`;
  return { who, verb: named === 1 ? 'uses' : 'use' };
}

/** An address alone may stand for many programs. */
function nameInVerdict(caller: Caller): string {
  const [agent] = caller.userAgents.values;
  const { process, isOther } = caller.identity;
  if (process !== undefined || isOther || agent === undefined) return callerName(caller);
  return `${callerName(caller)} (${truncatedAgent(viewHeader(agent))})`;
}

/** The product, which comes first. */
function truncatedAgent(agent: string): string {
  const [product = ''] = agent.split(' ');
  return product.length > 40 ? `${product.slice(0, 39)}…` : product;
}

/** Of the one host, as sessions tell it: silence is part of it, which a capture's first and last packet leave out. */
function watchedFor([only, ...others]: readonly HostVerdict[]): Nanoseconds {
  return others.length > 0 ? 0n : (only?.observed?.duration ?? 0n);
}

/** Options that leave calls out, of many. */
const OPTIONS_NAMED = 4;

/** There are events, and none of them is reported: whoever asked for others has to see that it was his asking. */
function nothingSelected(events: number, watched: Nanoseconds, leavesOut: readonly string[]): string {
  const saved = countOf(events, 'saved event');
  const options = leavesOut.filter((what) => what.startsWith('--'));
  if (options.length === 0) return `No call of ${saved} could be read.`;
  const during = watched > 0n ? ` in ${watchText(watched)} under watch` : '';
  return `No call to report${during}: ${optionsText(options)} left out ${saved}.`;
}

/** As they are to be read, and not to be read again. */
function optionsText(leavesOut: readonly string[]): string {
  const named = leavesOut.slice(0, OPTIONS_NAMED).map((option) => option.replace(/\.0{9}Z$/, 'Z'));
  return escapeText(`${named.join(', ')}${leavesOut.length > OPTIONS_NAMED ? ' and more' : ''}`);
}

/** @param ignored calls by IMDSv1 that are not counted */
function noV1(
  aggregate: Aggregate,
  unknown: number,
  ignored: number,
  completeness: CompletenessSummary,
  hosts: readonly HostVerdict[],
): string {
  const { duration, captures, eventFiles, first, last, unreadable } = completeness;
  if (unreadable === captures) return 'Nothing could be read.';
  const other = ignored > 0 ? ' but of ignored callers' : '';
  const what = aggregate.calls === 0 ? 'No IMDS call at all' : `No IMDSv1 call${other}`;
  const unreadThings = [
    ...(unknown === 0 ? [] : [countOf(unknown, 'call')]),
    ...(unreadable === 0 ? [] : [countOf(unreadable, 'capture')]),
  ];
  const withoutV1 = completeness.leavesOut.filter((option) => versionsIn(option)?.includes('v1') === false);
  const but = [
    ...(unreadThings.length === 0 ? [] : [`${unreadThings.join(' and ')} could not be read`]),
    ...(withoutV1.length === 0 ? [] : [`${optionsText(withoutV1)} leaves such calls out`]),
  ];
  const unread = but.length === 0 ? '' : `, but ${but.join(', and ')}`;
  const among = completeness.events - completeness.repeatedEvents;
  const watched = watchedFor(hosts);
  if (aggregate.calls === 0 && among > 0) return nothingSelected(among, watched, completeness.leavesOut);
  if (unreadable === 0 && watched > duration) return `${what} in ${watchText(watched)} under watch${unread}.`;
  if (eventFiles === captures) {
    const span = first === undefined || last === undefined ? '' : ` of ${watchText(last - first)}`;
    return `${what} in the saved events${span}${unread}.`;
  }
  const read = captures - unreadable;
  const of = read > 1 ? `${read} captures` : 'capture';
  const time =
    first === undefined
      ? ` in ${read > 1 ? 'the captures' : 'the capture'}`
      : ` in ${watchText(duration)} of ${of}`;
  return `${what}${time}${unread}.`;
}
