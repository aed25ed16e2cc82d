import assert from 'node:assert/strict';
import type { DayCount } from '../../../src/callers/days.ts';
import type { CaptureSummary, Completeness, SessionProof } from '../../../src/model.ts';
import { Aggregate } from '../../../src/report/aggregate.ts';
import type { HostVerdict } from '../../../src/report/host-verdict.ts';
import { VerdictSink } from '../../../src/report/index.ts';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { attributed, CURL, capture, render, TIME } from './samples.ts';

const HOUR = 3_600_000_000_000n;
const HOST = { id: 'a1', name: 'web-1', bootId: 'b1' };

const PROVEN: Completeness = {
  losses: {},
  connections: 4,
  provableConnections: 4,
  capturedBytes: 900,
  kernelBytes: 900,
  views: ['sockets', 'wire'],
  lookups: { made: 0, found: 0 },
};

const WIRE_ALONE: Completeness = {
  ...PROVEN,
  views: ['wire'],
  provableConnections: 0,
  capturedBytes: 0,
  kernelBytes: 0,
};

const DAMAGE = { code: 'events.damaged', message: 'damaged', damage: true };

function session(change: Partial<SessionProof> = {}): SessionProof {
  return {
    session: 's1',
    host: HOST,
    from: TIME,
    to: TIME + 25n * HOUR,
    bootTime: TIME - 60_000_000_000n,
    ended: true,
    calls: { v1: 0, v2: 9, unknown: 0, foreign: 0, attempt: 0 },
    unwritten: 0,
    completeness: PROVEN,
    ...change,
  };
}

/** A file of saved events, with what sessions say in it. */
function events(sessions: readonly SessionProof[], change: Partial<CaptureSummary> = {}): CaptureSummary {
  const completeness = {
    losses: {},
    connections: 0,
    provableConnections: 0,
    capturedBytes: 0,
    kernelBytes: 0,
  };
  return {
    ...capture({}, completeness),
    name: 'imds-calls.jsonl',
    host: HOST,
    packets: 0,
    events: 9,
    sessions,
    ...change,
  };
}

function verdicts(
  calls: Parameters<VerdictSink['call']>[0][],
  captures: readonly CaptureSummary[],
  options = DEFAULT_VERDICT,
): { hosts: readonly HostVerdict[]; ready: boolean; incomplete: boolean } {
  const sink = new VerdictSink(
    { call: () => undefined, ready: () => undefined, end: () => Promise.resolve() },
    options,
  );
  for (const call of calls) sink.call(call);
  void sink.end(captures);
  return { hosts: sink.verdicts(), ...sink.findings() };
}

const on = ({ id, name }: { id: string; name: string }) => ({ host: name, hostId: id, capture: 'x' });

const v2 = attributed({ version: 'v2' }, CURL, { host: HOST });

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
    const sink = new VerdictSink(
      { call: () => undefined, ready: () => undefined, end: () => Promise.resolve() },
      DEFAULT_VERDICT,
    );
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

  it('rests on the time that is asked about: what was fixed before it is told, and does not count', () => {
    const window = { since: TIME + 2n * HOUR };
    const sink = new VerdictSink(
      { call: () => undefined, ready: () => undefined, end: () => Promise.resolve() },
      { ...DEFAULT_VERDICT, window },
    );
    sink.leftOut(attributed({ time: TIME + HOUR }, CURL, { host: HOST, session: 's1' }));
    sink.call(attributed({ version: 'v2', time: TIME + 3n * HOUR }, CURL, { host: HOST }));
    const calls = { v1: 1, v2: 1, unknown: 0, foreign: 0, attempt: 0 };
    void sink.end([events([session({ to: TIME + 26n * HOUR, calls })])]);
    const [host] = sink.verdicts();
    assert.deepEqual([host?.status, host?.observed?.duration], ['ready', 24n * HOUR]);
    assert.ok(
      host?.restsOn.includes('1 call by IMDSv1, or that could not be read, before the time reported.'),
    );
    assert.equal(host?.covers.boot, false);
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

  it('takes the latest word of a session, and counts time that two of them watched once', () => {
    const early = session({ to: TIME + HOUR, ended: false });
    const other = session({ session: 's2', from: TIME + HOUR, to: TIME + 26n * HOUR });
    const { hosts } = verdicts(
      [v2],
      [events([session(), other]), events([early], { name: 'imds-calls.jsonl.1' })],
    );
    assert.equal(hosts[0]?.observed?.duration, 26n * HOUR);
    assert.equal(hosts[0]?.observed?.recordings, 2);
  });

  it('forgets nothing that a line of a session told, whatever another one says', () => {
    const v1 = { v1: 3, v2: 0, unknown: 0, foreign: 0, attempt: 0 };
    const told = session({ calls: v1, ended: false });
    const later = session({ to: TIME + 30n * HOUR, ended: false });
    const end = session({ to: TIME + 24n * HOUR });
    const lost = session({ completeness: { ...PROVEN, losses: { 'probe.exits': 1 } }, ended: false });
    for (const [line, other] of [
      [told, later],
      [told, end],
      [lost, later],
      [lost, end],
      [session({ unwritten: 1 }), session({ to: TIME + 30n * HOUR })],
    ] as const)
      for (const lines of [
        [line, other],
        [other, line],
      ]) {
        assert.equal(verdicts([v2], [events(lines)]).hosts[0]?.status, 'not-enough-evidence');
        const files = lines.map((one) => events([one]));
        assert.equal(verdicts([v2], files).hosts[0]?.status, 'not-enough-evidence');
      }
  });

  it('takes the same id on two hosts for two sessions', () => {
    const other = session({ host: { id: 'b2', name: 'web-2' }, to: TIME + HOUR });
    const { hosts, ready } = verdicts([v2], [events([other]), events([session()])]);
    assert.deepEqual(
      hosts.map(({ host, status }) => [host, status]),
      [
        ['web-2', 'not-enough-evidence'],
        ['web-1', 'ready'],
      ],
    );
    assert.equal(ready, false);
  });

  it('adds nothing up of machines that share an id, as those that are made of one image', () => {
    const half = { from: TIME, to: TIME + 14n * HOUR };
    const other = { ...half, from: TIME + 12n * HOUR, to: TIME + 26n * HOUR, session: 's2' };
    const [host] = verdicts(
      [v2],
      [events([session(half), session({ ...other, host: { id: 'a1', name: 'web-2', bootId: 'b2' } })])],
    ).hosts;
    assert.equal(host?.status, 'not-enough-evidence');
    assert.match(host?.needed.join('\n') ?? '', /^Proof that .* Several machines \(web-1, web-2\) are taken/);
    // Of a time in which one of them alone was watched, it is about that one.
    const window = { since: TIME + 15n * HOUR };
    const [later] = verdicts(
      [v2],
      [events([session(half), session({ ...other, host: { id: 'a1', name: 'web-2', bootId: 'b2' } })])],
      { observed: HOUR, window },
    ).hosts;
    assert.equal(later?.status, 'ready');
  });

  it('says where the interfaces were not watched, on which alone virtual machines are seen', () => {
    const isSaid = (views: string[]) => {
      const of = { completeness: { ...PROVEN, views } };
      const [host] = verdicts([v2], [events([session(), session({ ...of, session: 's2' })])]).hosts;
      assert.equal(host?.status, 'ready');
      return host.restsOn.some((text) => text.includes('virtual machines and gVisor'));
    };
    assert.deepEqual([isSaid(['sockets']), isSaid(['sockets', 'wire'])], [true, false]);
  });

  describe('says how what a session lost is left behind', () => {
    const lost = { completeness: { ...PROVEN, losses: { 'packets.shed': 1 } } };
    const later = (hours: bigint) =>
      session({ session: 's2', from: TIME + 30n * HOUR, to: TIME + (30n + hours) * HOUR });
    const needed = (...sessions: SessionProof[]) => verdicts([v2], [events(sessions)]).hosts[0]?.needed ?? [];

    it('by --since, where others watched for long enough after it', () => {
      const [, behind] = needed(session(lost), later(40n));
      const since = /--since (\S+);/.exec(behind ?? '')?.[1] ?? '';
      assert.match(
        behind ?? '',
        /^Or a report of what came after that: .* 1 d 16 h since then are proven\.$/,
      );
      const window = { since: BigInt(Date.parse(since)) * 1_000_000n };
      const after = verdicts([v2], [events([session(lost), later(40n)])], { ...DEFAULT_VERDICT, window });
      assert.equal(after.hosts[0]?.status, 'ready');
    });

    it('with time, where another one watches since', () => {
      assert.match(
        needed(session(lost), later(3n))[1] ?? '',
        /^Or 1 d under watch .*; 3 h are proven by now\.$/,
      );
    });

    it('by a new session, where it is the last', () => {
      assert.match(
        needed(session({ ...lost, ended: false }))[1] ?? '',
        /^Or 1 d under watch by a new session/,
      );
      // A connection that is open now may be proven in a moment.
      const open = { completeness: { ...PROVEN, provableConnections: 3 } };
      assert.equal(needed(session({ ...open, ended: false })).length, 1);
    });

    it('and says none of it where more is needed, or what is missing has no time', () => {
      const torn = { ...events([session(lost), later(40n)]), problems: [DAMAGE] };
      assert.ok(!verdicts([v2], [torn]).hosts[0]?.needed.some((text) => text.startsWith('Or ')));
      const calls = [attributed({ version: 'v1' }, CURL, { host: HOST })];
      const { hosts } = verdicts(calls, [events([session(lost), later(40n)])]);
      assert.ok(!hosts[0]?.needed.some((text) => text.startsWith('Or ')));
    });
  });

  it('counts no time between sessions as watched, however short', () => {
    const MINUTE = HOUR / 60n;
    const sessions = Array.from({ length: 1441 }, (_, index) => {
      const from = TIME + BigInt(index) * MINUTE;
      return session({ session: `s${index}`, from, to: from + MINUTE / 60n });
    });
    const { hosts } = verdicts([v2], [events(sessions)]);
    assert.equal(hosts[0]?.observed?.duration, 1441n * (MINUTE / 60n));
    assert.equal(hosts[0]?.observed?.longest, MINUTE / 60n);
    assert.equal(hosts[0]?.status, 'not-enough-evidence');
  });

  it('names of the losses those that may have cost a call', () => {
    const losses = { 'host.turned_away': 4, 'tcp.missing_bytes': 9 };
    const { hosts } = verdicts([v2], [events([session({ completeness: { ...PROVEN, losses } })])]);
    assert.match(hosts[0]?.needed[0] ?? '', /tcp\.missing_bytes/);
    assert.doesNotMatch(hosts[0]?.needed.join() ?? '', /host\.turned_away/);
    const harmless = session({ completeness: { ...PROVEN, losses: { 'host.turned_away': 4 } } });
    assert.equal(verdicts([v2], [events([harmless])]).hosts[0]?.status, 'ready');
  });

  it('is in JSON what --fail-on asks about, of saved events too', async () => {
    const { text, findings } = await render([v2], { format: 'json' }, [events([session()])]);
    const { verdict, completeness } = JSON.parse(text);
    assert.deepEqual(findings, { v1: 0, unknown: 0, incomplete: false, ready: true });
    assert.deepEqual([verdict.incomplete, verdict.ready, completeness.incomplete], [false, true, false]);
  });

  describe('holds what sessions counted against the calls that are known', () => {
    const SINCE = TIME + 2n * HOUR;
    const early = (session: string) => attributed({ time: TIME + HOUR }, CURL, { host: HOST, session });
    const counting = (v1: number, change: Partial<SessionProof> = {}) =>
      session({ to: TIME + 27n * HOUR, calls: { v1, v2: 1, unknown: 0, foreign: 0, attempt: 0 }, ...change });
    /** Of calls before the time that is reported, and days of an inventory before it. */
    const neededOf = (
      before: readonly ReturnType<typeof early>[],
      sessions: readonly SessionProof[],
      days: readonly DayCount[] = [],
    ) => {
      const rows = new Aggregate();
      const sink = new VerdictSink(
        { aggregate: rows, call: () => undefined, ready: () => undefined, end: () => Promise.resolve() },
        { ...DEFAULT_VERDICT, window: { since: SINCE } },
      );
      for (const call of before) sink.leftOut(call);
      sink.call(v2);
      if (days.length > 0) sink.target?.raiseBefore(on(HOST), days);
      void sink.end([events(sessions)]);
      return sink.verdicts()[0]?.needed ?? [];
    };
    const DAY = Number(TIME / (24n * HOUR));
    const days = (v1: number, day = DAY): DayCount[] => [{ day, counts: [v1, 0, 0, 0, 0] }];

    it('one by one, on both sides of the time that is asked about', () => {
      assert.deepEqual(neededOf([early('s1'), early('s1')], [counting(2)]), []);
      assert.match(neededOf([early('s1')], [counting(5)]).join(), /rolled away: 4 calls by IMDSv1/);
    });

    it('of the session that they are of', () => {
      assert.match(neededOf([early('s2')], [counting(1)]).join(), /rolled away: 1 call by IMDSv1/);
      const other = counting(1, { session: 's2' });
      assert.match(neededOf([early('s2'), early('s2')], [counting(1), other]).join(), /rolled away: 1 call/);
      // Over before the time that is asked about, a session has none in it.
      assert.deepEqual(neededOf([], [counting(0), counting(9, { session: 's2', to: TIME + HOUR })]), []);
    });

    it('and the days of an inventory, whose calls may be those of the events', () => {
      assert.deepEqual(neededOf([], [counting(5)], days(5)), []);
      assert.deepEqual(neededOf([early('s1')], [counting(5)], days(5)), []);
      assert.match(neededOf([], [counting(5)], days(4)).join(), /rolled away: 1 call by IMDSv1/);
      assert.match(neededOf([early('s2')], [counting(5)], days(5)).join(), /rolled away: 1 call by IMDSv1/);
    });

    it('of days on which the session watched, each call once', () => {
      assert.match(neededOf([], [counting(5)], days(5, DAY - 2)).join(), /rolled away: 5 calls/);
      const later = counting(5, { session: 's2', from: TIME + 24n * HOUR, to: TIME + 60n * HOUR });
      assert.match(neededOf([], [counting(5), later], days(5)).join(), /rolled away: 5 calls/);
      assert.deepEqual(neededOf([], [later, counting(5)], [...days(5), ...days(5, DAY + 2)]), []);
    });

    it('and says how many of them were before that time', () => {
      const sink = new VerdictSink(
        {
          aggregate: new Aggregate(),
          call: () => undefined,
          ready: () => undefined,
          end: () => Promise.resolve(),
        },
        { ...DEFAULT_VERDICT, window: { since: SINCE } },
      );
      sink.leftOut(early('s1'));
      sink.target?.raiseBefore(on(HOST), days(5));
      sink.target?.raiseBefore(on({ id: 'b2', name: 'web-2' }), days(5));
      void sink.end([events([counting(5)])]);
      assert.deepEqual(
        sink.verdicts().map(({ host, status }) => [host, status]),
        [['web-1', 'ready']],
      );
      const text = '5 calls by IMDSv1, or that could not be read, before the time reported.';
      assert.ok(sink.verdicts()[0]?.restsOn.includes(text));
    });
  });

  describe('is about the endpoint of EC2', () => {
    const watching = (...watched: string[]) => session({ completeness: { ...PROVEN, watched } });
    const ELSEWHERE =
      'Recordings of 169.254.169.254:80, which HttpTokens=required is for: 1 recording is of other endpoints (10.0.0.7:8080).';

    it('so that a session that watched another one is no time under watch', () => {
      for (const observed of [0n, DEFAULT_VERDICT.observed]) {
        const { hosts, incomplete } = verdicts([v2], [events([watching('10.0.0.7:8080')])], { observed });
        assert.equal(hosts[0]?.status, 'not-enough-evidence');
        assert.equal(hosts[0]?.needed[0], ELSEWHERE);
        assert.deepEqual(hosts[0]?.restsOn, []);
        // It missed nothing of what it was to watch.
        assert.equal(incomplete, false);
      }
    });

    it('and does no harm beside one that watched that for long enough', () => {
      const other = { ...watching('10.0.0.7:8080'), session: 's2' };
      assert.deepEqual(verdicts([v2], [events([session(), other])]).hosts[0]?.needed, []);
      const short = verdicts([v2], [events([session({ to: TIME + HOUR }), other])]).hosts[0];
      assert.deepEqual(short?.needed, [ELSEWHERE, '1 d under watch instead of 1 h (--observed).']);
    });

    it('on IPv4: that on IPv6 need not be watched, which is said', () => {
      const [host] = verdicts([v2], [events([watching('169.254.169.254:80', '10.0.0.7:8080')])]).hosts;
      assert.equal(host?.status, 'ready');
      assert.ok(host.restsOn.includes('[fd00:ec2::254]:80 was not always watched.'));
      assert.ok(
        !verdicts([v2], [events([session()])]).hosts[0]?.restsOn.some((text) => text.includes('fd00')),
      );
    });

    it('also where a line of a session does not say it, and another one does', () => {
      for (const lines of [
        [watching('10.0.0.7:8080'), session()],
        [session(), watching('10.0.0.7:8080')],
      ])
        assert.equal(verdicts([v2], [events(lines)]).hosts[0]?.status, 'not-enough-evidence');
    });
  });

  it('is of the container that was watched, whichever line of a session says so', () => {
    const of = session({ completeness: { ...PROVEN, scope: 'container' } });
    for (const lines of [
      [of, session({ to: TIME + 26n * HOUR })],
      [session(), { ...of, to: TIME + 26n * HOUR }],
    ])
      assert.equal(verdicts([v2], [events(lines)]).hosts[0]?.status, 'not-enough-evidence');
  });

  it('takes no jump of the clock for time under watch', () => {
    for (const change of [
      { from: 10_000_000_000n, bootTime: undefined },
      { from: TIME - 2n * 60_000_000_000n },
    ]) {
      const [host] = verdicts([v2], [events([session(change)])]).hosts;
      assert.equal(host?.status, 'not-enough-evidence');
      assert.equal(host.observed?.duration, 0n);
      assert.match(host.needed.join('\n'), /its clock was set meanwhile/);
      // Nor is any of it what came after a fix.
      const window = { since: TIME };
      const after = verdicts([v2], [events([session(change)])], { ...DEFAULT_VERDICT, window }).hosts[0];
      assert.equal(after?.observed?.duration, 0n);
    }
  });

  it('says how long no call was seen by the time under watch, silence and all, not by the packets', async () => {
    const { text } = await render([v2], {}, [events([session()])]);
    assert.ok(text.includes('\nVerdict   No IMDSv1 call in 1 d 1 h under watch.\n'), text);
    const none = await render([], {}, [events([session()], { events: 0 })]);
    assert.ok(none.text.includes('\nVerdict   No IMDS call at all in 1 d 1 h under watch.\n'), none.text);
  });

  it('says of what was watched in pieces how long the longest is', () => {
    const sessions = Array.from({ length: 25 }, (_, index) => {
      const from = TIME + BigInt(index) * 24n * HOUR;
      return session({ session: `s${index}`, from, to: from + HOUR, bootTime: undefined });
    });
    const [host] = verdicts([v2], [events(sessions)]).hosts;
    assert.equal(host?.status, 'ready');
    assert.match(
      host.restsOn[0] ?? '',
      /^1 d 1 h under watch in 25 recordings, .*, at most 1 h without a gap\.$/,
    );
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
