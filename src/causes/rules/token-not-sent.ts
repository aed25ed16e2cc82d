import type { Rule } from '../rule.ts';
import { countOf, tableRemedy } from '../words.ts';

export const tokenNotSent: Rule = {
  id: 'token-not-sent',
  kind: 'cause',
  severity: 'high',
  title: 'has a token, and does not send it with every request',
  meaning:
    'The program asks for a token and gets it, and some of its requests go without: code paths that were never changed, a second library in the same process, or a script with one old line.',
  recognised: 'A run was granted a token, in time, and made calls without one, before or after.',
  sources: [
    'measured: s3fs 1.90 with iam_role=auto',
    'aws/aws-cdi-sdk#136 (C++ SDK: EC2MetadataClient::GetResource)',
  ],
  remedy: (evidence) =>
    `Find the requests that go without (imds report --calls --imds-version v1 lists their paths), and send the token with them.${tableRemedy(evidence)}`,
  look({ facts, v1, v2 }) {
    const count = facts.runs.fellBack.granted;
    if (count === 0) return undefined;
    return [
      `${countOf(v1, 'call')} without a token beside ${v2} by IMDSv2, in ${count} of ${countOf(facts.runs.followed, 'run')} followed.`,
    ];
  },
};
