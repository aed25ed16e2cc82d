import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import schema from '../../schemas/report.schema.json' with { type: 'json' };
import { imds } from './run.ts';
import { EVENTS, Folder, LINES } from './saved-events.ts';

describe('imds report by other rows', function () {
  const folder = new Folder();
  const put = (name: string, content: string | Uint8Array) => folder.put(name, content);
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

  it('tells a cause of calls that have it, and the end of a path where there is no room', async () => {
    const line = LINES.find((each) => each.includes('"version":"v1"')) ?? '';
    const foreign = line
      .replaceAll('/latest/meta-data/', '/computeMetadata/v1/instance/of/')
      .replace('"version":"v1"', '"version":"foreign"')
      .replace('"status_code":200', '"status_code":404')
      .replace(/"event":\{"id":"[0-9a-f]{8}/, '"event":{"id":"00000000');
    const path = put('foreign.jsonl', `${line}\n${foreign}\n`);
    const { stdout } = await imds(['report', path, '--group-by', 'path'], { env: { COLUMNS: '72' } });
    assert.match(
      stdout,
      /^.* …\S*\/meta-data\/\S+ .*\n +why +no-token 1\n.* …\S*\/instance\/of\/\S+ .*\n\n/m,
    );
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
