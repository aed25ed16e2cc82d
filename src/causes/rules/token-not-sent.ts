import type { Rule } from '../rule.ts';
import { countOf, inRuns, tableRemedy } from '../words.ts';

export const tokenNotSent: Rule = {
  id: 'token-not-sent',
  kind: 'cause',
  severity: 'high',
  title: 'has a token, and does not send it with every request',
  meaning:
    'The program asks for a token and gets it, and some of its requests go without: code paths that were never changed, a second library in the same process, or a script with one old line.',
  recognised:
    'A run was granted a token, or sent one, and made calls without one before a request for a token failed, or long after.',
  sources: [
    'measured: s3fs 1.90 with iam_role=auto',
    'aws/aws-cdi-sdk#136 (C++ SDK: EC2MetadataClient::GetResource)',
  ],
  remedy: (evidence) =>
    `Find the requests that go without (imds report or imds analyze with --calls lists their paths), and send the token with them.${tableRemedy(evidence)}`,
  look(evidence) {
    const { facts, v1, v2, hasProcess, isScripted } = evidence;
    // One address and one curl: as likely two scripts as one.
    if (!hasProcess && isScripted) return undefined;
    const { notSent } = facts.runs;
    if (notSent === 0) return undefined;
    const failed = facts.tokens.unanswered + facts.tokens.refused;
    return [
      `${countOf(v1, 'call')} without a token beside ${v2} by IMDSv2${inRuns(evidence, notSent)}.`,
      ...(facts.tokens.granted === 0 || failed === 0
        ? []
        : [
            `${countOf(failed, 'request')} for a token failed: a part of it may stay with IMDSv1 until a restart.`,
          ]),
    ];
  },
};
