import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const credentialsOverV1: Rule = {
  id: 'credentials-over-v1',
  kind: 'finding',
  severity: 'critical',
  title: 'reads credentials over IMDSv1',
  meaning:
    "Credentials of the instance's role were asked for without a token. Whoever can make this program, or its host, send one request of their choice (SSRF) gets the same.",
  recognised:
    'A request without a token for …/security-credentials/ROLE (not for their list), which was not answered with an error.',
  sources: [
    'EC2 user guide: Instance metadata categories',
    'EC2 user guide: Transition to using IMDSv2 (ec2:RoleDelivery)',
  ],
  remedy: () =>
    'Fix this caller first. Once nothing reads credentials so any more, a policy that denies ec2:RoleDelivery below 2.0 keeps it so; before that, it would break this caller.',
  look({ facts }) {
    const { calls, succeeded, failed } = facts.v1.credentials;
    if (calls === failed) return undefined;
    return [
      `${countOf(calls, 'request')} for credentials without a token, ${succeeded} answered with success.`,
    ];
  },
};
