import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttributedCall } from '../../../src/model.ts';
import { ExampleCalls, ExampleTexts } from '../../../src/report/example-calls.ts';
import { kindOf } from '../../../src/report/kinds.ts';
import { attributed, TIME, TOKEN } from './samples.ts';

function examplesOf(calls: readonly AttributedCall[]) {
  const examples = new ExampleCalls(new ExampleTexts());
  for (const call of calls) examples.add(call, kindOf(call.call));
  return examples.calls;
}

const requestsOf = (calls: readonly AttributedCall[]) => examplesOf(calls).map(({ request }) => request);

describe('example calls', () => {
  it('are the worst: by version, by what was asked for, by time', () => {
    const calls = [
      attributed({ version: 'v2', target: '/v2' }),
      attributed({ target: '/metadata', pathClass: 'metadata' }),
      attributed({ target: '/later', time: TIME + 5n }),
      attributed({ version: 'unknown', method: undefined, target: undefined, unknownReason: 'gap' }),
      attributed({ target: '/first', time: TIME - 5n }),
    ];
    assert.deepEqual(requestsOf(calls), ['GET /first', 'GET /later', 'GET /metadata', 'gap', 'GET /v2']);
  });

  it('are at most five, and each different request and answer once, at its first time', () => {
    const calls = Array.from({ length: 90 }, (_, number) =>
      attributed({ target: `/${number % 9}`, time: TIME + BigInt(90 - number) }),
    );
    assert.deepEqual(
      examplesOf(calls).map(({ request, time }) => [request, time - TIME]),
      [8, 7, 6, 5, 4].map((number, index) => [`GET /${number}`, BigInt(index + 1)]),
    );
    const statuses = [200, 401, 200].map((status) => attributed({ status }));
    assert.deepEqual(
      examplesOf(statuses)
        .map(({ status }) => status)
        .sort(),
      [200, 401],
    );
  });

  it('do not depend on the order of the calls', () => {
    const calls = Array.from({ length: 60 }, (_, number) =>
      attributed({
        version: number % 3 === 0 ? 'v1' : 'v2',
        target: `/${number % 7}`,
        pathClass: number % 2 === 0 ? 'metadata' : 'credentials',
        // Many at the same time: their ids decide.
        time: TIME + BigInt(number % 4),
        clientIsn: number,
      }),
    );
    const expected = examplesOf(calls);
    fc.assert(
      fc.property(fc.shuffledSubarray(calls, { minLength: calls.length }), (shuffled) => {
        assert.deepEqual(examplesOf(shuffled), expected);
      }),
    );
  });

  it('hold no secret, and no long text', () => {
    const [{ request } = { request: '' }] = examplesOf([
      attributed({ target: `/latest/meta-data/?token=${TOKEN}&x=${'y'.repeat(100_000)}` }),
    ]);
    assert.ok(request.startsWith('GET /latest/meta-data/?token='), request);
    assert.ok(!request.includes(TOKEN.slice(0, 12)), request);
    assert.ok(request.length < 300, String(request.length));
  });

  it('say of a connection without a request that nothing was sent', () => {
    const nothing = { version: undefined, method: undefined, target: undefined } as const;
    assert.deepEqual(requestsOf([attributed({ ...nothing, operation: 'attempt' })]), ['nothing was sent']);
  });
});
