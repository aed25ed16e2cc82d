import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const tokenInArgv: Rule = {
  id: 'token-in-argv',
  kind: 'finding',
  severity: 'medium',
  title: 'has its token in the arguments of a process',
  meaning:
    'Every user of the host can read the arguments of every process (/proc/PID/cmdline), and with them the token, for as long as it is valid.',
  recognised: 'X-aws-ec2-metadata-token with a value in the arguments of the process that made a call.',
  sources: ['proc(5): /proc/pid/cmdline'],
  remedy: () =>
    'Give curl the header from a file or standard input (curl -H @FILE, or --config -), and ask for a short lifetime of the token.',
  look({ facts }) {
    if (facts.tokenArgument === 0) return undefined;
    return [`${countOf(facts.tokenArgument, 'call')} by a process with a token in its arguments.`];
  },
};
