import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const errorPageToken: Rule = {
  id: 'error-page-token',
  kind: 'finding',
  severity: 'high',
  title: 'sends as token what is none',
  meaning:
    'The request for a token failed, and its error page, or what else came instead, was sent as the token. The service counts that as IMDSv2 and refuses it: the program works neither now nor once IMDSv2 is enforced.',
  recognised: 'A read with a token header was answered 401, and in that run no token had been granted.',
  sources: [
    'measured: curl 7.88.1 without -f takes the XHTML page of the refused PUT for the token',
    'EC2 user guide: Retrieve instance metadata',
  ],
  remedy: () =>
    'Let the script stop when it gets no token (curl -f, a test of the status), and look why it got none: a hop limit of 1 in a container (set it to 2), or IMDS turned off.',
  look({ facts }) {
    if (facts.runs.invalidToken === 0) return undefined;
    return [
      `${countOf(facts.invalidToken, 'read')} with a token answered 401; no token had been granted in that run.`,
    ];
  },
};
