import { sinceText } from '../../clients/versions.ts';
import type { Rule } from '../rule.ts';
import { decisive, knownAs, productOf } from '../words.ts';

export const oldSdk: Rule = {
  id: 'old-sdk',
  kind: 'cause',
  severity: 'high',
  title: 'a version that does not know IMDSv2',
  meaning: 'The SDK or agent is older than its first version that asks for a token, or never learned to.',
  recognised:
    'Its version, or that of its SDK, by user agent, package or arguments, is below the first one with IMDSv2 in the client table (docs/clients.md), or the table says that no version has it.',
  sources: ['EC2 user guide: Use a supported SDK version', 'docs/clients.md'],
  remedy: (evidence) => {
    const match = evidence?.match;
    if (match === undefined) return 'Upgrade it to a version that asks for a token (docs/clients.md).';
    const { client } = match;
    const told = decisive(match);
    const { v2Since } = told.client;
    // The table's remedy names the version of the product itself (test/unit/clients/table.test.ts).
    if (told === match || typeof v2Since !== 'object') return client.remedy;
    return `Upgrade ${client.product} to a release with ${sinceText(v2Since)} or later. ${client.remedy}`;
  },
  look({ match, v1 }) {
    if (match?.predatesV2 !== true || v1 === 0) return undefined;
    const told = decisive(match);
    const { v2Since } = told.client;
    const sdk = told === match ? '' : ` with ${productOf(told)}`;
    const since =
      v2Since === 'never'
        ? 'which never asks for a token'
        : `which asks for a token since ${sinceText(v2Since)}`;
    return [`${knownAs(match)}${sdk}, ${since}.`];
  },
};
