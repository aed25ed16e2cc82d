import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseStatusText, type SessionStatus, statusText } from '../../../src/service/status-text.ts';

const count = fc.integer({ min: 0, max: 1e9 });
const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength });

const statuses: fc.Arbitrary<SessionStatus> = fc.record({
  views: text(300),
  attribution: fc.constantFrom('ebpf', 'procfs', 'off'),
  calls: fc.record(
    { v1: count, v2: count, unknown: count, foreign: count, attempt: count },
    { noNullPrototype: true },
  ),
  callers: count,
  lost: fc.option(count, { nil: undefined }),
  problem: fc.option(text(1000), { nil: undefined }),
});

describe('the status of a session as systemd is told', () => {
  it('is a line for people', () => {
    const calls = { v1: 3, v2: 6, unknown: 0, foreign: 0, attempt: 1 };
    const status = { views: 'sockets, wire (any)', attribution: 'ebpf', calls, callers: 2, lost: 0 };
    assert.equal(
      statusText({ ...status, problem: 'the disk is full\n' }),
      'views sockets, wire (any); attribution ebpf; v1 3, v2 6, unknown 0, foreign 0, attempt 1; callers 2; lost 0; last problem: the disk is full ',
    );
  });

  it('is read again as it was, whatever its texts are, and fits into one message', () => {
    fc.assert(
      fc.property(statuses, (status) => {
        const told = statusText(status);
        assert.doesNotMatch(told, /\p{Cc}|\p{Cs}/u);
        assert.ok(Buffer.byteLength(`READY=1\nSTATUS=${told}`) < 4096);
        const read = parseStatusText(told);
        assert.deepEqual({ ...read, views: '', problem: '' }, { ...status, views: '', problem: '' });
        if (/^[\w ().,]{0,200}$/.test(status.views)) assert.equal(read?.views, status.views);
        assert.equal(read?.problem === undefined, status.problem === undefined);
      }),
    );
  });

  it('is nothing where it is of another form', () => {
    for (const other of [
      '',
      'Processing requests...',
      'views a; attribution b; v1 x',
      `v1 ${'9'.repeat(400)}`,
    ]) {
      assert.equal(parseStatusText(other), undefined);
    }
  });
});
