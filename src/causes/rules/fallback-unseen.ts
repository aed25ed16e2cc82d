import type { Rule } from '../rule.ts';
import { countOf, inRuns, noFallback, productOf } from '../words.ts';

export const fallbackUnseen: Rule = {
  id: 'fallback-unseen',
  kind: 'cause',
  severity: 'high',
  title: 'knows IMDSv2, and was not seen to ask for a token',
  meaning:
    'This version asks for a token before anything else. That it goes without means that a request for a token failed before anybody looked, and that it stays with IMDSv1 since, or that the program turned IMDSv2 off.',
  recognised:
    'By the client table its version has IMDSv2 and falls back, and a run made calls without a token and none of IMDSv2.',
  sources: ['aws/amazon-vpc-cni-k8s#3335', 'docs/clients.md'],
  remedy: (evidence) =>
    `Restart it while imds live watches: that shows the request for a token, and how it ends.${noFallback(evidence)}`,
  look(evidence) {
    const { match, v1, v2, facts } = evidence;
    const { neverAsked } = facts.runs;
    if (v1 === 0 || match?.predatesV2 !== false || match.client.fallback !== 'yes') return undefined;
    if (v2 > 0 && neverAsked === 0) return undefined;
    const which = v2 === 0 ? '' : inRuns(evidence, neverAsked);
    return [
      `By its ${match.by} it is ${productOf(match)}, which has IMDSv2; ${countOf(v1, 'call')} without a token${which}.`,
    ];
  },
};
