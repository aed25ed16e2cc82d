import type { ClientMatch } from '../../clients/types.ts';
import { sinceText } from '../../clients/versions.ts';
import type { Rule } from '../rule.ts';
import {
  countOf,
  decisive,
  fallbackOf,
  inRuns,
  knownAs,
  noFallback,
  productOf,
  tableRemedy,
} from '../words.ts';

export const fallbackUnseen: Rule = {
  id: 'fallback-unseen',
  kind: 'cause',
  severity: 'high',
  title: 'its product knows IMDSv2, and it was not seen to ask for a token',
  meaning:
    'The product asks for a token before anything else. That it goes without means that a request for a token failed before anybody looked, and that it stays with IMDSv1 since; that the program turned IMDSv2 off; or, where its version is not known, that it is too old.',
  recognised:
    'By the client table the product has IMDSv2 and goes on without a token when it gets none, its version is not known to be too old, and a run made calls without a token and none of IMDSv2.',
  sources: ['aws/amazon-vpc-cni-k8s#3335', 'docs/clients.md'],
  remedy: (evidence) => {
    const look =
      'Restart it while imds live watches: that shows the request for a token, and how it ends, or that there is none.';
    const setting = noFallback(evidence);
    // What the table says to do begins with the version that is needed, and is all there is where no setting is known.
    return evidence?.match?.predatesV2 === undefined || setting === ''
      ? `${look}${tableRemedy(evidence)}`
      : `${look}${setting}`;
  },
  look(evidence) {
    const { match, v1, v2, facts } = evidence;
    const { neverAsked } = facts.runs;
    if (v1 === 0 || match === undefined || match.predatesV2 === true) return undefined;
    if (v2 > 0 && neverAsked === 0) return undefined;
    const what = knowsV2(match);
    if (what === undefined) return undefined;
    const which = v2 === 0 ? '' : inRuns(evidence, neverAsked);
    return [`${knownAs(match)}${what}; ${countOf(v1, 'call')} without a token${which}.`];
  },
};

/** What is known of its ways, and what is not; undefined where that it has IMDSv2 is not known of any version. */
function knowsV2(match: ClientMatch): string | undefined {
  const told = decisive(match);
  const sdk = told === match ? '' : ` with ${productOf(told)}`;
  const fallback = fallbackOf(told);
  if (match.predatesV2 === false) {
    const unsure = fallback === 'unknown' ? ' (whether it goes on without a token is not known)' : '';
    return fallback === 'no' ? undefined : `${sdk}, which has IMDSv2${unsure}`;
  }
  if (fallback !== 'yes') return undefined;
  const { v2Since, unverified } = match.client;
  const isUnverified = unverified?.includes('v2Since') === true;
  if (v2Since === 'always') return ', which has IMDSv2 in all versions (unverified)';
  const since =
    v2Since === undefined ? '' : ` since ${sinceText(v2Since)}${isUnverified ? ' (unverified)' : ''}`;
  const of = match.version === undefined ? 'is not known' : 'does not tell';
  return since === ''
    ? ', which has IMDSv2 since a version that is not known'
    : `, which has IMDSv2${since}, and whose version ${of}`;
}
