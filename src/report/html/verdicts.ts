import type { CaptureSummary } from '../../model.ts';
import { countOf, countText } from '../../words.ts';
import type { HostVerdict, VerdictStatus } from '../host-verdict.ts';
import { VERDICT_STATUSES } from './words.ts';

/** What tells callers apart: hosts, or captures where none of their hosts is known. */
export type ScopeNoun = 'host' | 'capture';

export function nounOf(verdicts: readonly HostVerdict[], captures: readonly CaptureSummary[]): ScopeNoun {
  const unnamed = new Set(captures.filter(({ host }) => host === undefined).map(({ name }) => name));
  return verdicts.length > 0 && verdicts.every(({ scope }) => unnamed.has(scope)) ? 'capture' : 'host';
}

/** `12 hosts: 3 not ready, 8 without enough evidence, 1 ready.` */
export function hostsText(verdicts: readonly HostVerdict[], noun: ScopeNoun): string {
  const parts = VERDICT_STATUSES.flatMap((status) => {
    const count = verdicts.filter((verdict) => verdict.status === status).length;
    return count === 0 ? [] : [`${countText(count)} ${HOST_WORDS[status]}`];
  });
  return `${countOf(verdicts.length, noun)}: ${parts.join(', ')}.`;
}

const HOST_WORDS: Readonly<Record<VerdictStatus, string>> = {
  'not-ready': 'not ready',
  'not-enough-evidence': 'without enough evidence',
  ready: 'ready',
};
