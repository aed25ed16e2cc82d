import type { Rule } from '../rule.ts';
import { fellBackAfter, noFallback } from '../words.ts';

export const fallbackHopLimit: Rule = {
  id: 'fallback-hop-limit',
  kind: 'cause',
  severity: 'high',
  title: "falls back: the token's answer does not reach the container",
  meaning:
    'The answer to a request for a token may cross no more hops than the hop limit of the instance says, 1 by default. A bridge or a network namespace between a container and its host is one more. Answers to other requests have no such limit, so that the client goes on with IMDSv1.',
  recognised:
    'In a container, or where answers crossed a router, a request for a token was not answered, and calls without a token after it were.',
  sources: ['EC2 user guide: Retrieve instance metadata, Considerations', 'EC2 user guide: How IMDSv2 works'],
  remedy: (evidence) =>
    `Set the hop limit to ${hopLimit(evidence?.facts.hops)}: aws ec2 modify-instance-metadata-options --instance-id ID --http-put-response-hop-limit ${hopLimit(evidence?.facts.hops)}.${noFallback(evidence)}`,
  look(evidence) {
    const { facts, inContainer } = evidence;
    const seen = fellBackAfter(evidence, 'unanswered');
    const isRouted = (facts.hops ?? 0) > 0;
    if (seen === undefined || facts.v1.answered === 0 || !(inContainer || isRouted)) return undefined;
    const where = isRouted ? `Other answers crossed ${facts.hops} hop(s).` : 'It runs in a container.';
    return [seen, where];
  },
};

/** One for the host, and one for each router between. */
function hopLimit(hops: number | undefined): number {
  return Math.max(2, 1 + (hops ?? 1));
}
