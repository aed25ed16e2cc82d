import assert from 'node:assert/strict';
import type { IgnoreRule } from '../../../src/callers/ignore.ts';
import { EventHosts } from '../../../src/events/event-hosts.ts';
import { parseEvent } from '../../../src/events/parse-event.ts';
import { callerOf } from '../../../src/events/saved-caller.ts';
import type { AttributedCall, Process, SessionProof } from '../../../src/model.ts';
import { Aggregate } from '../../../src/report/aggregate.ts';
import { callerObject } from '../../../src/report/caller-json.ts';
import { callerName } from '../../../src/report/caller-row.ts';
import { EventFormatter } from '../../../src/report/event.ts';
import { findIgnored } from '../../../src/report/ignored.ts';
import { ProcessViews } from '../../../src/report/process-view.ts';
import type { ReportFormat } from '../../../src/report/types.ts';
import { attributed, CURL, capture, PYTHON, render, TIME } from './samples.ts';

const TODAY = '2026-11-28';
const AGENT: Process = { ...PYTHON, pid: 5000, unit: 'agent.service', userId: '7', userName: 'agent' };
const HIS_UNIT = '/user.slice/user-8.slice/user@8.service/app.slice/agent.service';
const REASON = 'the vendor\u202E mends it';

function rule(where: IgnoreRule['where'], expires = '2026-11-28'): IgnoreRule {
  return { where, reason: REASON, expires };
}

const ignoring = (...rules: IgnoreRule[]) => ({ ignore: { rules, today: TODAY } });
const CALLS = [
  attributed({ userAgent: 'agent/1' }, AGENT),
  attributed({ userAgent: 'agent/2' }, AGENT),
  attributed({ version: 'v2' }, CURL),
];
const SCRIPT = rule({ script: '/opt/app/*.py' });

function aggregateOf(calls: readonly AttributedCall[]): Aggregate {
  const aggregate = new Aggregate();
  for (const call of calls) aggregate.add(call);
  return aggregate;
}

function ignoredOf(calls: readonly AttributedCall[], ...rules: IgnoreRule[]): string[] {
  return namesOf(aggregateOf(calls), ...rules);
}

function namesOf(aggregate: Aggregate, ...rules: IgnoreRule[]): string[] {
  return [...findIgnored(aggregate, { rules, today: TODAY }).callers.keys()].map(callerName);
}

describe('callers that a filter names', () => {
  const CASES: readonly [where: IgnoreRule['where'], is: boolean][] = [
    [{ executable: '/usr/bin/python3*' }, true],
    [{ executable: '/usr/bin/python3' }, false],
    [{ script: '/opt/app/main.py' }, true],
    [{ unit: 'agent.service' }, true],
    [{ user: 'agent' }, true],
    [{ user: '7' }, true],
    [{ user: '8' }, false],
    [{ user_agent: 'agent/*' }, true],
    // Not of all its calls.
    [{ user_agent: 'agent/1' }, false],
    // Nobody knows.
    [{ image: '*x*' }, false],
    [{ unit: 'agent.service', user: 'root' }, false],
    [{ unit: 'agent.service', user: 'agent', script: '*main.py' }, true],
  ];
  for (const [where, is] of CASES) {
    it(`are those of all its conditions: ${JSON.stringify(where)}`, () =>
      assert.deepEqual(ignoredOf(CALLS, rule(where)), is ? ['python3 /opt/app/main.py'] : []));
  }

  it('are those of an image that was known only later', () => {
    const facts = { container: { image: 'registry.example.com/agent:7' } };
    const calls = [attributed({}, AGENT), attributed({ time: 5n }, { ...AGENT, facts })];
    const early = [attributed({}, { ...AGENT, facts: {} }), attributed({ time: 5n }, { ...AGENT, facts })];
    assert.equal(ignoredOf(early, rule({ image: '*/agent:*' })).length, 1);
    assert.equal(ignoredOf(calls.slice(0, 1), rule({ image: '*/agent:*' })).length, 0);
  });

  it('have one user: a program of two may be a stranger’s', () => {
    const other = { ...AGENT, pid: 5001, userId: '8', userName: 'mallory' };
    const calls = [attributed({}, AGENT), attributed({}, other)];
    assert.deepEqual(ignoredOf(calls, rule({ user: 'agent' })), []);
    assert.deepEqual(ignoredOf(calls, rule({ user: '*a*' })), []);
    assert.equal(ignoredOf(calls, rule({ unit: 'agent.service' })).length, 1);
  });

  it('have the same user by name and by uid: the first events of a session may lack the name', () => {
    const early: Process = { ...AGENT, userId: '0', userName: undefined };
    const late: Process = { ...early, pid: 5001, userName: 'root' };
    for (const calls of [
      [attributed({}, early)],
      [attributed({}, late)],
      [attributed({}, early), attributed({ time: TIME + 1n }, late)],
      [attributed({}, { ...late, userId: undefined })],
    ]) {
      for (const user of ['root', '0', 'ro*']) assert.equal(ignoredOf(calls, rule({ user })).length, 1, user);
      assert.equal(ignoredOf(calls, rule({ user: '7' })).length, 0);
    }
  });

  it('are not known by a user agent where one is not kept', () => {
    const agents = (count: number) =>
      Array.from({ length: count }, (_, at) => attributed({ userAgent: `agent/${at}` }, AGENT));
    const evil = attributed({ userAgent: 'zzz-evil' }, AGENT);
    const ofAgent = rule({ user_agent: 'agent/*' });
    assert.equal(ignoredOf(agents(8), ofAgent).length, 1);
    // Nobody could tell the ninth from a stranger's.
    for (const calls of [agents(9), [...agents(8), evil], [evil, ...agents(8)]])
      assert.deepEqual(ignoredOf(calls, ofAgent), []);
  });

  it('are not known by the user agent of some calls, where others have none', () => {
    const ofAgent = rule({ user_agent: 'agent/*' });
    const [some, none] = [
      attributed({ userAgent: 'agent/1' }, AGENT),
      attributed({ userAgent: undefined }, AGENT),
    ];
    assert.deepEqual(ignoredOf([some, none], ofAgent), []);
    // Without a request, there can be none.
    const attempt = attributed({ userAgent: undefined, version: undefined, operation: 'attempt' }, AGENT);
    assert.equal(ignoredOf([some, attempt], ofAgent).length, 1);
  });

  for (const path of [
    HIS_UNIT,
    '/user.slice/user-8.slice/session-3.scope',
    '/user.slice/user-8.slice/user@8.service/user.slice/libpod-1.scope',
  ]) {
    it(`have names that the system chose, or a user that the filter names: ${path}`, () => {
      const image = 'registry.example.com/agent:7';
      const directory = {
        revision: 1,
        packages: new Map(),
        containers: new Map([['c1', { image }]]),
        timers: new Map(),
        users: new Map(),
      };
      const own = { ...AGENT, containerId: 'c1', cgroupPath: '/system.slice/agent.service', directory };
      const his = { ...own, pid: 5001, cgroupPath: path };
      const events = new EventFormatter(new ProcessViews());
      const saved = (process: Process) => {
        const line: unknown = JSON.parse(events.format(attributed({}, process)));
        const event = parseEvent(line, new EventHosts(), 'a.jsonl');
        assert.ok(event !== undefined);
        return event;
      };
      for (const where of [{ unit: 'agent.service' }, { image: '*/agent:*' }]) {
        for (const of of [(process: Process) => attributed({}, process), saved]) {
          assert.equal(ignoredOf([of(own)], rule(where)).length, 1);
          for (const calls of [[of(his)], [of(own), of(his)], [of(his), of(own)]]) {
            assert.deepEqual(ignoredOf(calls, rule(where)), []);
            assert.deepEqual(ignoredOf(calls, rule({ ...where, user: 'root' })), []);
            assert.equal(ignoredOf(calls, rule({ ...where, user: 'agent' })).length, 1);
          }
        }
      }
    });
  }

  describe('of a report or an inventory', () => {
    const MALLORY = { ...AGENT, pid: 5001, userId: '8', userName: 'mallory', cgroupPath: HIS_UNIT };
    const [own, alien] = [attributed({ userAgent: 'agent/1' }, AGENT), attributed({}, MALLORY)];
    const saved = (...calls: AttributedCall[]) => {
      const aggregate = aggregateOf(calls);
      const rows = aggregate.callers().map((caller) => JSON.stringify(callerObject(caller, aggregate.views)));
      return rows.map((row): Record<string, unknown> => JSON.parse(row));
    };
    const WAYS = ['addCaller', 'raiseCaller'] as const;
    const read = (way: (typeof WAYS)[number], row: object, ...calls: AttributedCall[]) => {
      const aggregate = aggregateOf(calls);
      const summary = callerOf(row);
      assert.ok(summary !== undefined);
      aggregate[way](summary);
      return aggregate;
    };
    const RULES: readonly [name: string, rule: IgnoreRule][] = [
      ['user', rule({ user: 'agent' })],
      ['user agent', rule({ user_agent: 'agent/*' })],
      ['unit', rule({ unit: 'agent.service' })],
    ];
    for (const way of WAYS) {
      for (const [name, filter] of RULES) {
        it(`are those that are so by all that was saved: ${name}, ${way}`, () => {
          for (const row of saved(own)) {
            assert.equal(namesOf(read(way, row), filter).length, 1);
            assert.equal(namesOf(read(way, row, own), filter).length, 1);
            assert.deepEqual(namesOf(read(way, row, alien), filter), []);
          }
          for (const row of [...saved(own, alien), ...saved(alien)])
            for (const calls of [[], [own]]) assert.deepEqual(namesOf(read(way, row, ...calls), filter), []);
        });

        it(`are none of which that was not saved: ${name}, ${way}`, () => {
          for (const { all_calls: _, ...row } of saved(own))
            assert.deepEqual(namesOf(read(way, row, own), filter), []);
        });
      }

      it(`are none with a user agent that is not taken over: ${way}`, () => {
        for (const row of saved(own)) {
          const agents = ['agent/1', 'x'.repeat(300_000)];
          assert.deepEqual(
            namesOf(read(way, { ...row, user_agents: agents }), rule({ user_agent: 'agent/*' })),
            [],
          );
        }
      });
    }
  });

  it('are not counted: not by verdict and findings, and not among the rows', async () => {
    const counted = await render(CALLS);
    const { text, findings } = await render(CALLS, ignoring(SCRIPT));
    assert.deepEqual([counted.findings.v1, findings.v1], [2, 0]);
    assert.match(counted.text, /^ 2 +- {2}python3 \/opt\/app\/main\.py/m);
    assert.doesNotMatch(text, /^ +\d.*main\.py/m);
    assert.match(text, /^Verdict +No IMDSv1 call but of ignored callers/m);
    assert.match(text, /It would break\s+the ignored callers\./);
  });

  const SHOWN: readonly [format: ReportFormat, pattern: RegExp][] = [
    [
      'text',
      /^Ignored +python3 \/opt\/app\/main\.py: 2 calls by IMDSv1 not counted, until\s+2026-11-28: the\s+vendor\\u\{202E\} mends it$/m,
    ],
    ['csv', /main\.py,.*,the vendor\\u\{202E\} mends it,2026-11-28,,\r\n$/],
    [
      'html',
      // Not of every number: charts, and what CloudWatch counts, have their calls.
      /<h2 id="ignored-title">Ignored<\/h2>\n.*leaves out of the verdict and of the callers above, until its day[\s\S]*main\.py[\s\S]*2026-11-28[\s\S]*the vendor\\u\{202E\} mends it/,
    ],
    [
      'json',
      /"ignored": \[\n\{.*main\.py.*"ignored":\{"reason":"the vendor\\u202e mends it","expires":"2026-11-28"\}\}\n\]/,
    ],
  ];
  for (const [format, pattern] of SHOWN) {
    it(`stand in a section of their own, with reason and day: ${format}`, async () => {
      const { text } = await render(CALLS, { format, columns: 90, ...ignoring(SCRIPT) });
      assert.match(text, pattern);
    });
  }

  it('are counted again after that day, which is said', async () => {
    const over = rule({ script: '/opt/app/*.py' }, '2026-11-27');
    const of = (format: ReportFormat) => render(CALLS, { format, columns: 400, ...ignoring(over) });
    const { text, findings } = await of('text');
    assert.equal(findings.v1, 2);
    const said =
      /python3 \/opt\/app\/main\.py is counted again: the filter \(script \/opt\/app\/\*\.py\) ended 2026-11-27: the vendor/;
    assert.match(text.replaceAll(/\s+/g, ' '), said);
    assert.match((await of('html')).text, said);
    assert.match((await of('csv')).text, /main\.py,.*,,,2026-11-27,\r\n/);
    const { expired_filters: expired, ignored } = JSON.parse((await of('json')).text);
    assert.deepEqual(
      [expired, ignored],
      [
        [
          {
            reason: REASON,
            expires: '2026-11-27',
            conditions: 'script /opt/app/*.py',
            callers: ['python3 /opt/app/main.py'],
          },
        ],
        undefined,
      ],
    );
    // Of two filters, the one that still holds does.
    assert.equal((await render(CALLS, ignoring(over, SCRIPT))).findings.v1, 0);
  });

  it('leave a host READY, which says what would break', async () => {
    const hour = 3_600_000_000_000n;
    const host = { id: 'a1', name: 'web-1' };
    const proof: SessionProof = {
      session: 's1',
      host,
      from: TIME - hour,
      to: TIME + 30n * hour,
      ended: true,
      calls: { v1: 2, v2: 1, unknown: 0, foreign: 0, attempt: 0 },
      unwritten: 0,
      completeness: {
        losses: {},
        connections: 3,
        provableConnections: 3,
        capturedBytes: 9,
        kernelBytes: 9,
        views: ['sockets'],
        lookups: { made: 0, found: 0 },
      },
    };
    const events = { ...capture({ packets: 0, events: 3, host, sessions: [proof] }), name: 'a.jsonl' };
    const own = CALLS.map((call) => ({ ...call, host, session: proof.session }));
    const status = async (...rules: IgnoreRule[]) => {
      const { text, findings } = await render(own, { format: 'json', ...ignoring(...rules) }, [events]);
      const { verdict } = JSON.parse(text);
      return [verdict.hosts[0].status, verdict.hosts[0].ignored_v1, findings.ready, verdict.enforcement];
    };
    assert.deepEqual((await status()).slice(0, 3), ['not-ready', undefined, false]);
    const [ready, ignored, isReady, enforcement] = await status(SCRIPT);
    assert.deepEqual([ready, ignored, isReady], ['ready', 2, true]);
    assert.match(String(enforcement), /^READY: .* It would break the ignored callers\.$/);
    // Of a call that the session counted and nobody sees, the filter is no excuse.
    proof.calls = { ...proof.calls, v1: 3 };
    assert.equal((await status(SCRIPT))[0], 'not-enough-evidence');
    // Of another session, neither are the calls that it ignores.
    proof.session = 's2';
    proof.calls = { ...proof.calls, v1: 2 };
    assert.equal((await status(SCRIPT))[0], 'not-enough-evidence');
  });

  it('leave their groups, but those that are counted call by call', async () => {
    const rows = async (groupBy: 'unit' | 'path') => {
      const { text } = await render(CALLS, { format: 'json', groupBy, ...ignoring(SCRIPT) });
      return JSON.parse(text).groups.map(({ v1 }: { v1: number }) => v1);
    };
    assert.deepEqual(await rows('unit'), [0]);
    assert.deepEqual(await rows('path'), [2]);
  });

  it('are none without a filter: a report is then what it was', async () => {
    for (const format of ['text', 'csv', 'html', 'json'] as const) {
      const [plain, asked] = [
        await render(CALLS, { format }),
        await render(CALLS, { format, ...ignoring() }),
      ];
      assert.deepEqual(plain, asked);
    }
  });
});
