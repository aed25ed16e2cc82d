import { sinceText } from '../../clients/versions.ts';
import type { Rule } from '../rule.ts';
import { productOf } from '../words.ts';

export const oldSdk: Rule = {
  id: 'old-sdk',
  kind: 'cause',
  severity: 'high',
  title: 'a version that does not know IMDSv2',
  meaning: 'The SDK or agent is older than its first version that asks for a token, or never learned to.',
  recognised:
    'Its version, by user agent, package or arguments, is below the first one with IMDSv2 in the client table (docs/clients.md), or the table says that no version has it.',
  sources: ['EC2 user guide: Use a supported SDK version', 'docs/clients.md'],
  remedy: (evidence) => {
    const match = evidence?.match;
    if (match === undefined) return 'Upgrade it to a version that asks for a token (docs/clients.md).';
    return match.client.remedy;
  },
  look({ match, v1 }) {
    if (match?.predatesV2 !== true || v1 === 0) return undefined;
    const { v2Since } = match.client;
    const since =
      v2Since === 'never'
        ? 'which never asks for a token'
        : `which asks for a token since ${sinceText(v2Since)}`;
    return [`By its ${match.by} it is ${productOf(match)}, ${since}.`];
  },
};
