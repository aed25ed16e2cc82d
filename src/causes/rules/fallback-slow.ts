import type { Rule } from '../rule.ts';
import { fellBackAfter, mainFailure, noFallback } from '../words.ts';

export const fallbackSlow: Rule = {
  id: 'fallback-slow',
  kind: 'cause',
  severity: 'medium',
  title: 'falls back: its token comes too late',
  meaning:
    'The service answered the request for a token, but later than the client waits: 0.25 to 1 s in most SDKs. It went on without a token.',
  recognised:
    'A token was granted after 0.45 s or more, no read was sent with it, and calls without a token came after it.',
  sources: [
    'aws-sdk-go-v2: feature/ec2/imds (500 ms)',
    'botocore: IMDSFetcher (1 s)',
    'aws/amazon-vpc-cni-k8s#3335',
  ],
  remedy: (evidence) =>
    `Give it more time and another attempt (for boto3 and the AWS CLI: AWS_METADATA_SERVICE_TIMEOUT=5, AWS_METADATA_SERVICE_NUM_ATTEMPTS=3), and restart it if it does not ask again.${noFallback(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'late');
    return seen === undefined || mainFailure(evidence) !== 'late' ? undefined : [seen];
  },
};
