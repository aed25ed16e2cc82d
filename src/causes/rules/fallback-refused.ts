import type { Evidence, Rule } from '../rule.ts';
import { fellBackAfter, mainFailure, noFallback, statusesOf } from '../words.ts';

/** EC2 user guide, "Retrieve instance metadata": what it answers to a request for a token that it does not grant. */
const INVALID = 400;
const THROTTLED: readonly number[] = [429, 503];

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
  remedy: (evidence) => `${remedyOf(evidence)}${noFallback(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'refused');
    return seen === undefined || mainFailure(evidence) !== 'refused' ? undefined : [seen];
  },
};

function remedyOf(evidence: Evidence | undefined): string {
  const statuses = evidence === undefined ? [] : statusesOf(evidence, 'refused');
  const all = (holds: (status: number) => boolean) => statuses.length > 0 && statuses.every(holds);
  if (all((status) => status === INVALID))
    return 'Correct the request: X-aws-ec2-metadata-token-ttl-seconds has to be a number of 1 to 21600.';
  if (all((status) => THROTTLED.includes(status)))
    return 'Ask less often: keep the token for as long as it is valid, and what was read, too.';
  if (all((status) => status !== INVALID && !THROTTLED.includes(status)))
    return 'Find out what answers so at 169.254.169.254 (its Server header is EC2ws on EC2): a proxy, most likely, that has to let the request through.';
  return 'Correct the request (X-aws-ec2-metadata-token-ttl-seconds of 1 to 21600), and ask less often where it is throttled.';
}
