import type { ClientMatch } from '../../clients/types.ts';
import { sinceText } from '../../clients/versions.ts';
import type { Rule } from '../rule.ts';
import { countOf, decisive, fallbackOf, inRuns, knownAs } from '../words.ts';

export const otherLibrary: Rule = {
  id: 'other-library',
  kind: 'cause',
  severity: 'high',
  title: 'by a product that reads with a token only: something else in its process does not',
  meaning:
    'The product asks for a token before it reads, and does not go on without one. A call without a token by its process, or with its user agent, is made by something else: another library in the same process, code that asks by itself, or a program that took over its name.',
  recognised:
    'By the client table its version asks for a token and never falls back, and a run made calls without a token that no failed request for one explains.',
  sources: [
    'smithy-lang/smithy-rs: aws-config/src/imds/client.rs (IMDSv2 only)',
    'AWS SDKs and Tools Reference Guide: IMDS credential provider',
    'docs/clients.md',
  ],
  remedy: (evidence) => {
    const find =
      'Find what makes these calls: imds report or imds analyze with --calls lists their paths and user agents. Update that library, let it ask for a token, or take it out';
    const match = evidence?.match;
    return match === undefined || isAlways(match)
      ? `${find}; another version of the product itself changes nothing.`
      : `Update ${match.client.product} to a current version: earlier ones may go on without a token. If it still does, it is not the product itself. ${find}.`;
  },
  look(evidence) {
    const { match, v1, v2, facts } = evidence;
    const { neverAsked } = facts.runs;
    if (v1 === 0 || match === undefined || match.predatesV2 !== false) return undefined;
    if (fallbackOf(decisive(match)) !== 'no' || (v2 > 0 && neverAsked === 0)) return undefined;
    const ways = isAlways(match)
      ? 'reads with a token only'
      : `asks for a token since ${sinceText(match.client.v2Since)}, and does not go on without one in current versions`;
    const which = v2 === 0 ? '' : inRuns(evidence, neverAsked);
    return [`${knownAs(match)}, which ${ways}; ${countOf(v1, 'call')} without one${which}.`];
  },
};

/** No version of it ever read without a token. */
function isAlways({ client }: ClientMatch): boolean {
  return client.v2Since === 'always';
}
