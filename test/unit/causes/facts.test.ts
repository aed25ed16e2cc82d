import assert from 'node:assert/strict';
import { type Deed, deedOf } from '../../../src/causes/facts.ts';
import type { ImdsCall } from '../../../src/model.ts';
import { callOf } from './calls.ts';

const TOKEN: Partial<ImdsCall> = { version: 'v2', operation: 'token' };
const MS = 1_000_000n;

function after(ms: bigint): Partial<ImdsCall> {
  return { ...TOKEN, requestEnd: 5n, responseTime: 5n + ms * MS };
}

const TABLE: [string, Partial<ImdsCall>, Deed | undefined][] = [
  ['a read without a token', {}, 'v1'],
  ['a read without a token that failed', { status: 401 }, 'v1'],
  ['a read without a token, unanswered', { status: undefined }, 'v1'],
  ['a read with a token', { version: 'v2' }, 'v2'],
  ['a read with a token of what is not there', { version: 'v2', status: 404 }, 'v2'],
  ['a read with a token, unanswered', { version: 'v2', status: undefined }, 'v2'],
  ['a read with a token that is refused', { version: 'v2', status: 401 }, 'invalid-token'],
  ['a token, and nobody knows when', TOKEN, 'granted'],
  ['a token after 449 ms', after(449n), 'granted'],
  ['a token after 450 ms', after(450n), 'late'],
  ['a refusal after 450 ms', { ...after(450n), status: 403 }, 'forbidden'],
  ['a request for a token, 400', { ...TOKEN, status: 400 }, 'refused'],
  ['a request for a token, 401', { ...TOKEN, status: 401 }, 'refused'],
  ['a request for a token, 403', { ...TOKEN, status: 403 }, 'forbidden'],
  ['a request for a token, 404', { ...TOKEN, status: 404 }, 'not-found'],
  ['a request for a token, 405', { ...TOKEN, status: 405 }, 'not-found'],
  ['a request for a token, 503', { ...TOKEN, status: 503 }, 'refused'],
  ['a request for a token, 302', { ...TOKEN, status: 302 }, 'refused'],
  ['a request for a token, unanswered', { ...TOKEN, status: undefined }, 'unanswered'],
  ['IMDSv2 in a log', { version: 'v2', operation: undefined, status: undefined }, 'unclear'],
  ['a probe of another cloud', { version: 'foreign', status: 404 }, undefined],
  ['bytes that could not be read', { version: 'unknown' }, undefined],
  ['a connection that failed', { version: undefined, operation: 'attempt' }, undefined],
];

describe('what a call says of its caller', () => {
  for (const [what, call, deed] of TABLE) {
    it(`${what}: ${deed ?? 'nothing'}`, () => assert.equal(deedOf(callOf(call)), deed));
  }
});
