import type { ClientMatch } from '../clients/types.ts';
import type { TokenOutcome } from './facts.ts';
import type { Evidence } from './rule.ts';

/** `1,234 calls`. */
export function countOf(count: number, noun: string): string {
  const text = String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${text} ${noun}${count === 1 ? '' : 's'}`;
}

/** `botocore 1.13.20`. */
export function productOf({ client, version }: ClientMatch): string {
  return version === undefined ? client.product : `${client.product} ${version}`;
}

const OUTCOMES: Readonly<Record<TokenOutcome, string>> = {
  granted: 'was granted',
  late: 'was granted late, after 0.45 s or more',
  forbidden: 'was answered 403',
  'not-found': 'was answered 404 or 405',
  refused: 'was refused',
  unanswered: 'was not answered',
};

/** That IMDSv1 came after a request for a token that had ended so, or undefined where it did not. */
export function fellBackAfter({ facts }: Evidence, outcome: TokenOutcome): string | undefined {
  const { runs } = facts;
  const count = runs.fellBack[outcome];
  if (count === 0) return undefined;
  const of = runs.followed === 1 ? '' : ` in ${count} of ${countOf(runs.followed, 'run')} followed,`;
  return `The request for a token ${OUTCOMES[outcome]};${of} calls without a token came after it.`;
}

/** What the client table says to do, with a blank before it; empty where no row fits. */
export function tableRemedy(evidence: Evidence | undefined): string {
  const match = evidence?.match;
  return match === undefined ? '' : ` ${productOf(match)}: ${match.client.remedy}`;
}

/** How the fallback of the product is turned off, with a blank before it; empty where nobody knows. */
export function noFallback(evidence: Evidence | undefined): string {
  const match = evidence?.match;
  const { disableFallback: setting, disableFallbackSince: since } = match?.client ?? {};
  if (setting === undefined) return '';
  const upgrade =
    match?.predatesSetting === true && since !== undefined
      ? `upgrade to ${since.product} ${since.version} or later, then set `
      : '';
  return ` So that it never falls back again: ${upgrade}${setting}.`;
}
