import type { Rule } from '../rule.ts';
import { fellBackAfter, noFallback } from '../words.ts';

export const fallbackForbidden: Rule = {
  id: 'fallback-forbidden',
  kind: 'cause',
  severity: 'high',
  title: 'falls back: its request for a token is forbidden',
  meaning:
    'The request for a token was answered 403: a proxy in between added X-Forwarded-For, the path had a version in it, or what answers is no metadata service of EC2. SDKs take that for a host without IMDSv2 and go on without a token.',
  recognised: 'A request for a token was answered 403, and calls without a token came after it.',
  sources: ['EC2 user guide: How IMDSv2 works', 'botocore: IMDSFetcher (403, 404, 405)'],
  remedy: (evidence) =>
    `Let it reach the service directly: NO_PROXY=169.254.169.254,fd00:ec2::254, and no reverse proxy in between.${noFallback(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'forbidden');
    return seen === undefined ? undefined : [seen];
  },
};
