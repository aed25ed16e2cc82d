import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const tokenInArgv: Rule = {
  id: 'token-in-argv',
  kind: 'finding',
  severity: 'low',
  title: 'has its token in the arguments of a process',
  meaning:
    'Every user of the host can read the arguments of every process (/proc/PID/cmdline), and with them the token. It is of use on this instance only, where most users can fetch one themselves: it matters where a firewall keeps them from it.',
  recognised:
    'X-aws-ec2-metadata-token with a value in the arguments of the process that made a call (curl, wget, httpie).',
  sources: ['proc(5): /proc/pid/cmdline'],
  remedy: () =>
    'Give curl the header from a file that only its user can read (curl -H @FILE), or from standard input (curl -H @-), and ask for a short lifetime of the token.',
  look({ facts }) {
    if (facts.tokenArgument === 0) return undefined;
    return [`${countOf(facts.tokenArgument, 'call')} by a process with a token in its arguments.`];
  },
};
