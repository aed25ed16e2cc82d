import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const credentialsOverV1: Rule = {
  id: 'credentials-over-v1',
  kind: 'finding',
  severity: 'critical',
  title: 'reads credentials over IMDSv1',
  meaning:
    "Credentials of the instance's role were asked for without a token. Whoever can make this program, or its host, send one request of their choice (SSRF) gets the same.",
  recognised: 'A request without a token for …/iam/security-credentials/ or …/identity-credentials/.',
  sources: ['EC2 user guide: Instance metadata categories'],
  remedy: () =>
    'Fix this caller first. Until then a policy with the condition ec2:RoleDelivery = 2.0 makes credentials from IMDSv1 worthless.',
  look({ facts }) {
    const { calls, succeeded } = facts.v1.credentials;
    if (calls === 0) return undefined;
    return [
      `${countOf(calls, 'request')} for credentials without a token, ${succeeded} answered with success.`,
    ];
  },
};
