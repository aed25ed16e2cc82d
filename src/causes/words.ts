import type { ClientMatch, Fallback } from '../clients/types.ts';
import { countOf } from '../words.ts';
import { errorOf, FAILURES, type Failure } from './facts.ts';
import type { Evidence } from './rule.ts';

export { countOf };

/** `botocore 1.13.20`. */
export function productOf({ client, version }: ClientMatch): string {
  return version === undefined ? client.product : `${client.product} ${version}`;
}

/** `By its executable it is Fluent Bit 1.7.0 (the version by its package)`: each with where it comes from. */
export function knownAs(match: ClientMatch): string {
  const { by, version, versionBy } = match;
  const isElsewhere =
    version !== undefined && versionBy !== undefined && !by.split(' and ').includes(versionBy);
  return `By its ${by} it is ${productOf(match)}${isElsewhere ? ` (the version by its ${versionBy})` : ''}`;
}

const OUTCOMES: Readonly<Record<Failure, string>> = {
  late: 'was granted late, after 0.45 s or more',
  forbidden: 'was answered 403',
  'not-found': 'was answered 404 or 405',
  refused: 'was answered with an error',
  unanswered: 'was not answered',
};

/** Statuses that are named. */
const STATUSES_NAMED = 3;

/** Statuses by which requests for a token ended so; none where nobody told. */
export function statusesOf({ facts }: Pick<Evidence, 'facts'>, outcome: Failure): number[] {
  return facts.tokenErrors.map(({ status }) => status).filter((status) => errorOf(status) === outcome);
}

/** `was answered 400 or 503`. */
function outcomeText(evidence: Evidence, outcome: Failure): string {
  const statuses = statusesOf(evidence, outcome);
  if (statuses.length === 0) return OUTCOMES[outcome];
  const [last = 0, ...others] = statuses.slice(0, STATUSES_NAMED).reverse();
  if (statuses.length > STATUSES_NAMED)
    return `was answered ${statuses.slice(0, STATUSES_NAMED).join(', ')} or with other errors`;
  return `was answered ${others.length === 0 ? '' : `${others.reverse().join(', ')} or `}${last}`;
}

/** That IMDSv1 came after a request for a token that had ended so, or undefined where it did not. */
export function fellBackAfter(evidence: Evidence, outcome: Failure): string | undefined {
  const count = evidence.facts.runs.fellBack[outcome];
  if (count === 0) return undefined;
  return `The request for a token ${outcomeText(evidence, outcome)}; calls without a token came after it${inRuns(evidence, count)}.`;
}

/** The failure that explains most runs; undefined where none does, or where more had a token and did not send it. */
export function mainFailure({ facts }: Evidence): Failure | undefined {
  const { fellBack, notSent } = facts.runs;
  const most = Math.max(...FAILURES.map((outcome) => fellBack[outcome]));
  if (most === 0 || most < notSent) return undefined;
  // Late is what helps least to know.
  return ORDER.find((outcome) => fellBack[outcome] === most);
}

const ORDER: readonly Failure[] = ['forbidden', 'not-found', 'unanswered', 'refused', 'late'];

/**
 * `, in 2 of 5 runs followed`, with what it begins with; empty where there is one. Without a process, that calls
 * belong together is only likely.
 */
export function inRuns({ facts, hasProcess }: Evidence, count: number): string {
  if (!hasProcess) return ', from the same address with the same user agent';
  const { followed } = facts.runs;
  return followed === 1 ? '' : `, in ${count} of ${countOf(followed, 'run')} followed`;
}

/** A token's answer that may cross no router on its way: never arrived, while others did. */
export function isHopLimit({ facts, inContainer }: Evidence): boolean {
  const { tokens, v1, hops } = facts;
  // The limit lets no answer through, or all.
  if (tokens.granted + tokens.late > 0 || v1.answered === 0) return false;
  // A container in the network of its host has none either: where it is known, the number decides.
  return hops === undefined ? inContainer : hops > 0;
}

/** With a blank before it; empty where the process was not seen to stay with IMDSv1. */
export function restart(evidence: Evidence | undefined): string {
  return (evidence?.facts.runs.sticky ?? 0) > 0 ? ' Then restart it: it does not ask again.' : '';
}

/** What the client table says to do, with a blank before it; empty where no row fits. */
export function tableRemedy(evidence: Evidence | undefined): string {
  const match = evidence?.match;
  return match === undefined ? '' : ` ${productOf(match)}: ${match.client.remedy}`;
}

/** The part of it whose version tells whether it knows IMDSv2: a program may have it by its SDK alone. */
export function decisive(match: ClientMatch): ClientMatch {
  return match.isToldBySdk && match.sdk !== undefined ? match.sdk : match;
}

/** Whether it goes on without a token when it gets none: what nobody has verified is not known. */
export function fallbackOf({ client }: ClientMatch): Fallback {
  return client.unverified?.includes('fallback') === true ? 'unknown' : client.fallback;
}

/**
 * How the product is kept from falling back, with a blank before it: by a setting, or by a version that does so no
 * more. Empty where nobody knows.
 */
export function noFallback(evidence: Evidence | undefined): string {
  const { client, sdk, predatesSetting } = evidence?.match ?? {};
  const setting = client?.disableFallback;
  if (setting === undefined) {
    const asksSince = client?.fallback === 'no' && typeof client.v2Since === 'object';
    return asksSince ? tableRemedy(evidence) : '';
  }
  const own = client?.disableFallbackSince;
  const since = own ?? sdk?.client.disableFallbackSince;
  const what = own === undefined ? 'a release with ' : '';
  const upgrade =
    predatesSetting === true && since !== undefined
      ? `upgrade to ${what}${since.product} ${since.version} or later, then set `
      : '';
  return ` So that it never falls back again: ${upgrade}${setting}.`;
}
