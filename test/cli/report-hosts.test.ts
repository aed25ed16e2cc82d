import assert from 'node:assert/strict';
import { imds } from './run.ts';
import { Folder, sessionLine } from './saved-events.ts';

const DAY = '2026-03-01';
let calls = 0;

interface HostOf {
  id?: string;
  name?: string;
}

function call(version: string, host: HostOf, time: string): string {
  return JSON.stringify({
    '@timestamp': `${DAY}T${time}.000000000Z`,
    event: { id: String(++calls).padStart(32, '0'), module: 'imds', dataset: 'imds.calls' },
    imds: { version, operation: 'read', session: `s-${host.id}` },
    source: { ip: '10.0.0.5', port: 4000 },
    destination: { ip: '169.254.169.254', port: 80 },
    host,
  });
}

function session(host: HostOf, from: string, to: string): string {
  const [start, end] = [`${DAY}T${from}.000000000Z`, `${DAY}T${to}.000000000Z`];
  return sessionLine({ session: `s-${host.id}-${from}`, start, end, host, type: 'end', v2: 1 });
}

describe('hosts of imds report', function () {
  this.timeout(60_000);
  const folder = new Folder();
  const [A, B] = ['a1b2c3d4e5f6', 'b1b2c3d4e5f6'];

  async function reportOf(...files: readonly (readonly string[])[]) {
    const paths = files.map((lines, index) => folder.put(`${index}.jsonl`, `${lines.join('\n')}\n`));
    const { stdout } = await imds(['report', '--json', '--observed', '20h', ...paths]);
    return { text: stdout, hosts: JSON.parse(stdout).verdict.hosts, callers: JSON.parse(stdout).callers };
  }

  const brief = (hosts: readonly Record<string, unknown>[]) =>
    hosts.map(({ host, host_id, status, v1 }) => [host, host_id, status, v1]);

  it('are two where two have one name: neither adds to the other, and a reader can tell them', async () => {
    const of = (id: string, from: string, to: string) => [
      call('v2', { id, name: 'localhost' }, from),
      session({ id, name: 'localhost' }, from, to),
    ];
    const lines = [...of(A, '00:00:00', '12:00:00'), ...of(B, '11:00:00', '23:00:00')];
    const { hosts, callers } = await reportOf(lines);
    assert.deepEqual(brief(hosts), [
      ['localhost', A, 'not-enough-evidence', 0],
      ['localhost', B, 'not-enough-evidence', 0],
    ]);
    assert.deepEqual(
      callers.map(({ host, host_id }: Record<string, unknown>) => [host, host_id]),
      [
        ['localhost', A],
        ['localhost', B],
      ],
    );
    const path = folder.put('two.jsonl', `${lines.join('\n')}\n`);
    const shown = async (...options: string[]) => (await imds(['report', path, ...options])).stdout;
    for (const label of ['localhost (a1b2c3d4)', 'localhost (b1b2c3d4)']) {
      assert.match(await shown(), new RegExp(`^${label.replaceAll(/[()]/g, '\\$&')}$`, 'm'));
      assert.match(await shown(), new RegExp(`${label.replaceAll(/[()]/g, '\\$&')}: NOT ENOUGH EVIDENCE`));
      for (const options of [['--csv'], ['--format', 'html'], ['--csv', '--group-by', 'host']])
        assert.ok((await shown(...options)).includes(label), options.join(' '));
    }
    const json = folder.put('two.json', await shown('--json'));
    assert.equal((await imds(['report', '--json', json])).stdout, await shown('--json'));
  });

  it('are one where one gets its name, or another one, later: shown by the latest', async () => {
    const [old, late] = [
      { id: A, name: 'localhost' },
      { id: A, name: 'ip-10-0-0-5' },
    ];
    const first = [call('v1', old, '00:00:05'), session(old, '00:00:00', '10:30:00')];
    const second = [call('v2', late, '20:00:00'), session(late, '10:30:00', '21:00:00')];
    for (const files of [
      [first, second],
      [second, first],
      [[...second, ...first]],
      [[...first, ...second]],
    ]) {
      const { hosts, callers } = await reportOf(...files);
      assert.deepEqual(brief(hosts), [['ip-10-0-0-5', A, 'not-ready', 1]]);
      assert.equal(hosts[0].watched.duration_ns, String(21n * 3_600_000_000_000n));
      assert.deepEqual(
        callers.map(({ host, v1, v2 }: Record<string, unknown>) => [host, v1, v2]),
        [['ip-10-0-0-5', 1, 1]],
      );
    }
  });

  it('are told by their names where several machines have one id, in each row and to --host', async () => {
    const of = (name: string, version: string, time: string, program: string) =>
      call(version, { id: A, name }, time).replace(
        '{',
        `{"process":{"pid":7,"name":"${program}","executable":"/opt/${program}"},`,
      );
    const first = [of('web-7', 'v1', '01:00:00', 'agent'), of('web-7', 'v2', '02:00:00', 'both')];
    const second = [of('web-9', 'v2', '03:00:00', 'job'), of('web-9', 'v2', '04:00:00', 'both')];
    const names = (callers: readonly Record<string, unknown>[]) =>
      callers.map(({ host, program, host_names }) => [host, program, host_names]);
    const whole = await reportOf([...first, ...second]);
    assert.deepEqual(names(whole.callers), [
      ['web-9', 'agent', ['web-7']],
      ['web-9', 'both', ['web-7', 'web-9']],
      ['web-9', 'job', undefined],
    ]);
    const [a, b] = [await reportOf(first), await reportOf(second)];
    assert.deepEqual(names(a.callers), [
      ['web-7', 'agent', undefined],
      ['web-7', 'both', undefined],
    ]);
    const json = [a, b].map(({ text }, index) => folder.put(`r${index}.json`, text));
    const merged = await imds(['report', '--json', ...json]);
    assert.deepEqual(names(JSON.parse(merged.stdout).callers), names(whole.callers));
    const path = folder.put('merged.json', merged.stdout);
    assert.match((await imds(['report', path])).stdout, /agent +.*\n +on web-7/);
    const events = folder.put('events.jsonl', `${[...first, ...second].join('\n')}\n`);
    for (const from of [path, events]) {
      const { stdout, stderr } = await imds(['report', '--json', '--host', 'web-9', from]);
      const report = JSON.parse(stdout);
      assert.equal(report.totals.by_version.v1, 0, from);
      assert.match(
        stderr,
        /the host with the id of web-9 is called web-7, too, .*; --host a1b2c3d4e5f6 takes all/,
      );
      assert.deepEqual(report.callers.map(({ program }: Record<string, unknown>) => program).sort(), [
        'both',
        'job',
      ]);
    }
  });

  it('are the same in a report of an earlier version, whose callers have no ids of hosts', async () => {
    const web = { id: A, name: 'web-7' };
    const lines = [
      call('v1', web, '01:00:00'),
      call('v2', { id: B, name: 'web-8' }, '02:00:00'),
      session(web, '00:00:00', '22:00:00'),
    ];
    const { text, hosts } = await reportOf(lines);
    const old = JSON.parse(text);
    for (const one of [...old.callers, ...old.verdict.hosts]) delete one.host_id;
    const path = folder.put('old.json', JSON.stringify(old));
    const { stdout } = await imds(['report', '--json', '--observed', '20h', path]);
    assert.deepEqual(brief(JSON.parse(stdout).verdict.hosts), brief(hosts));
    const { stdout: ofCut } = await imds(['report', '--json', '--since', `${DAY}T12:00:00Z`, path]);
    const [first, ...others] = JSON.parse(ofCut).verdict.hosts;
    assert.deepEqual([first.host, first.host_id, first.status], ['web-7', A, 'not-enough-evidence']);
    assert.equal(others.length, 0);
  });

  it('go by their names, in whatever case, where they have no id', async () => {
    const lines = [call('v1', { name: 'WEB-7' }, '10:00:00'), call('v2', { name: 'web-7' }, '11:00:00')];
    const { hosts } = await reportOf(lines);
    assert.deepEqual(brief(hosts), [['web-7', undefined, 'not-ready', 1]]);
    const both = await reportOf([...lines, call('v2', { id: A, name: 'web-7' }, '12:00:00')]);
    assert.deepEqual(brief(both.hosts), [
      ['web-7', undefined, 'not-ready', 1],
      ['web-7', A, 'not-enough-evidence', 0],
    ]);
  });
});
