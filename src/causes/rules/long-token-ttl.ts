import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const longTokenTtl: Rule = {
  id: 'long-token-ttl',
  kind: 'finding',
  severity: 'low',
  title: 'asks for a token of six hours, for a short script',
  meaning:
    'A token is good for whoever has it on this instance, until it expires. A script that needs one for a second asked for the longest lifetime there is.',
  recognised: 'An HTTP client for scripts (curl, wget) asked for a token of 21600 seconds.',
  sources: ['EC2 user guide: How IMDSv2 works'],
  remedy: () => 'Ask for as long as the script needs it: X-aws-ec2-metadata-token-ttl-seconds: 60.',
  look({ facts, isScripted }) {
    if (!isScripted || facts.longestTtl === 0) return undefined;
    return [`${countOf(facts.longestTtl, 'request')} for a token of 21600 seconds.`];
  },
};
