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
    const { tokens, v1 } = evidence.facts;
    if (seen === undefined || mainFailure(evidence) !== 'unanswered' || v1.answered === 0) return undefined;
    const granted = tokens.granted + tokens.late;
    const reason =
      granted === 0
        ? []
        : [`${countOf(granted, 'other request')} for a token granted: the hop limit is not the reason.`];
    return [seen, 'Its calls without a token were answered.', ...reason];
  },
};

function reachable(evidence: Evidence | undefined): string {
  const { granted = 0, late = 0 } = evidence?.facts.tokens ?? {};
  return granted + late > 0
    ? 'Look for what keeps single answers away: '
    : 'Where it runs in a container, set the hop limit to 2; else ';
}
