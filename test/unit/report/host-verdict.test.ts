import assert from 'node:assert/strict';
import type { CaptureSummary, Completeness, SessionProof } from '../../../src/model.ts';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { attributed, CURL, render, TIME } from './samples.ts';
import { events, HOST, HOUR, PROVEN, session, v2, verdictSink, verdicts } from './verdicts.ts';

const WIRE_ALONE: Completeness = {
  ...PROVEN,
  views: ['wire'],
  provableConnections: 0,
  capturedBytes: 0,
  kernelBytes: 0,
};

describe('the verdict of a host', () => {
  it('is READY where a day was watched, proven, and without a call to fix', () => {
    const { hosts, ready, incomplete } = verdicts([v2], [events([session()])]);
    assert.deepEqual(
      hosts.map(({ host, status, needed }) => [host, status, needed]),
      [['web-1', 'ready', []]],
    );
    assert.equal(ready, true);
    assert.equal(incomplete, false);
    assert.deepEqual(hosts[0]?.covers, { boot: true, refresh: true, day: true });
  });

  it('is READY where nothing called at all', () => {
    const { hosts } = verdicts(
      [],
      [events([session({ calls: { v1: 0, v2: 0, unknown: 0, foreign: 0, attempt: 0 } })])],
    );
    assert.equal(hosts[0]?.status, 'ready');
  });

  const unproven: [string, Partial<SessionProof>, RegExp][] = [
    ['a short time', { to: TIME + HOUR }, /^1 d under watch instead of 1 h/],
    ['losses', { completeness: { ...PROVEN, losses: { 'tcp.missing_bytes': 9 } } }, /tcp\.missing_bytes/],
    ['the wire alone', { completeness: WIRE_ALONE }, /interfaces alone/],
    [
      'sockets that are not provable',
      { completeness: { ...PROVEN, provableConnections: 3 } },
      /1 connection older/,
    ],
    [
      'the one connection, which is not provable',
      {
        completeness: {
          ...PROVEN,
          connections: 1,
          provableConnections: 0,
          capturedBytes: 0,
          kernelBytes: 0,
        },
      },
      /^Proof that no call was missed\. 1 connection older than the recording, open at its end, or not/,
    ],
    [
      'one container watched',
      { completeness: { ...PROVEN, scope: 'container' } },
      /^Proof that no call was missed\. One container alone was watched/,
    ],
    ['bytes that are missing', { completeness: { ...PROVEN, capturedBytes: 800 } }, /100 bytes/],
    ['calls that were not written', { unwritten: 2 }, /2 calls could not be written/],
    [
      'v1 calls that are not in the files',
      { calls: { v1: 3, v2: 0, unknown: 0, foreign: 0, attempt: 0 } },
      /rolled away: 3 calls/,
    ],
    [
      'unreadable calls that are not in the files',
      { calls: { v1: 0, v2: 0, unknown: 2, foreign: 0, attempt: 0 } },
      /rolled away: 2 calls that could not be read/,
    ],
  ];
  for (const [what, change, needed] of unproven) {
    it(`is NOT ENOUGH EVIDENCE with ${what}, and says so`, () => {
      const { hosts, ready } = verdicts([v2], [events([session(change)])]);
      assert.equal(hosts[0]?.status, 'not-enough-evidence');
      const [first, ...others] = hosts[0]?.needed ?? [];
      assert.match(first ?? '', needed);
      // Of what was lost, how it is left behind.
      assert.ok(others.length === 0 || (others.length === 1 && others[0]?.startsWith('Or ')));
      assert.equal(ready, false);
    });
  }

  it('is NOT ENOUGH EVIDENCE without a word of the sessions, and of a part of the calls', () => {
    assert.match(verdicts([v2], [events([])]).hosts[0]?.needed[0] ?? '', /^Proof that no call was missed/);
    const part = verdicts([v2], [events([session()])], {
      ...DEFAULT_VERDICT,
      leavesOut: '--imds-version v2',
    });
    assert.match(part.hosts[0]?.needed[0] ?? '', /--imds-version v2 leaves some out/);
  });

  it('is NOT ENOUGH EVIDENCE where a JSON report of the host, or of any, left calls out', () => {
    const other = { id: 'b2', name: 'web-2' };
    const ofOther = session({ session: 's2', host: other });
    const leavesOut = ['--since 2026-01-15T00:00:00.000000000Z'];
    const statuses = (change: Partial<CaptureSummary>) =>
      verdicts([v2], [events([session()], change), events([ofOther], { host: other })]).hosts.map(
        ({ host, status, needed }) => [host, status, needed.length],
      );
    assert.deepEqual(statuses({ leavesOut }), [
      ['web-1', 'not-enough-evidence', 1],
      ['web-2', 'ready', 0],
    ]);
    assert.deepEqual(statuses({ leavesOut, host: undefined }), [
      ['web-1', 'not-enough-evidence', 1],
      ['web-2', 'not-enough-evidence', 1],
    ]);
  });

  it('is NOT ENOUGH EVIDENCE where the report leaves out what would speak against it', () => {
    const sink = verdictSink();
    sink.call(v2);
    sink.leftOut(v2);
    sink.leftOut(attributed({}, CURL, { host: HOST }));
    sink.leftOut(attributed({ version: 'unknown' }, CURL, { host: HOST }));
    sink.leftOut(attributed({}, CURL, { capture: 'other.jsonl' }));
    void sink.end([events([session({ calls: { v1: 1, v2: 1, unknown: 1, foreign: 0, attempt: 0 } })])]);
    assert.deepEqual(
      sink.verdicts().map(({ host, status, needed }) => [host, status, needed[0]]),
      [
        [
          'other.jsonl',
          'not-enough-evidence',
          'A report of all calls: 1 call by IMDSv1, or that could not be read, is left out.',
        ],
        [
          'web-1',
          'not-enough-evidence',
          'A report of all calls: 2 calls by IMDSv1, or that could not be read, are left out.',
        ],
      ],
    );
    assert.equal(sink.findings().v1, 0);
  });

  it('is NOT READY with a call by IMDSv1, and gives those that succeeded as CloudWatch counts them', () => {
    const calls = [0n, 1n, 400n].map((seconds) =>
      attributed({ status: 200, time: TIME + seconds * 1_000_000_000n }, CURL, { host: HOST }),
    );
    const refused = attributed({ status: 401 }, CURL, { host: HOST });
    const { hosts } = verdicts([...calls, refused], [events([session()])]);
    assert.equal(hosts[0]?.status, 'not-ready');
    assert.equal(hosts[0]?.noToken.total, 3);
    assert.deepEqual(
      hosts[0]?.noToken.periods.map(({ count }) => count),
      [2, 1],
    );
  });

  it('is in JSON what --fail-on asks about, of saved events too', async () => {
    const { text, findings } = await render([v2], { format: 'json' }, [events([session()])]);
    const { verdict, completeness } = JSON.parse(text);
    assert.deepEqual(findings, { v1: 0, unknown: 0, incomplete: false, ready: true });
    assert.deepEqual([verdict.incomplete, verdict.ready, completeness.incomplete], [false, true, false]);
  });

  it('is one for each host, what to do first, first; over all it is the worst', () => {
    const b = { id: 'b', name: 'web-2' };
    const c = { id: 'c', name: 'web-3' };
    const captures = [
      events([
        session(),
        session({ session: 's2', host: b, to: TIME + HOUR }),
        session({ session: 's3', host: c }),
      ]),
    ];
    const v1 = attributed({}, CURL, { host: c });
    const { hosts, ready } = verdicts([v2, v1], captures);
    assert.deepEqual(
      hosts.map(({ host, status }) => [host, status]),
      [
        ['web-3', 'not-ready'],
        ['web-2', 'not-enough-evidence'],
        ['web-1', 'ready'],
      ],
    );
    assert.equal(ready, false);
  });
});
