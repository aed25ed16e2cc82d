import type { Rule } from '../rule.ts';
import { credentialsOverV1 } from './credentials-over-v1.ts';
import { emptyToken } from './empty-token.ts';
import { errorPageToken } from './error-page-token.ts';
import { fallbackForbidden } from './fallback-forbidden.ts';
import { fallbackHopLimit } from './fallback-hop-limit.ts';
import { fallbackNoAnswer } from './fallback-no-answer.ts';
import { fallbackNotFound } from './fallback-not-found.ts';
import { fallbackRefused } from './fallback-refused.ts';
import { fallbackSlow } from './fallback-slow.ts';
import { fallbackSticky } from './fallback-sticky.ts';
import { fallbackUnseen } from './fallback-unseen.ts';
import { foreignProbe } from './foreign-probe.ts';
import { longTokenTtl } from './long-token-ttl.ts';
import { noToken } from './no-token.ts';
import { oldSdk } from './old-sdk.ts';
import { otherLibrary } from './other-library.ts';
import { proxy } from './proxy.ts';
import { tokenInArgv } from './token-in-argv.ts';
import { tokenNotSent } from './token-not-sent.ts';
import { tokenlessCode } from './tokenless-code.ts';
import { unknown } from './unknown.ts';
import { userDataOverV1 } from './user-data-over-v1.ts';

/**
 * Of the causes the first that holds is the one that is told: what was seen of the very calls goes before
 * what the client table says of the product.
 */
export const RULES: readonly Rule[] = [
  foreignProbe,
  proxy,
  emptyToken,
  fallbackForbidden,
  fallbackNotFound,
  fallbackHopLimit,
  fallbackSticky,
  fallbackNoAnswer,
  fallbackRefused,
  fallbackSlow,
  tokenNotSent,
  oldSdk,
  tokenlessCode,
  fallbackUnseen,
  otherLibrary,
  noToken,
  unknown,
  credentialsOverV1,
  userDataOverV1,
  errorPageToken,
  tokenInArgv,
  longTokenTtl,
];
