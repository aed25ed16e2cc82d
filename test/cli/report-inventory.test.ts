import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventLineParser } from '../../src/events/event-line.ts';
import { Line } from '../../src/events/line.ts';
import { Inventory } from '../../src/live/inventory/inventory.ts';
import { imds } from './run.ts';
import { EVENTS, Folder, LINES, rowsOf, sessionLine } from './saved-events.ts';

/** Of one program on web-7. */
function call(time: string, version: string): string {
  return JSON.stringify({
    '@timestamp': `${time}.000000000Z`,
    event: { id: time.replaceAll(/\D/g, '').padEnd(32, '0'), module: 'imds', dataset: 'imds.calls' },
    imds: { version, operation: 'read', session: 's1' },
    source: { ip: '10.0.0.5', port: 4000 },
    destination: { ip: '169.254.169.254', port: 80 },
    host: HOST,
  });
}

const HOST = { id: 'id-web-7', name: 'web-7' };

/** What a session says that proves everything of these days, and counted nothing. */
function watched(from: string, to: string): string {
  const [start, end] = [`${from}T00:00:00.000000000Z`, `${to}T00:00:00.000000000Z`];
  return sessionLine({ session: 's2', start, end, host: HOST });
}

describe('imds report with inventories', function () {
  const folder = new Folder();
  const put = (name: string, content: string | Uint8Array) => folder.put(name, content);
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
    const marked = put('marked.json', `\uFEFF${readFileSync(inventory, 'utf8')}`);
    assert.deepEqual(await rowsOf([marked]), whole);
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
    const alone = /^ +known by the inventory alone/gm;
    assert.equal(stdout.match(alone), null);
    const kept = (await imds(['report', inventory])).stdout;
    assert.equal(
      kept.match(/^ +known by the inventory alone; last call by IMDSv1 on 2026-01-15 \(UTC\)$/gm)?.length,
      4,
    );
    assert.equal(
      kept.match(alone)?.length,
      JSON.parse((await imds(['report', inventory, '--json'])).stdout).totals.callers,
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
    const day = await imds(['report', inventory, '--json', '--since', '2026-01-15', '--until', '2026-01-16']);
    assert.equal(JSON.parse(day.stdout).totals.calls, 38);
    const after = await imds(['report', inventory, '--json', '--since', '2026-01-15T00:00:01Z']);
    assert.ok(JSON.parse(after.stdout).totals.calls <= 38);
  });

  it('makes no host READY by the day that --since cuts in two, unless the log has its calls', async () => {
    const v1 = call('2026-01-15T10:00:00', 'v1');
    const inventory = await inventoryOf('imds-callers.json', [v1, call('2026-01-15T12:00:00', 'v2')]);
    const needed = async (lines: readonly string[], ...options: string[]) => {
      const log = put('imds-calls.jsonl', `${[...lines, watched('2026-01-15', '2026-01-18')].join('\n')}\n`);
      const { stdout } = await imds(['report', log, inventory, '--json', ...options]);
      return JSON.parse(stdout).verdict.hosts[0].needed.join(' ');
    };
    const lost = await needed([], '--since', '2026-01-15T11:00:00Z');
    assert.match(
      lost,
      /1 call by IMDSv1, .* cuts its day in two, .* Read the events instead, or choose whole/,
    );
    assert.equal(await needed([v1], '--since', '2026-01-15T11:00:00Z'), '');
    assert.equal(await needed([], '--since', '2026-01-16T00:00:00Z'), '');
    assert.match(await needed([], '--until', '2026-01-17T00:00:00Z'), /^No call by IMDSv1/);
    assert.match(await needed([], '--until', '2026-01-15T11:00:00Z'), /cuts its day in two/);
    assert.match(await needed([], '--until', '2026-01-15T00:00:00Z'), /1 call by IMDSv1, .* is left out/);
  });

  it('is found by the name of its host, and by its id', async () => {
    const inventory = await inventoryOf('imds-callers.json', [call('2026-01-15T10:00:00', 'v1')]);
    const { hosts, ...others } = JSON.parse(readFileSync(inventory, 'utf8'));
    assert.deepEqual(hosts, [HOST]);
    const log = put('imds-calls.jsonl', `${watched('2026-01-14', '2026-01-17')}\n`);
    const without = put('without.json', JSON.stringify(others));
    const ofBoth = put('both.json', (await imds(['report', log, inventory, '--json'])).stdout);
    const alone = put('alone.json', (await imds(['report', inventory, '--json'])).stdout);
    for (const paths of [[inventory], [log, inventory], [log, without], [ofBoth], [alone]])
      for (const host of [HOST.name, HOST.id]) {
        const { stdout, stderr } = await imds(['report', ...paths, '--json', '--host', host]);
        assert.equal(JSON.parse(stdout).verdict.status, 'not-ready', `${paths} ${host}`);
        assert.equal(stderr, '');
      }
    const { stdout, stderr } = await imds(['report', inventory, '--json', '--host', 'web-8']);
    assert.deepEqual(JSON.parse(stdout).verdict.hosts, []);
    assert.match(stderr, /nothing is of host web-8; 1 other: web-7/);
  });

  it('says so where there is none in the folder that somebody named', async () => {
    const events = put('imds-calls.jsonl', EVENTS);
    const missing = join(folder.path, 'nosuch');
    const { code, stdout, stderr } = await imds([
      'report',
      events,
      '--state-dir',
      missing,
      '--config',
      'none',
    ]);
    assert.equal(code, 4);
    assert.match(stdout, /^Seen +38 calls/m);
    assert.equal(
      stderr,
      `imds report: ${missing}/imds-callers.json: there is no such file. Check the path and its permissions.\n`,
    );
  });

  it('reads that of --state-dir, and says what is wrong with it', async () => {
    const inventory = await inventoryOf('state/imds-callers.json', LINES);
    const { stdout } = await imds(['report', '--state-dir', join(folder.path, 'state'), '--json']);
    assert.ok(JSON.parse(stdout).totals.calls >= 38);
    put('state/imds-callers.json.new-1-ab', '{"inventory_version":1');
    assert.equal((await imds(['report', join(folder.path, 'state')])).code, 0);
    put('state/imds-callers.json', readFileSync(inventory, 'utf8').slice(0, -50));
    const damaged = await imds(['report', inventory]);
    assert.equal(damaged.code, 4);
    assert.match(damaged.stderr, /expected an inventory of callers; it ends early/);
    assert.match(damaged.stdout, /^Seen\s+32 calls .*, 32 known by the inventory alone/m);
  });
});
