import type { Rule } from '../rule.ts';
import { fellBackAfter, noFallback } from '../words.ts';

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
    `Set the hop limit to 2 where it runs in a container; else look at linklocal_allowance_exceeded of ethtool -S.${noFallback(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'unanswered');
    if (seen === undefined || evidence.facts.v1.answered === 0) return undefined;
    return [seen, 'Its calls without a token were answered.'];
  },
};
