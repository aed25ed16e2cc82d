import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Ajv from 'ajv/dist/2020.js';
import schema from '../../schemas/report.schema.json' with { type: 'json' };
import { EventLineParser } from '../../src/events/event-line.ts';
import { Line } from '../../src/events/line.ts';
import { Inventory } from '../../src/live/inventory/inventory.ts';
import { imds, root } from './run.ts';

const DEMO = join(root, 'fixtures', 'demo');
const EVENTS = readFileSync(join(DEMO, 'expected.jsonl'), 'utf8');
const LINES = EVENTS.split('\n').filter(Boolean);

describe('imds report', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-report-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function put(name: string, content: string | Uint8Array): string {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Rows of CSV, without the column that names the file. */
  async function rowsOf(paths: readonly string[], options: readonly string[] = []): Promise<string[]> {
    const { code, stdout, stderr } = await imds(['report', ...paths, '--csv', ...options]);
    assert.equal(code, 0, stderr);
    return stdout.split('\r\n').map((row) => row.split(',').toSpliced(1, 1).join());
  }

  it('says of events what analyze says of the capture', async () => {
    const { stdout } = await imds(['analyze', '--csv', join(DEMO, 'demo.pcap')]);
    const expected = stdout.split('\r\n').map((row) => row.split(',').toSpliced(1, 1).join());
    assert.ok(expected.length > 6);
    assert.deepEqual(await rowsOf([put('imds-calls.jsonl', EVENTS)]), expected);
  });

  it('prints the same events again', async () => {
    const { stdout } = await imds(['report', put('a.jsonl', EVENTS), '--jsonl']);
    assert.equal(stdout, EVENTS);
  });

  it('counts each call once, in rolled, packed and copied files, in any order', async () => {
    const whole = await rowsOf([put('whole/imds-calls.jsonl', EVENTS)]);
    put('parts/imds-calls.jsonl.2', `${LINES.slice(0, 9).join('\n')}\n`);
    put('parts/host/imds-calls.jsonl.1.gz', gzipSync(`${LINES.slice(5, 30).reverse().join('\n')}\n`));
    put('parts/host/deep/imds-calls.jsonl', `${LINES.slice(20).join('\n')}\n`);
    put('parts/copy.jsonl', EVENTS);
    assert.deepEqual(await rowsOf([join(folder, 'parts')]), whole);
    const { stdout } = await imds(['report', join(folder, 'parts')]);
    const repeated = 9 + 25 + (LINES.length - 20);
    assert.match(
      stdout,
      new RegExp(`of ${LINES.length} events in 4 files; ${repeated} more stood there again`),
    );
  });

  it('takes a last line that is cut short for what a killed writer leaves', async () => {
    const path = put('a.jsonl', EVENTS.slice(0, -100));
    const { code, stdout, stderr } = await imds(['report', path]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.match(stdout, /1 last line cut short \(events\.lines_torn\)/);
  });

  it('reads around lines that are no events, and says where the first is', async () => {
    const hostile = ['{"event":{"module":"imds"}}', '[]', 'null', '\u001b[31m', '{"a":'.repeat(1000), '\0'];
    const path = put('a.jsonl', [LINES[0], ...hostile, ...LINES.slice(1), ''].join('\n'));
    const { code, stdout, stderr } = await imds(['report', path]);
    assert.equal(code, 4);
    assert.match(stderr, /expected an event in each line; 6 are none, the first of them line 2\. /);
    assert.match(stdout, new RegExp(`of ${LINES.length} events in 1 file`));
  });

  it('reads the log of the predecessor, and not beside the events of the same calls', async () => {
    const log = readFileSync(join(DEMO, 'expected.log'), 'utf8');
    put('logs/imds-trace.log', log.toLowerCase().replaceAll(/^(\[[\d-]+)t/gm, '$1T'));
    const { code, stdout, stderr } = await imds(['report', join(folder, 'logs')]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`of ${LINES.length} events in 1 file\\.`));
    assert.match(stdout, /callers still use IMDSv1: python3 \/opt\/usage\/report\.py/);
    put('logs/imds-calls.jsonl', EVENTS);
    const both = await imds(['report', `${join(folder, 'logs')}/`]);
    assert.match(both.stdout, new RegExp(`of ${LINES.length} events in 1 file\\.`));
  });

  it('selects by time, host and version', async () => {
    const path = put('a.jsonl', EVENTS);
    const lines = async (...options: string[]) =>
      (await imds(['report', path, '--jsonl', ...options])).stdout.split('\n').filter(Boolean);
    const v1 = LINES.filter((line) => line.includes('"version":"v1"'));
    assert.ok(v1.length > 5);
    assert.deepEqual(await lines('--imds-version', 'v1'), v1);
    assert.deepEqual(await lines('--host', 'web-7'), LINES);
    assert.deepEqual(await lines('--host', 'web-8'), []);
    assert.deepEqual(await lines('--since', '24h', '--until', '2026-01-15'), []);
    const early = LINES.filter((line) => line.slice(15, 44) < '2026-01-15T10:30');
    assert.deepEqual(await lines('--until', '2026-01-15T10:30:00Z'), early);
    const late = LINES.filter((line) => line.slice(15, 44) >= '2026-01-15T10:30');
    assert.deepEqual(await lines('--since', '2026-01-15T10:30:00Z'), late);
  });

  it('has a verdict that does not go beyond what events can tell', async () => {
    const path = put('a.jsonl', `${LINES.filter((line) => line.includes('"version":"v2"')).join('\n')}\n`);
    const { code, stdout } = await imds(['report', path, '--fail-on', 'not-ready']);
    assert.equal(code, 3);
    assert.match(stdout, /^Verdict\s+No IMDSv1 call in the saved events of /m);
    assert.match(stdout, /NOT ENOUGH EVIDENCE: .*\n.*\nNeeded +Proof that no call was missed/);
  });

  it('follows no link in a folder, and reads a file once whatever its names', async () => {
    const secret = put('elsewhere/a.jsonl', EVENTS);
    mkdirSync(join(folder, 'logs'));
    symlinkSync(secret, join(folder, 'logs', 'link.jsonl'));
    const { code, stderr } = await imds(['report', join(folder, 'logs')]);
    assert.equal(code, 4);
    assert.match(stderr, /a folder without saved events/);
    const { stdout } = await imds(['report', secret, secret]);
    assert.match(stdout, new RegExp(`of ${LINES.length} events in 1 file\\.`));
  });

  describe('with JSON reports', function () {
    // Each test runs the command many times.
    this.timeout(120_000);
    const json = async (name: string, ...args: string[]) =>
      put(name, (await imds([...args, '--json'])).stdout);
    const withoutCapture = (text: string) =>
      text.split('\r\n').map((row) => row.split(',').toSpliced(1, 1).join());

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

    it('adds reports and events of many hosts, in whatever layout, packed or not', async () => {
      const host = (name: string) =>
        EVENTS.replaceAll('"name":"web-7"', `"name":"${name}"`).replaceAll(
          /"event":\{"id":"../g,
          `"event":{"id":"${name}`,
        );
      const [a, b, c] = ['aa', 'bb', 'cc'].map((name) => put(`events/${name}.jsonl`, host(name)));
      const whole = await rowsOf([join(folder, 'events')]);
      assert.equal(whole.length, 1 + 3 * 7 + 1);
      const text = (await imds(['report', a ?? '', '--json'])).stdout;
      put('mixed/a.json', JSON.stringify(JSON.parse(text), undefined, 2));
      put('mixed/b.json.gz', gzipSync((await imds(['report', b ?? '', '--json'])).stdout));
      put('mixed/c.jsonl', readFileSync(c ?? ''));
      assert.deepEqual(await rowsOf([join(folder, 'mixed')]), whole);
    });

    it('counts the same report once, and says so', async () => {
      const path = await json('a.json', 'analyze', join(DEMO, 'demo.pcap'));
      copyFileSync(path, join(folder, 'copy.json'));
      const { code, stdout, stderr } = await imds(['report', path, join(folder, 'copy.json')]);
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
      assert.match(both.stderr, /tells of recordings that .*a\.json tells of too; their calls count twice/);
    });

    it('shows no secret that stands in their names', async () => {
      const secret = 'AKIAIOSFODNN7EXAMPLE';
      const { stdout } = await imds(['analyze', join(DEMO, 'demo.pcap'), '--json']);
      const path = put(
        'a.json',
        stdout.replaceAll('web-7', secret).replaceAll('demo.pcap', `${secret}.pcap`),
      );
      for (const format of ['text', 'csv', 'json', 'html']) {
        const { code, stdout: shown } = await imds(['report', path, '--format', format]);
        assert.equal(code, 0);
        assert.ok(!shown.includes(secret), format);
      }
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
      assert.deepEqual(await seen('--host', 'web-8'), [0, none, '']);
      assert.equal((await seen('--host', 'ec2f1e0b4b8c4d6ea1c35f7c0d9e8b7a'))[0], 38);
      assert.deepEqual((await seen('--imds-version', 'v1'))[1], { ...none, v1: 22 });
      assert.equal((await seen('--since', '2026-01-15', '--until', '2026-01-16'))[0], 38);
      const [calls, , stderr] = await seen('--since', '2026-01-15T11:00:00Z');
      assert.ok(calls < 38);
      assert.match(stderr, /the days that --since or --until cut in two are left out/);
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

  describe('with inventories', function () {
    this.timeout(120_000);
    /** What a session would have kept that saw these events. */
    async function inventoryOf(name: string, lines: readonly string[]): Promise<string> {
      const parser = new EventLineParser();
      const inventory = new Inventory();
      for (const line of lines) {
        const call = parser.parse(Line.of(line), name);
        if (call !== undefined) inventory.add(call);
      }
      let text = '';
      for await (const piece of inventory.text(1_768_500_000_000_000_000n)) text += piece;
      return put(name, text);
    }

    it('names the callers whose events have rolled away, and counts each call once', async () => {
      const events = put('imds-calls.jsonl', EVENTS);
      const whole = await rowsOf([events]);
      const inventory = await inventoryOf('imds-callers.json', LINES);
      assert.deepEqual(await rowsOf([inventory]), whole);
      assert.deepEqual(await rowsOf([inventory, events]), whole);
      const late = put('late.jsonl', `${LINES.slice(20).join('\n')}\n`);
      assert.deepEqual(await rowsOf([late, inventory]), whole);
      // One that was copied earlier adds nothing.
      assert.deepEqual(
        await rowsOf([late, await inventoryOf('old.json', LINES.slice(0, 9)), inventory]),
        whole,
      );
      const { stdout, stderr } = await imds(['report', late, inventory]);
      assert.equal(stderr, '');
      assert.match(
        stdout,
        /^Seen\s+38 calls \(22 v1, 1 unknown, 15 v2\), of 18 events in 1 file and 20 known by the/m,
      );
    });

    it('takes the larger count of each day, and a JSON report of it does too', async () => {
      const tomorrow = LINES.map((line) =>
        line
          .replaceAll('2026-01-15', '2026-01-16')
          .replace('"event":{"id":"', '"event":{"id":"ff')
          .replace(/("event":\{"id":"[0-9a-f]{32})../, '$1'),
      );
      const both = [...LINES, ...tomorrow];
      const whole = await rowsOf([put('both.jsonl', `${both.join('\n')}\n`)]);
      const inventory = await inventoryOf('imds-callers.json', LINES);
      const events = put('tomorrow.jsonl', `${tomorrow.join('\n')}\n`);
      const json = put('a.json', (await imds(['report', inventory, events, '--json'])).stdout);
      assert.deepEqual(await rowsOf([json]), whole);
      assert.deepEqual(await rowsOf([json, inventory]), whole);
      const day = await imds([
        'report',
        inventory,
        '--json',
        '--since',
        '2026-01-15',
        '--until',
        '2026-01-16',
      ]);
      assert.equal(JSON.parse(day.stdout).totals.calls, 38);
      const after = await imds(['report', inventory, '--json', '--since', '2026-01-15T00:00:01Z']);
      assert.ok(JSON.parse(after.stdout).totals.calls <= 38);
    });

    it('reads that of --state-dir, and says what is wrong with it', async () => {
      const inventory = await inventoryOf('state/imds-callers.json', LINES);
      const { stdout } = await imds(['report', '--state-dir', join(folder, 'state'), '--json']);
      assert.ok(JSON.parse(stdout).totals.calls >= 38);
      put('state/imds-callers.json.new-1-ab', '{"inventory_version":1');
      assert.equal((await imds(['report', join(folder, 'state')])).code, 0);
      put('state/imds-callers.json', readFileSync(inventory, 'utf8').slice(0, -50));
      const damaged = await imds(['report', inventory]);
      assert.equal(damaged.code, 4);
      assert.match(damaged.stderr, /expected an inventory of callers; it ends early/);
      assert.match(damaged.stdout, /^Seen\s+32 calls .*, 32 known by the inventory alone/m);
    });
  });

  describe('by other rows', function () {
    this.timeout(120_000);

    async function groupsBy(key: string, ...more: string[]): Promise<(string | number)[][]> {
      const { code, stdout, stderr } = await imds([
        'report',
        put('a.jsonl', EVENTS),
        '--json',
        '--group-by',
        key,
        ...more,
      ]);
      assert.equal(code, 0, stderr);
      assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors));
      const report = JSON.parse(stdout);
      return report.groups.map((row: Record<string, string | number>) => [
        row.group ?? '',
        row.v1,
        row.v2,
        row.callers,
      ]);
    }
    const validate = new Ajv.Ajv2020({ strict: false }).compile(schema);

    it('counts every call once in the rows of each key', async () => {
      for (const key of ['container', 'unit', 'user', 'path', 'host', 'client']) {
        const rows = await groupsBy(key);
        const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column]), 0);
        assert.deepEqual([sum(1), sum(2)], [22, 15], key);
        if (key !== 'path') assert.equal(sum(3), 7, key);
      }
      assert.deepEqual(await groupsBy('host'), [['web-7', 22, 15, 7]]);
      assert.deepEqual((await groupsBy('unit'))[0], ['usage-report.service', 8, 0, 1]);
      assert.deepEqual((await groupsBy('container'))[0], ['', 18, 13, 6]);
      const paths = await groupsBy('path');
      assert.ok(paths.some(([path]) => path === '/latest/meta-data/public-ipv4'));
      assert.ok(paths.every(([path]) => !String(path).includes('?')));
    });

    it('prints them as a table and as CSV, the first of them, and how many more there are', async () => {
      const path = put('a.jsonl', EVENTS);
      const text = await imds(['report', path, '--group-by', 'user', '--top', '2']);
      assert.match(
        text.stdout,
        /^V1 +UNKNOWN +V2 +USER +CALLERS +WORST PATH +LAST\n *8 +- +- +usage +1 .*\n +why +no-token 1\n/,
      );
      assert.match(text.stdout, /^and 3 more users$/m);
      assert.match(text.stdout, /^Verdict +4 callers still use IMDSv1/m);
      const csv = await imds(['report', path, '--csv', '--group-by', 'unit', '--top', '1']);
      const [head = '', row = '', ...rest] = csv.stdout.split('\r\n');
      assert.deepEqual(rest, ['']);
      assert.deepEqual(head.split(',').slice(-2), ['group', 'callers']);
      assert.deepEqual(row.split(',').slice(-2), ['usage-report.service', '1']);
      assert.match(csv.stderr, /and \d+ more units/);
    });

    it('leaves out callers with --top, and such a report says so when it is read', async () => {
      const path = put('a.jsonl', EVENTS);
      const { stdout } = await imds(['report', path, '--top', '3']);
      assert.match(stdout, /^and 4 more callers$/m);
      const short = await imds(['report', path, '--json', '--top', '3']);
      assert.equal(JSON.parse(short.stdout).left_out, 4);
      const read = await imds(['report', put('short.json', short.stdout)]);
      assert.equal(read.code, 4);
      assert.match(read.stderr, /its rows are not all of its callers.*without --top/);
      const grouped = await imds(['report', path, '--json', '--group-by', 'unit']);
      const refused = await imds(['report', put('grouped.json', grouped.stdout)]);
      assert.match(refused.stderr, /a report by unit, whose rows cannot be added up/);
      const misused = await imds(['report', path, '--jsonl', '--top', '3']);
      assert.equal(misused.code, 2);
      assert.match(misused.stderr, /--top: in jsonl, rows are not callers/);
    });

    it('tells 4,096 paths apart, and counts what is beyond', async () => {
      const lines = Array.from({ length: 4200 }, (_, i) =>
        (LINES[0] ?? '')
          .replaceAll('/latest/meta-data/public-ipv4"', `/latest/${i}?token=secret${i}"`)
          .replace(/"event":\{"id":"[0-9a-f]{8}/, `"event":{"id":"${String(i).padStart(8, '0')}`),
      );
      const { stdout } = await imds([
        'report',
        put('many.jsonl', `${lines.join('\n')}\n`),
        '--json',
        '--group-by',
        'path',
      ]);
      const { groups, counters } = JSON.parse(stdout);
      assert.equal(groups.length, 4097);
      assert.deepEqual(counters, { 'report.calls_of_other_groups': 104 });
      assert.equal(groups[0].group, 'other paths');
      assert.doesNotMatch(JSON.stringify(groups), /secret/);
    });
  });

  it('says in one line what it cannot read', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    copyFileSync(join(DEMO, 'demo.pcap'), join(folder, 'demo.pcap'));
    for (const [path, what] of [
      [join(folder, 'missing'), /there is no such file/],
      // Nobody writes to it: whoever opens it waits.
      [join(folder, 'pipe'), /expected saved events in a regular file, found a pipe/],
      ['/dev/zero', /expected saved events in a regular file, found a device/],
      [join(folder, 'demo.pcap'), /expected events of imds, one JSON object a line/],
      [put('empty', ''), /expected events of imds/],
      [put('text', 'hello\n'), /expected events of imds/],
    ] as const) {
      const { code, stderr, stdout } = await imds(['report', path]);
      assert.equal(code, 4, stderr);
      assert.match(stderr, what);
      assert.match(stderr, /^imds report: [^\n]+\n$/);
      assert.match(stdout, /Nothing could be read/);
    }
    const { code, stderr } = await imds(['report', '--since', 'yesterday']);
    assert.equal(code, 2);
    assert.match(stderr, /^imds report: --since yesterday: expected a duration or a date\. /);
  });
});
