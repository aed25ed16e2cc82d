import type { Rule } from '../rule.ts';
import { countOf, fellBackAfter, isHopLimit, mainFailure, noFallback, restart } from '../words.ts';

export const fallbackHopLimit: Rule = {
  id: 'fallback-hop-limit',
  kind: 'cause',
  severity: 'high',
  title: "falls back: the token's answer does not reach the container",
  meaning:
    'The answer to a request for a token may cross no more hops than the hop limit of the instance says, 1 by default. A bridge or a network namespace between a container and its host is one more. Answers to other requests have no such limit, so that the client goes on with IMDSv1. A container in the network of its host needs no more than 1: there, fallback-no-answer has other reasons.',
  recognised:
    'No request for a token was answered, and calls without a token after one were. Those answers crossed a router, by their IP TTL; or, where that does not tell, it runs in a container.',
  sources: ['EC2 user guide: Retrieve instance metadata, Considerations', 'EC2 user guide: How IMDSv2 works'],
  remedy: (evidence) =>
    `Set the hop limit to ${hopLimit(evidence?.facts.hops)} (aws ec2 modify-instance-metadata-options --instance-id ID --http-put-response-hop-limit ${hopLimit(evidence?.facts.hops)}), or give the container a role of its own and keep it from IMDS.${restart(evidence)}${noFallback(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'unanswered');
    if (seen === undefined || mainFailure(evidence) !== 'unanswered' || !isHopLimit(evidence))
      return undefined;
    const hops = evidence.facts.hops ?? 0;
    return [seen, hops > 0 ? `Other answers crossed ${countOf(hops, 'router')}.` : 'It runs in a container.'];
  },
};

/** One for the host, and one for each router between. */
function hopLimit(hops: number | undefined): number {
  return Math.max(2, 1 + (hops ?? 1));
}
