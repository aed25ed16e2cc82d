import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const errorPageToken: Rule = {
  id: 'error-page-token',
  kind: 'finding',
  severity: 'high',
  title: 'sends as token what is none',
  meaning:
    'The request for a token failed, and its error page, or nothing at all, was sent as the token. That counts as IMDSv2 and is refused: these reads fail now, and will once IMDSv2 is enforced.',
  recognised:
    'A read with a token header was answered 401 after the request for a token had failed in the same run; or, of a script, no token was granted in that run, or the header is empty in the arguments of the process. A 401 after a token was granted is none: tokens expire.',
  sources: [
    'measured: curl 7.88.1 without -f takes the XHTML page of the refused PUT for the token',
    'measured: wget sends a header without a value',
    'EC2 user guide: Retrieve instance metadata',
  ],
  remedy: () =>
    'Let the script stop when it gets no token (curl -f, a test of the status), and look why it got none: a hop limit of 1 in a container (set it to 2), IMDS turned off, or the Wget of BusyBox, which cannot send a PUT (use curl).',
  look({ facts, isScripted }) {
    const { emptyHeader, invalidToken, runs } = facts;
    if (emptyHeader > 0)
      return [`${countOf(emptyHeader, 'read')} with a token header that is empty, answered 401.`];
    const seen = `${countOf(invalidToken, 'read')} with a token answered 401`;
    if (runs.pageAsToken > 0) return [`${seen}, after the request for one had failed.`];
    // A program that stays may have been granted a token before anybody looked, and ask for the next one.
    return isScripted && runs.invalidToken > 0 ? [`${seen}; no token was granted in that run.`] : undefined;
  },
};
