import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CallerLabels, MAX_CALLERS, MAX_CALLERS_OF_USER } from '../../../src/metrics/caller-labels.ts';
import type { Process } from '../../../src/model.ts';

function process(args: readonly string[], more: Partial<Process> = {}): Process {
  return { pid: 7, start: '1', executable: args[0], args, ancestors: [], userId: '0', ...more };
}

/** Half of a character beyond 16 bits. */
const LONE = /\p{Cs}/u;

describe('labels of callers', () => {
  it('are the names that reports have', () => {
    const labels = new CallerLabels();
    const bash = { pid: 6, start: '1', executable: '/bin/bash', args: ['bash', '/opt/refresh.sh'] };
    assert.equal(labels.of(process(['/usr/bin/python3', '/opt/usage.py'])), 'python3 /opt/usage.py');
    assert.equal(
      labels.of(process(['/usr/bin/curl', 'http://x/'], { ancestors: [bash] })),
      'curl by bash /opt/refresh.sh',
    );
    assert.equal(labels.of(undefined), 'unknown');
  });

  it('are without the code that a program was given', () => {
    const labels = new CallerLabels();
    const shell = {
      pid: 6,
      start: '1',
      executable: '/bin/sh',
      args: ['sh', '-c', 'while true; do refresh; done'],
    };
    assert.equal(labels.of(process(['/usr/bin/python3', '-c', 'import boto3; print(1)'])), 'python3 -c');
    const curl = labels.of(process(['/usr/bin/curl', 'http://x/'], { ancestors: [shell] }));
    assert.doesNotMatch(curl, /refresh/);
  });

  it('are never those of what is no program', () => {
    const labels = new CallerLabels();
    assert.equal(labels.of(process(['/tmp/other'])), './other');
    assert.equal(labels.of(process(['/tmp/unknown'])), './unknown');
  });

  it('show no secret and nothing that a terminal acts on, and are short', () => {
    const labels = new CallerLabels();
    const secret = 'AKIAIOSFODNN7EXAMPLE';
    const hostile = labels.of(process(['/bin/python3', `/tmp/\x1b[2J\u202e${secret}\n.py`]));
    assert.doesNotMatch(hostile, new RegExp(secret));
    assert.match(hostile, /\\x1B\[2J\\u\{202E\}/);
    assert.equal(labels.of(process([`/tmp/${'x'.repeat(1000)}`])).length, 120);
    const cut = labels.of(process([`/tmp/${'a'.repeat(118)}\u{1f600}\u{1f600}`]));
    assert.ok(!LONE.test(cut), cut);
  });

  it('are well formed, escaped and short whatever a program is called', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (args) => {
        const label = new CallerLabels().of(process(args));
        assert.ok(label.length <= 120 && !LONE.test(label));
        assert.doesNotMatch(label, /[\p{Cc}\p{Cf}]/u);
      }),
      { numRuns: 300 },
    );
  });

  it('are so many and no more, and no user takes all of them', () => {
    const labels = new CallerLabels();
    const of = (user: string, n: number) => labels.of(process([`/tmp/${user}-${n}`], { userId: user }));
    const seen = new Set<string>();
    for (let n = 0; n < 1000; n++) seen.add(of('1000', n));
    assert.equal(seen.size, MAX_CALLERS_OF_USER + 1);
    assert.ok(seen.has('other'));
    assert.equal(labels.turnedAway, 1000 - MAX_CALLERS_OF_USER);
    assert.equal(of('1001', 0), '1001-0');
    for (const user of ['1001', '1002', '1003']) for (let n = 0; n < 1000; n++) seen.add(of(user, n));
    assert.equal(seen.size, MAX_CALLERS + 1);
    assert.equal(of('1000', 0), '1000-0', 'those that are known stay');
  });
});
