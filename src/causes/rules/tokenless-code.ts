import { FAILURES } from '../facts.ts';
import type { Rule } from '../rule.ts';
import { countOf, knownAs, tableRemedy } from '../words.ts';

export const tokenlessCode: Rule = {
  id: 'tokenless-code',
  kind: 'cause',
  severity: 'high',
  title: 'a part of it never sends a token',
  meaning:
    'The product asks for a token for most of what it reads, and one part of it does not, whatever becomes of a request for a token: those calls fail once IMDSv2 is enforced, in a version that is new enough for it, too.',
  recognised:
    'By the client table a part of the product never sends a token, calls without one were seen that no failed request for a token explains, and none of them was for credentials.',
  sources: [
    'measured: s3fs 1.90 with iam_role=auto',
    'measured: AWS.MetadataService.request of the AWS SDK for JavaScript 2.1693.0',
    'aws/aws-cdi-sdk#136 (C++ SDK: EC2MetadataClient::GetResource)',
  ],
  remedy: (evidence) => `Change that part, or how it is used.${tableRemedy(evidence)}`,
  look({ match, v1, facts }) {
    const part = match?.client.tokenless;
    if (match === undefined || part === undefined || match.predatesV2 !== false) return undefined;
    const { tokens, runs } = facts;
    if (v1 === 0 || facts.v1.credentials.calls > 0) return undefined;
    // Where one that failed is the last, that may be why, however long ago.
    if (match.client.sticky === true && FAILURES.some((outcome) => tokens[outcome] > 0)) return undefined;
    const seen = `${knownAs(match)}, of which ${part} sends no token; ${countOf(v1, 'call')} without one, none of them for credentials.`;
    return runs.neverAsked === 0 || match.client.fallback !== 'yes'
      ? [seen]
      : [seen, 'Or it fell back before anybody looked: a restart while imds live watches tells.'];
  },
};
