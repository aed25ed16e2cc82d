import type { Rule } from '../rule.ts';
import { fellBackAfter, mainFailure, restart } from '../words.ts';

export const fallbackNotFound: Rule = {
  id: 'fallback-not-found',
  kind: 'cause',
  severity: 'medium',
  title: 'falls back: what answers knows no tokens',
  meaning:
    'The request for a token was answered 404 or 405. On EC2 every instance has tokens: something else answers at this address, an emulator, a proxy, or another cloud with an EC2-compatible interface, where HttpTokens means nothing.',
  recognised: 'A request for a token was answered 404 or 405, and calls without a token came after it.',
  sources: ['EC2 user guide: Retrieve instance metadata', 'OpenStack, Eucalyptus: EC2-compatible metadata'],
  remedy: (evidence) =>
    `Find out what answers at 169.254.169.254 (its Server header is EC2ws on EC2), and replace the emulator or proxy by one that knows IMDSv2.${restart(evidence)}`,
  look(evidence) {
    const seen = fellBackAfter(evidence, 'not-found');
    return seen === undefined || mainFailure(evidence) !== 'not-found' ? undefined : [seen];
  },
};
