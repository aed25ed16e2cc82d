import type { Rule } from '../rule.ts';
import { countOf, tableRemedy } from '../words.ts';

export const unknown: Rule = {
  id: 'unknown',
  kind: 'cause',
  severity: 'high',
  title: 'IMDSv1 for a reason that was not seen',
  meaning: 'It makes calls without a token, and nothing that was seen tells why.',
  recognised: 'No other cause holds.',
  sources: [],
  remedy: (evidence) =>
    `Look at its calls (--calls) and at a restart of it (imds live).${tableRemedy(evidence)}`,
  look({ v1, v2 }) {
    if (v1 === 0) return undefined;
    return [`${countOf(v1, 'call')} without a token, ${v2} by IMDSv2.`];
  },
};
