import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Ajv from 'ajv/dist/2020.js';
import schema from '../../schemas/report.schema.json' with { type: 'json' };
import { imds, root } from './run.ts';
import { DEMO, EVENTS, Folder, rowsOf, sessionLine, withoutCapture } from './saved-events.ts';

/** A capture that proves all, with four calls by IMDSv1. */
const PROVEN = join(root, 'fixtures', 'journal-namespaces', 'capture.pcapng');

describe('imds report with JSON reports', function () {
  const folder = new Folder();
  const put = (name: string, content: string | Uint8Array) => folder.put(name, content);
  const validate = new Ajv.Ajv2020({ strict: false }).compile(schema);
  // Each test runs the command many times.
  this.timeout(120_000);
  const json = async (name: string, ...args: string[]) => put(name, (await imds([...args, '--json'])).stdout);

  it('says of the report of a capture what analyze says of the capture', async () => {
    const path = await json('demo.json', 'analyze', join(DEMO, 'demo.pcap'));
    const { stdout } = await imds(['analyze', join(DEMO, 'demo.pcap'), '--csv']);
    assert.deepEqual(await rowsOf([path]), withoutCapture(stdout));
    const again = await imds(['report', path]);
    assert.match(
      again.stdout,
      /^Seen\s+38 calls \(22 v1, 1 unknown, 15 v2\) on 29 connections, in 348 packets/m,
    );
    assert.match(again.stdout, /fallback-hop-limit/);
    const { verdict } = JSON.parse((await imds(['report', path, '--json'])).stdout);
    assert.deepEqual(verdict, JSON.parse(readFileSync(path, 'utf8')).verdict);
    assert.equal(verdict.hosts[0].watched.recordings, 1);
  });

  it('ends as with unreadable input where it is asked for calls, and has none', async () => {
    const path = await json('demo.json', 'analyze', join(DEMO, 'demo.pcap'));
    const { code, stderr } = await imds(['report', '--calls', path]);
    assert.equal(code, 4);
    assert.match(stderr, /demo\.json left out: it has callers and no calls/);
    const events = put('imds-calls.jsonl', EVENTS);
    assert.equal((await imds(['report', '--calls', path, events])).code, 0);
  });

  it('adds reports and events of many hosts, in whatever layout, packed or not', async () => {
    const host = (name: string) =>
      EVENTS.replaceAll('"name":"web-7"', `"name":"${name}"`)
        .replaceAll('"host":{"id":"', `"host":{"id":"${name}`)
        .replaceAll(/"event":\{"id":"../g, `"event":{"id":"${name}`);
    const [a, b, c] = ['aa', 'bb', 'cc'].map((name) => put(`events/${name}.jsonl`, host(name)));
    const whole = await rowsOf([join(folder.path, 'events')]);
    assert.equal(whole.length, 1 + 3 * 7 + 1);
    const text = (await imds(['report', a ?? '', '--json'])).stdout;
    put('mixed/a.json', JSON.stringify(JSON.parse(text), undefined, 2));
    put('mixed/b.json.gz', gzipSync((await imds(['report', b ?? '', '--json'])).stdout));
    put('mixed/c.jsonl', readFileSync(c ?? ''));
    assert.deepEqual(await rowsOf([join(folder.path, 'mixed')]), whole);
  });

  it('joins the pods of a CronJob, and those of another report with them', async () => {
    const [line = ''] = EVENTS.split('\n').filter(
      (one) => one.includes('"container":{') && one.includes('"version":"v1"'),
    );
    const inPod = (run: number) => {
      const { orchestrator: _, container, event, ...rest } = JSON.parse(line);
      const id = String(run).padStart(container.id.length, '0');
      const resource = { name: `backup-2847392${run}-x7k2p`, type: 'pod' };
      return JSON.stringify({
        ...rest,
        event: { ...event, id: String(run).padStart(32, '0') },
        container: { ...container, id },
        orchestrator: { type: 'kubernetes', namespace: 'shop', resource },
      });
    };
    const parts = [[1, 2], [2, 3, 4], [5]].map((runs, index) =>
      put(`part-${index}.jsonl`, `${runs.map(inPod).join('\n')}\n`),
    );
    const [first = '', second = '', third = ''] = parts;
    const report = await json('a.json', 'report', first, second);
    const read = JSON.parse((await imds(['report', third, report, '--json'])).stdout);
    const [caller, ...others] = read.callers;
    assert.equal(others.length, 0);
    assert.deepEqual(
      [caller.pod, caller.v1, caller.containers, read.containers.length],
      ['shop/backup-*', 5, 5, 5],
    );
    assert.ok(validate(read), JSON.stringify(validate.errors));
    assert.deepEqual(await rowsOf([third, report]), await rowsOf(parts));
    const { stdout } = await imds(['report', report]);
    assert.match(stdout, / 4 containers · .*pod shop\/backup-\*/);
  });

  it('counts the same report once, and says so', async () => {
    const path = await json('a.json', 'analyze', join(DEMO, 'demo.pcap'));
    copyFileSync(path, join(folder.path, 'copy.json'));
    const { code, stdout, stderr } = await imds(['report', path, join(folder.path, 'copy.json')]);
    assert.equal(code, 0);
    assert.match(stderr, /copy\.json: the same report as .*a\.json; it counts once/);
    assert.match(stdout, /^Seen\s+38 calls/m);
  });

  it('counts the events of a recording once that a report tells of', async () => {
    const path = await json('a.json', 'analyze', join(DEMO, 'demo.pcap'));
    const events = put('imds-calls.jsonl', EVENTS);
    const { stdout, stderr } = await imds(['report', events, path, '--csv']);
    assert.match(stderr, /38 events are of recordings that a JSON report tells of; they count once/);
    assert.deepEqual(withoutCapture(stdout), await rowsOf([path]));
    const ofEvents = await json('b.json', 'report', events);
    const doubtful = await imds(['report', events, ofEvents]);
    assert.match(doubtful.stderr, /1 session is both in events and in a JSON report .* count twice/);
    const both = await imds(['report', path, await json('c.json', 'report', path, ofEvents)]);
    assert.match(
      both.stderr,
      /tells of recordings that .*a\.json tells of too; calls that are in both count twice/,
    );
  });

  it('says that events are counted twice of a recording that has no id', async () => {
    const capture = join(root, 'fixtures', 'clients-wget', 'capture.pcap');
    const report = await json('r.json', 'analyze', capture);
    const events = put('e.jsonl', (await imds(['analyze', '--jsonl', capture])).stdout);
    const log = put('logs/imds-trace.log', (await imds(['analyze', '--format', 'log', capture])).stdout);
    const ofLog = await json('log.json', 'report', log);
    const twice = async (...paths: string[]) =>
      /(\S+) is told of by events and by a JSON report/.exec((await imds(['report', ...paths])).stderr)?.[1];
    assert.equal(await twice(events, report), capture);
    assert.equal(await twice(log, ofLog), log);
    assert.equal(await twice(log, report), undefined);
    assert.equal(await twice(events, ofLog), undefined);
  });

  it('says of reports of one log which of them have the same calls', async () => {
    const inBoth = async (one: string, other: string) =>
      /count twice/.test((await imds(['report', one, other])).stderr);
    const log = put('logs/imds-calls.jsonl', EVENTS);
    const monday = await json('monday.json', 'report', log, '--until', '2026-01-15T11:30:00Z');
    const tuesday = await json('tuesday.json', 'report', log);
    assert.ok(await inBoth(monday, tuesday));
    const since = await json('since.json', 'report', log, '--since', '2026-01-15T11:30:00Z');
    assert.ok(!(await inBoth(monday, since)));
    const [v1, others] = [
      await json('v1.json', 'report', log, '--imds-version', 'v1'),
      await json('others.json', 'report', log, '--imds-version', 'v2', '--imds-version', 'unknown'),
    ];
    assert.ok(!(await inBoth(v1, others)));
    assert.ok(await inBoth(v1, monday));
  });

  it('takes reports of the hosts of one log for what they are: of different calls', async () => {
    const of8 = EVENTS.replaceAll('"name":"web-7"', '"name":"web-8"')
      .replaceAll('"host":{"id":"', '"host":{"id":"8')
      .replaceAll(/"event":\{"id":"../g, '"event":{"id":"88');
    const log = put('logs/both.jsonl', EVENTS + of8);
    const [web7, web8] = [
      await json('web-7.json', 'report', log, '--host', 'web-7'),
      await json('web-8.json', 'report', log, '--host', 'web-8'),
    ];
    const { stdout, stderr } = await imds(['report', web7, web8]);
    assert.doesNotMatch(stderr, /count twice/);
    assert.match(stdout, /^Seen +76 calls/m);
    const ofBoth = await json('both.json', 'report', log);
    assert.match((await imds(['report', web8, ofBoth])).stderr, /web-8\.json tells of too/);
  });

  it('reads again what it wrote of times that no clock has', async () => {
    const times = ['-000001-12-31', '0001-01-01', '1969-12-31', '9999-12-31', '+010000-01-01'];
    const lines = times.map((day, index) =>
      (EVENTS.split('\n')[index] ?? '')
        .replace(/"@timestamp":"[^T]*/, `"@timestamp":"${day}`)
        .replace(/"version":"\w+"/, '"version":"v1"'),
    );
    const events = put('imds-calls.jsonl', `${lines.join('\n')}\n`);
    const report = await json('a.json', 'report', events);
    assert.deepEqual(await rowsOf([report]), await rowsOf([events]));
  });

  it('counts for CloudWatch no call that it does not count itself', async () => {
    const log = put('imds-calls.jsonl', EVENTS);
    const counted = async (...args: string[]) =>
      JSON.parse((await imds(['report', '--json', ...args])).stdout).verdict.hosts.map(
        (host: { no_token: { succeeded: number } }) => host.no_token.succeeded,
      );
    const [whole, v2] = [
      await json('whole.json', 'report', log),
      await json('v2.json', 'report', log, '--imds-version', 'v2'),
    ];
    assert.deepEqual(await counted(whole), await counted(log));
    assert.deepEqual(await counted(log, '--imds-version', 'v2'), [0]);
    assert.deepEqual(await counted(whole, '--imds-version', 'v2'), [0]);
    assert.deepEqual(await counted(v2), [0]);
  });

  it('shows no secret that stands in their names', async () => {
    const secret = 'AKIAIOSFODNN7EXAMPLE';
    const { stdout } = await imds(['analyze', join(DEMO, 'demo.pcap'), '--json']);
    const path = put('a.json', stdout.replaceAll('web-7', secret).replaceAll('demo.pcap', `${secret}.pcap`));
    for (const format of ['text', 'csv', 'json', 'html']) {
      const { code, stdout: shown } = await imds(['report', path, '--format', format]);
      assert.equal(code, 0);
      assert.ok(!shown.includes(secret), format);
    }
  });

  it('is no proof of any of its hosts where it is not whole', async () => {
    const [start, end] = ['2026-01-12T00:00:00.000000000Z', '2026-01-14T00:00:00.000000000Z'];
    const watched = (id: string, name: string) =>
      sessionLine({ session: id, start, end, host: { id, name } });
    // Behind what their sessions tell, one of them has calls by IMDSv1.
    const files = [
      put('a.jsonl', watched('aaaa', 'web-6')),
      put('b.jsonl', `${watched('ec2f1e0b4b8c4d6ea1c35f7c0d9e8b7a', 'web-7')}\n${EVENTS}`),
    ];
    const other = put('c.jsonl', watched('cccc', 'web-8'));
    const text = (await imds(['report', '--json', ...files])).stdout;
    const of = async (name: string, content: string) => {
      const { code, stdout } = await imds(['report', '--json', put(name, content), other]);
      const { hosts } = JSON.parse(stdout).verdict as { hosts: { host: string; status: string }[] };
      return [code, ...hosts.map(({ host, status }) => `${host} ${status}`).sort()];
    };
    const ready = 'web-8 ready';
    assert.deepEqual(await of('whole.json', text), [0, 'web-6 ready', 'web-7 not-ready', ready]);
    const neither = ['web-6 not-enough-evidence', 'web-7 not-enough-evidence'];
    const grouped = (await imds(['report', '--json', '--group-by', 'unit', ...files])).stdout;
    assert.deepEqual(await of('grouped.json', grouped), [4, ...neither, ready]);
    const callers = text.indexOf('"callers": [');
    const torn = text.slice(0, text.indexOf('\n', callers + 20) + 50);
    assert.deepEqual(await of('torn.json', torn), [4, 'web-6 not-enough-evidence', 'web-7 not-ready', ready]);
    // Where its list of captures is not whole, it may have told of any host.
    const cut = text.slice(0, text.indexOf('b.jsonl', text.indexOf('"captures": [')));
    assert.deepEqual(await of('cut.json', cut), [
      4,
      'web-6 not-enough-evidence',
      'web-8 not-enough-evidence',
    ]);
    const { stdout } = await imds(['report', put('again.json', grouped)]);
    assert.match(stdout, /^Missing +1 damaged place in the input/m);
    assert.match(stdout, /A JSON report is not\s+whole: \S*again\.json: a report by unit/);
  });

  it('is no proof where it has sessions that cannot be read', async () => {
    const ended = { type: ['end'], module: 'imds', dataset: 'imds.sessions' };
    const session = { event: { ...ended, start: 'x', end: 'y' }, imds: {} };
    const report = JSON.parse((await imds(['report', put('imds-calls.jsonl', EVENTS), '--json'])).stdout);
    report.captures[0].sessions = [session];
    const { stdout } = await imds(['report', put('a.json', JSON.stringify(report))]);
    assert.match(stdout, /events\.sessions_turned_away/);
  });

  it('selects by host, version and whole days', async () => {
    const path = await json('a.json', 'analyze', join(DEMO, 'demo.pcap'));
    const seen = async (...options: string[]) => {
      const { stdout, stderr } = await imds(['report', path, '--json', ...options]);
      const { totals } = JSON.parse(stdout) as { totals: { calls: number; by_version: object } };
      return [totals.calls, totals.by_version, stderr] as const;
    };
    const none = { v1: 0, unknown: 0, v2: 0, foreign: 0, attempt: 0 };
    assert.deepEqual(await seen('--host', 'web-8'), [
      0,
      none,
      'imds report: nothing is of host web-8; 1 other: web-7\n',
    ]);
    assert.equal((await seen('--host', 'WEB-7'))[0], 38);
    assert.equal((await seen('--host', 'ec2f1e0b4b8c4d6ea1c35f7c0d9e8b7a'))[0], 38);
    assert.deepEqual((await seen('--imds-version', 'v1'))[1], { ...none, v1: 22 });
    assert.equal((await seen('--since', '2026-01-15', '--until', '2026-01-16'))[0], 38);
    const [calls, , stderr] = await seen('--since', '2026-01-15T11:00:00Z');
    assert.ok(calls < 38);
    assert.match(stderr, /the days that --since or --until cut in two are left out/);
  });

  describe('that leave calls out', () => {
    const verdictOf = async (...args: string[]) => {
      const { stdout, stderr } = await imds(['report', '--observed', '0s', '--json', ...args]);
      const report: unknown = JSON.parse(stdout);
      assert.ok(validate(report), JSON.stringify(validate.errors));
      const { verdict, captures } = JSON.parse(stdout);
      const needed: string[] = verdict.hosts.map((host: { needed: string[] }) => host.needed.join(' '));
      return { status: verdict.status, needed, stderr, leavesOut: captures[0].leaves_out };
    };

    it('say so, and make no host READY that is read of again', async () => {
      const whole = await json('whole.json', 'analyze', PROVEN);
      assert.equal((await verdictOf(whole)).status, 'not-ready');
      assert.equal((await verdictOf(whole)).leavesOut, undefined);
      for (const [option, value, text] of [
        ['--imds-version', 'v2', '--imds-version v2'],
        ['--until', '2000-01-01T00:00:00Z', '--until 2000-01-01T00:00:00.000000000Z'],
        ['--since', '2027-01-01T00:00:00Z', '--since 2027-01-01T00:00:00.000000000Z'],
        ['--host', 'nosuch', '--host nosuch'],
      ] as const) {
        const part = await json('part.json', 'report', whole, option, value);
        const again = await json('again.json', 'report', part);
        for (const path of [part, again]) {
          const { status, needed, stderr, leavesOut } = await verdictOf(path);
          assert.equal(status, 'not-enough-evidence', option);
          assert.deepEqual(leavesOut, [text]);
          // Of another host, nothing is shown.
          assert.equal(needed.length, option === '--host' ? 0 : 1);
          for (const reason of needed) assert.ok(reason.includes(`made with ${text}, which left some out`));
          assert.match(stderr, /no host is READY by it/);
        }
      }
    });

    it('hide no event of the recording, which they may not have', async () => {
      const whole = await json('whole.json', 'analyze', PROVEN);
      const part = await json('part.json', 'report', whole, '--imds-version', 'v2');
      const events = put('imds-calls.jsonl', (await imds(['analyze', PROVEN, '--jsonl'])).stdout);
      assert.equal((await verdictOf(part, events)).status, 'not-ready');
    });

    it('are those that an input is missing of, too', async () => {
      const events = put('imds-calls.jsonl', EVENTS);
      const { leavesOut } = await verdictOf(events, put('other.txt', 'nothing of ours'));
      assert.deepEqual(leavesOut, ['1 input that could not be read']);
    });

    it('say nothing that can be taken for nothing left out', async () => {
      const text = (await imds(['analyze', PROVEN, '--json'])).stdout;
      for (const value of ['null', '"x"']) {
        const path = put('a.json', text.replace('"packets":', `"leaves_out":${value},"packets":`));
        const { code, stderr } = await imds(['report', path]);
        assert.equal(code, 4);
        assert.match(stderr, /1 row is no callers/);
      }
      const path = put('a.json', text.replace('"packets":', '"leaves_out":[7],"packets":'));
      assert.deepEqual((await verdictOf(path)).leavesOut, ['options that cannot be read']);
    });
  });

  describe('of which --since or --until is to leave out calls', () => {
    /** Of a capture that proves all, with four calls by IMDSv1 on 2026-01-15, on both sides of 10:00. */
    const around = async () => {
      const text = (await imds(['analyze', PROVEN, '--json'])).stdout;
      return put(
        'a.json',
        text.replaceAll(/"first_seen":"2026-01-15T10:00:01/g, '"first_seen":"2026-01-15T09:59:59'),
      );
    };
    const verdictOf = async (path: string, ...options: string[]) => {
      const { stdout } = await imds(['report', '--observed', '0s', '--json', path, ...options]);
      const { hosts } = JSON.parse(stdout).verdict;
      return [hosts[0].status, [...hosts[0].needed, ...hosts[0].rests_on].join(' ')];
    };

    it('make no host READY by a day that is cut in two, and say what to do', async () => {
      const path = await around();
      for (const options of [
        ['--since', '2026-01-15T10:00:00Z'],
        ['--until', '2026-01-15T10:00:00Z'],
      ]) {
        const [status, text] = await verdictOf(path, ...options);
        assert.equal(status, 'not-enough-evidence');
        assert.match(
          text,
          /4 calls by IMDSv1, .* cuts their day in two, .* Read the events instead, or choose/,
        );
      }
      assert.equal((await verdictOf(path, '--since', '2026-01-15T00:00:00Z'))[0], 'not-ready');
    });

    it('do not tell which of the calls of a session that goes on were before the time', async () => {
      const host = { id: 'ec2f1e0b4b8c4d6ea1c35f7c0d9e8b7a', name: 'web-7' };
      const [start, end] = ['2026-01-15T00:00:00.000000000Z', '2026-01-18T00:00:00.000000000Z'];
      const session = '7d0c7f0e-5a52-4a0c-9a53-3f1a5f0b9c11';
      const line = sessionLine({ session, start, end, host }).replace('"v1":0', '"v1":22');
      const events = put('watched.jsonl', `${EVENTS}${line}\n`);
      const [status] = await verdictOf(events, '--since', '2026-01-16T00:00:00Z');
      assert.equal(status, 'ready');
      const report = await json('watched.json', 'report', events);
      const [ofReport, text] = await verdictOf(report, '--since', '2026-01-16T00:00:00Z');
      assert.equal(ofReport, 'not-enough-evidence');
      assert.match(
        text,
        /The events, or the inventory: 22 calls by IMDSv1 .* that a JSON report has from before --since/,
      );
    });

    it('take what is after the time for left out, and what is before for over', async () => {
      const path = await around();
      const [status, text] = await verdictOf(path, '--until', '2026-01-15T09:59:59Z');
      assert.equal(status, 'not-enough-evidence');
      assert.match(text, /4 calls by IMDSv1, or that could not be read, are left out\./);
      assert.match(
        (await verdictOf(path, '--since', '2026-01-15T10:00:02Z'))[1],
        /4 calls by IMDSv1, or that could not be read, before the time reported/,
      );
    });
  });

  it('selects by host what was made of events of several, by name or id, and shows no other', async () => {
    const ofHost = (name: string) =>
      EVENTS.replaceAll('ec2f1e0b4b8c4d6ea1c35f7c0d9e8b7a', `id-${name}`)
        .replaceAll('"name":"web-7"', `"name":"${name}"`)
        .replaceAll(/"event":\{"id":"../g, `"event":{"id":"${name}`);
    const events = put('imds-calls.jsonl', ofHost('aa') + ofHost('bb'));
    const path = await json('a.json', 'report', events);
    assert.deepEqual(
      JSON.parse(readFileSync(path, 'utf8')).captures[0].hosts,
      ['aa', 'bb'].map((name) => ({ id: `id-${name}`, name })),
    );
    const again = await json(
      'b.json',
      'report',
      path,
      await json('demo.json', 'analyze', join(DEMO, 'demo.pcap')),
    );
    for (const file of [path, again])
      for (const host of ['aa', 'id-aa']) {
        const { stdout, stderr } = await imds(['report', file, '--json', '--host', host]);
        const { verdict, totals } = JSON.parse(stdout);
        assert.deepEqual(
          [stderr, totals.calls, verdict.hosts.map((one: { host: string }) => one.host)],
          ['', 38, ['aa']],
        );
      }
  });

  it('has no calls of it, and says so', async () => {
    const path = await json('a.json', 'analyze', join(DEMO, 'demo.pcap'));
    for (const options of [['--jsonl'], ['--calls'], ['--calls', '--csv'], ['--format', 'log']]) {
      const { stderr } = await imds(['report', path, ...options]);
      assert.match(stderr, /a\.json left out: it has callers and no calls/);
    }
  });

  it('takes over what is right of a report that somebody wrote, and says what is not', async () => {
    const text = (await imds(['analyze', join(DEMO, 'demo.pcap'), '--json'])).stdout;
    for (const [content, what, calls] of [
      [text.slice(0, -200), /expected a JSON report; it ends early/, 0],
      [`${text}x`, /damaged at byte \d+/, 38],
      [text.replace('"schema_version": 1', '"schema_version": 2'), /schema_version 1/, 38],
      [text.replace('"v1":8', '"v1":-8'), /1 row is no callers/, 30],
      [text.replace('"v1":8', '"v1":9'), /not all of its callers/, 39],
      [text.replace('"v1":8', '"v1":1e300'), /1 row is no callers/, 30],
      [text.replace('"facts":{', '"facts":[{').replace(/\}$/, '}'), /./, 0],
      [text.replace(/"bucket_ns":"\d+"/, '"bucket_ns":"7"'), /no callers as imds writes them/, 38],
      [`{"schema_version":${'['.repeat(100_000)}`, /it ends early/, 0],
      ['{"callers":[null,1,"x",{}],"schema_version":1}', /4 rows are no callers/, 0],
    ] as const) {
      const { code, stdout, stderr } = await imds(['report', put('x.json', content)]);
      assert.equal(code, 4, stderr);
      assert.match(stderr, what);
      assert.doesNotMatch(stderr, /\n\s+at /);
      if (calls > 0) assert.match(stdout, new RegExp(`^Seen\\s+${calls} calls`, 'm'));
    }
  });
});
