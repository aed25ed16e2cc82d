import { FAILURES } from '../facts.ts';
import type { Rule } from '../rule.ts';
import { countOf, fellBackAfter, mainFailure } from '../words.ts';

export const emptyToken: Rule = {
  id: 'empty-token',
  kind: 'cause',
  severity: 'high',
  title: 'a script for IMDSv2 that got no token',
  meaning:
    'The script asks for a token and sends it, but the request for the token failed, and the variable stayed empty. curl leaves out a header without a value, so that the request goes out as IMDSv1, and nobody notices.',
  recognised:
    'The token header stands in the arguments of the process with nothing behind it; or an HTTP client for scripts read without a token after, in the same run of the script, its request for a token had failed.',
  sources: [
    'measured: curl 7.88.1 drops a header without a value',
    'EC2 user guide: Retrieve instance metadata',
  ],
  remedy: () =>
    'Let the script stop when it gets no token (curl -f, then a test of the variable), and find out why it got none: a hop limit of 1 in a container (set it to 2), or IMDS turned off.',
  look(evidence) {
    const { facts, isScripted } = evidence;
    const { emptyArgument } = facts.v1;
    const seen = FAILURES.flatMap((outcome) => fellBackAfter(evidence, outcome) ?? []);
    if (emptyArgument > 0) {
      return [
        `${countOf(emptyArgument, 'call')} by a process whose token header is empty in its arguments.`,
        ...seen,
      ];
    }
    return isScripted && mainFailure(evidence) !== undefined ? seen : undefined;
  },
};
