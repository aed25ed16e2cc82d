import type { Evidence, Rule } from '../rule.ts';
import { fellBackAfter, mainFailure, noFallback, restart } from '../words.ts';

export const fallbackForbidden: Rule = {
  id: 'fallback-forbidden',
  kind: 'cause',
  severity: 'high',
  title: 'falls back: its request for a token is forbidden',
  meaning:
    'The request for a token was answered 403. A proxy in between added X-Forwarded-For, or what answers is no metadata service of EC2: SDKs take that for a host without IMDSv2 and go on without a token. Where every request is answered 403, IMDS is turned off.',
  recognised: 'A request for a token was answered 403, and calls without a token came after it.',
  sources: ['EC2 user guide: How IMDSv2 works', 'botocore: IMDSFetcher (403, 404, 405)'],
  remedy: (evidence) =>
    evidence !== undefined && isOff(evidence)
      ? 'Nothing has to be changed for IMDSv2, if IMDS is off on purpose. AWS_EC2_METADATA_DISABLED=true keeps most AWS SDKs from asking.'
      : `Let it reach the service directly: NO_PROXY=169.254.169.254,fd00:ec2::254, and no reverse proxy in between.${restart(evidence)}${noFallback(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'forbidden');
    if (seen === undefined || mainFailure(evidence) !== 'forbidden') return undefined;
    return isOff(evidence)
      ? [
          seen,
          'These were answered 403, too: IMDS is turned off (HttpEndpoint=disabled), or is forbidden here.',
        ]
      : [seen];
  },
};

function isOff({ facts }: Evidence): boolean {
  return facts.v1.forbidden > 0 && facts.v1.forbidden === facts.v1.answered;
}
