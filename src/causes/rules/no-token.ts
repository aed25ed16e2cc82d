import type { Rule } from '../rule.ts';
import { countOf, knownAs, tableRemedy } from '../words.ts';

export const noToken: Rule = {
  id: 'no-token',
  kind: 'cause',
  severity: 'high',
  title: 'never asks for a token',
  meaning:
    'A script or program that reads the metadata with a plain request. It was written before IMDSv2, or for the example that needs no second line.',
  recognised: 'A run made calls without a token, none with one, and no request for a token.',
  sources: ['EC2 user guide: Retrieve instance metadata'],
  remedy: (evidence) =>
    tableRemedy(evidence).trimStart() ||
    'Fetch a token first (PUT /latest/api/token with X-aws-ec2-metadata-token-ttl-seconds) and send it as X-aws-ec2-metadata-token with each request, or use a current AWS SDK.',
  look(evidence) {
    const { match, v1, v2, isByHand, facts } = evidence;
    const { neverAsked } = facts.runs;
    if (v1 === 0 || (v2 > 0 && neverAsked === 0)) return undefined;
    const seen =
      v2 === 0
        ? `${countOf(v1, 'call')} without a token, none with one, and no request for a token.`
        : `${countOf(v1, 'call')} without a token: ${neverAsked} of ${countOf(facts.runs.followed, 'run')} followed never asked for one, and others use IMDSv2.`;
    const who = match === undefined ? [] : [`${knownAs(match)}.`];
    const hand = isByHand ? ['A shell without a script started it: perhaps a person at a terminal.'] : [];
    return [seen, ...who, ...hand];
  },
};
