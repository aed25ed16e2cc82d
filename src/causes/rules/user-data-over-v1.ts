import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const userDataOverV1: Rule = {
  id: 'user-data-over-v1',
  kind: 'finding',
  severity: 'high',
  title: 'reads user data over IMDSv1',
  meaning: 'User data often holds secrets, though it is not meant to. It was asked for without a token.',
  recognised: 'A request without a token for …/user-data, which was not answered with an error.',
  sources: ['EC2 user guide: Instance metadata categories'],
  remedy: () =>
    'Fix this caller early, and move what is secret in the user data to Secrets Manager or Parameter Store.',
  look({ facts }) {
    const { calls, succeeded, failed } = facts.v1.userData;
    if (calls === failed) return undefined;
    return [
      `${countOf(calls, 'request')} for user data without a token, ${succeeded} answered with success.`,
    ];
  },
};
