import type { Evidence, Rule } from '../rule.ts';
import { countOf, fellBackAfter, mainFailure, noFallback } from '../words.ts';

export const fallbackNoAnswer: Rule = {
  id: 'fallback-no-answer',
  kind: 'cause',
  severity: 'high',
  title: 'falls back: its request for a token gets no answer',
  meaning:
    'The request for a token was sent and never answered, and the client goes on without a token after half a second to five. The hop limit is the usual reason (a container, a proxy in between); another is the limit of 1,024 packets a second to link-local services.',
  recognised:
    'A request for a token has no answer in the capture, and calls without a token after it have one.',
  sources: [
    'EC2 user guide: Retrieve instance metadata, Considerations',
    'amazonlinux/amazon-ec2-net-utils#120',
    'botocore: IMDSFetcher',
  ],
  remedy: (evidence) =>
    `${reachable(evidence)}see whether linklocal_allowance_exceeded grows (ethtool -S INTERFACE), and then ask less often.${noFallback(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'unanswered');
    const { v1 } = evidence.facts;
    if (seen === undefined || mainFailure(evidence) !== 'unanswered' || v1.answered === 0) return undefined;
    return [seen, 'Its calls without a token were answered.', ...notTheLimit(evidence)];
  },
};

/** Why it is not the hop limit, where that is known. */
function notTheLimit(evidence: Evidence): string[] {
  const { granted, late } = evidence.facts.tokens;
  if (granted + late > 0)
    return [
      `${countOf(granted + late, 'other request')} for a token granted: the hop limit is not the reason.`,
    ];
  return isNear(evidence) ? ['These answers crossed no router: the hop limit is not the reason.'] : [];
}

/** Without its process, packets may have been seen anywhere on their way. */
function isNear({ facts, hasProcess }: Evidence): boolean {
  return hasProcess && facts.hops === 0;
}

function reachable(evidence: Evidence | undefined): string {
  const { granted = 0, late = 0 } = evidence?.facts.tokens ?? {};
  if (granted + late > 0) return 'Look for what keeps single answers away: ';
  if (evidence !== undefined && isNear(evidence)) return 'Look for what keeps its answers away: ';
  return 'Where it runs in a container, set the hop limit to 2; else ';
}
