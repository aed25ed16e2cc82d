import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventLineParser } from '../../src/events/event-line.ts';
import { Line } from '../../src/events/line.ts';
import { Inventory } from '../../src/live/inventory/inventory.ts';
import { imds } from './run.ts';
import { sessionLine } from './saved-events.ts';

const DAY = '2026-01-15';
let calls = 0;

function call(version: string, host: string | undefined, time: string, change: object = {}): string {
  return JSON.stringify({
    '@timestamp': `${DAY}T${time}.000000000Z`,
    event: { id: String(++calls).padStart(8, '0').padEnd(32, '0'), module: 'imds', dataset: 'imds.calls' },
    imds: { version, operation: 'read', session: 's1', ...change },
    destination: { ip: '169.254.169.254', port: 80 },
    host: host && { id: `id-${host}`, name: host },
  });
}

/** Of two days, that proves everything. */
function session(host: string, id = 's1'): string {
  const [start, end] = [`${DAY}T00:00:00.000000000Z`, '2026-01-17T00:00:00.000000000Z'];
  return sessionLine({ session: id, start, end, host: { id: `id-${host}`, name: host }, v2: 1 });
}

describe('the verdict of imds report', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-verdict-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Statuses by host. */
  async function verdictsOf(lines: readonly string[], ...options: string[]): Promise<[string, string][]> {
    const path = join(folder, 'a.jsonl');
    writeFileSync(path, `${lines.join('\n')}\n`);
    const { stdout } = await imds(['report', folder, '--json', ...options]);
    const { verdict } = JSON.parse(stdout);
    return verdict.hosts.map(({ host, status }: { host: string; status: string }) => [
      host.replace(folder, ''),
      status,
    ]);
  }

  it('is READY of a host that was watched and has nothing to fix', async () => {
    const lines = [call('v2', 'web-7', '10:00:00'), session('web-7')];
    assert.deepEqual(await verdictsOf(lines), [['web-7', 'ready']]);
    assert.deepEqual(await verdictsOf(lines, '--host', 'web-7', '--since', DAY), [['web-7', 'ready']]);
  });

  it('is of the time that is asked about: what was before it counts no more, what came after it does', async () => {
    const lines = [
      call('v2', 'web-7', '10:00:00'),
      call('v1', 'web-7', '11:00:00'),
      call('v2', 'web-7', '12:00:00'),
      session('web-7'),
    ];
    assert.deepEqual(await verdictsOf(lines, '--since', `${DAY}T11:30:00Z`), [['web-7', 'ready']]);
    assert.deepEqual(await verdictsOf(lines, '--since', `${DAY}T10:30:00Z`), [['web-7', 'not-ready']]);
    assert.deepEqual(await verdictsOf(lines, '--until', `${DAY}T10:30:00Z`), [
      ['web-7', 'not-enough-evidence'],
    ]);
  });

  it('says until when somebody watched where nobody did in the time that is asked about', async () => {
    writeFileSync(
      join(folder, 'a.jsonl'),
      `${session('web-7')}\n${call('v2', 'web-7', '10:00:00').replace(DAY, '2026-01-18')}\n`,
    );
    const { stdout } = await imds(['report', folder, '--since', '2026-01-17T12:00:00Z']);
    const text = stdout.replace(/\s+/g, ' ');
    assert.match(text, /NOT ENOUGH EVIDENCE/);
    assert.match(text, /sessions tell of none here\. The last that they tell of is 2026-01-17 00:00:00 UTC;/);
  });

  it('is READY of nobody where a file that may be of anybody is damaged', async () => {
    const lines = [call('v2', 'web-7', '10:00:00'), session('web-7')];
    const other = call('v1', 'web-7', '11:00:00').slice(0, 200);
    for (const [text, options] of [
      ['nothing that can be read\n', []],
      [`${call('v2', undefined, '12:00:00')}\n{}\n`, ['--imds-version', 'v1', '--imds-version', 'unknown']],
      [`${call('v2', undefined, '12:00:00')}\n${other}`, ['--host', 'web-7']],
      [
        `${call('v2', 'web-8', '12:00:00')}\n${call('v2', 'web-7', '12:00:01')}\n${other}`,
        ['--host', 'web-7'],
      ],
    ] as const) {
      const file = join(folder, 'b.jsonl');
      writeFileSync(file, text);
      writeFileSync(join(folder, 'a.jsonl'), `${lines.join('\n')}\n`);
      const { stdout, code } = await imds([
        'report',
        join(folder, 'a.jsonl'),
        file,
        '--json',
        '--fail-on',
        'incomplete',
        ...options,
      ]);
      const [first] = JSON.parse(stdout).verdict.hosts;
      assert.deepEqual([first.host, first.status], ['web-7', 'not-enough-evidence'], text);
      assert.equal(code, text.endsWith('\n') ? 4 : 3);
    }
  });

  it('is that of the hosts that are asked for, and of calls that may be theirs', async () => {
    const lines = [call('v2', 'web-7', '10:00:00'), session('web-7'), session('web-8', 's2')];
    const v1 = call('v1', 'web-8', '11:00:00');
    assert.deepEqual(await verdictsOf([...lines, v1], '--host', 'web-7'), [['web-7', 'ready']]);
    assert.deepEqual(await verdictsOf([...lines, v1], '--host', 'WEB-8'), [['web-8', 'not-ready']]);
    writeFileSync(join(folder, 'b.jsonl'), `${v1}\n{}\n`);
    assert.deepEqual(await verdictsOf(lines, '--host', 'web-7'), [['web-7', 'ready']]);
    rmSync(join(folder, 'b.jsonl'));
    const nobodys = call('v1', undefined, '11:00:00');
    assert.deepEqual(await verdictsOf([...lines, nobodys], '--host', 'web-7'), [
      ['/a.jsonl', 'not-enough-evidence'],
      ['web-7', 'ready'],
    ]);
  });

  it('knows from the inventory that calls which were rolled away were before the time that is asked about', async () => {
    const inventory = join(folder, 'imds-callers.json');
    const v1 = (day: string) =>
      call('v1', 'web-7', '01:00:00').replace(DAY, day).replace('"read"', '"read","path_class":"metadata"');
    const kept = new Inventory();
    for (const line of [v1(DAY), v1(DAY), call('v2', 'web-7', '10:00:00')]) {
      const event = new EventLineParser().parse(Line.of(line), 'x');
      if (event !== undefined) kept.add(event);
    }
    let text = '';
    for await (const piece of kept.text(1_768_600_000_000_000_000n)) text += piece;
    const counted = session('web-7').replace('"v1":0', '"v1":2').replace('2026-01-17', '2026-01-19');
    const lines = [call('v2', 'web-7', '10:00:00').replace(DAY, '2026-01-18'), counted];
    const asked = ['--since', '2026-01-16T00:00:00Z'];
    assert.deepEqual(await verdictsOf(lines, ...asked), [['web-7', 'not-enough-evidence']]);
    writeFileSync(inventory, text);
    assert.deepEqual(await verdictsOf(lines, ...asked), [['web-7', 'ready']]);
    // Of the day of that time, nobody knows.
    assert.deepEqual(await verdictsOf(lines, '--since', `${DAY}T02:00:00Z`), [
      ['web-7', 'not-enough-evidence'],
    ]);
    // A third call may be from after it.
    const more = counted.replace('"v1":2', '"v1":3');
    assert.deepEqual(await verdictsOf([...lines, more], ...asked), [['web-7', 'not-enough-evidence']]);
    assert.deepEqual(await verdictsOf([...lines, more, v1(DAY)], ...asked), [
      ['web-7', 'not-enough-evidence'],
    ]);
  });

  it('is incomplete, and exits so, where events have no line of a session: they prove nothing', async () => {
    const file = join(folder, 'a.jsonl');
    writeFileSync(file, `${call('v2', 'web-7', '10:00:00')}\n`);
    const without = await imds(['report', file, '--json', '--fail-on', 'incomplete']);
    assert.equal(without.code, 3);
    const { verdict, completeness } = JSON.parse(without.stdout);
    assert.deepEqual([verdict.incomplete, completeness.incomplete], [true, true]);
    writeFileSync(file, `${call('v2', 'web-7', '10:00:00')}\n${session('web-7')}\n`);
    assert.equal((await imds(['report', file, '--fail-on', 'incomplete'])).code, 0);
  });
});
