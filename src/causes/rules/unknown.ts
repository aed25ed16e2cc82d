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
    `Look at its calls (imds report or imds analyze with --calls), and restart it while imds live watches.${tableRemedy(evidence)}`,
  look({ facts, v1, v2, hasProcess, isScripted }) {
    if (v1 === 0) return undefined;
    const seen = `${countOf(v1, 'call')} without a token, ${v2} by IMDSv2.`;
    const isOneWay = facts.tokens.unanswered > 0 && facts.v1.answered === 0;
    if (isOneWay) return [seen, 'No answer was captured: whether a token was granted cannot be told.'];
    return hasProcess || !isScripted || v2 === 0
      ? [seen]
      : [
          seen,
          'No process is known: these may be calls of several scripts, some for IMDSv1 and some for IMDSv2.',
        ];
  },
};
