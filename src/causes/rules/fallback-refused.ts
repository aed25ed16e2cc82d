import type { Rule } from '../rule.ts';
import { fellBackAfter, mainFailure, noFallback } from '../words.ts';

export const fallbackRefused: Rule = {
  id: 'fallback-refused',
  kind: 'cause',
  severity: 'high',
  title: 'falls back: its request for a token is refused',
  meaning:
    'The request for a token was answered with an error other than 403, 404 or 405: 400 for a lifetime that is not 1 to 21600 seconds, 503 where the service is throttled.',
  recognised:
    'A request for a token was answered with another error, and calls without a token came after it.',
  sources: ['EC2 user guide: Retrieve instance metadata (status codes)'],
  remedy: (evidence) =>
    `Correct the request (X-aws-ec2-metadata-token-ttl-seconds of 1 to 21600), and ask less often where it is throttled.${noFallback(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'refused');
    return seen === undefined || mainFailure(evidence) !== 'refused' ? undefined : [seen];
  },
};
