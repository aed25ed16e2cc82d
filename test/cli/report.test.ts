import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { imds } from './run.ts';
import { DEMO, EVENTS, Folder, LINES, rowsOf, sessionLine } from './saved-events.ts';

describe('imds report', () => {
  const folder = new Folder();
  const put = (name: string, content: string | Uint8Array) => folder.put(name, content);

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
    assert.deepEqual(await rowsOf([join(folder.path, 'parts')]), whole);
    const { stdout } = await imds(['report', join(folder.path, 'parts')]);
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
    assert.match(stdout, / 1 line cut short \(events\.lines_torn\)/);
  });

  it('reads around lines that are no events, and says where the first is', async () => {
    const hostile = ['{"event":{"module":"imds"}}', '[]', 'null', '\u001b[31m', '{"a":'.repeat(1000), '\0'];
    const path = put('a.jsonl', [LINES[0], ...hostile, ...LINES.slice(1), ''].join('\n'));
    const { code, stdout, stderr } = await imds(['report', path]);
    assert.equal(code, 4);
    assert.match(stderr, /expected an event in each line; 6 are none, the first of them line 2\. /);
    assert.match(stdout, new RegExp(`of ${LINES.length} events in 1 file`));
  });

  it('reads the log of the predecessor', async () => {
    const log = readFileSync(join(DEMO, 'expected.log'), 'utf8');
    put('logs/imds-trace.log', log.toLowerCase().replaceAll(/^(\[[\d-]+)t/gm, '$1T'));
    const { code, stdout, stderr } = await imds(['report', join(folder.path, 'logs')]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`of ${LINES.length} events in 1 file\\.`));
    assert.match(stdout, /callers still use IMDSv1: python3 \/opt\/usage\/report\.py/);
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

  it('says which options left out what speaks against a host', async () => {
    const path = put('a.jsonl', EVENTS);
    const verdict = async (...args: string[]) =>
      (/^Verdict.*?(?=^\w)/ms.exec((await imds(['report', ...args])).stdout)?.[0] ?? '').replaceAll(
        /\s+/g,
        ' ',
      );
    const saved = `left out ${LINES.length} saved events. `;
    const { length: v2 } = LINES.filter((line) => line.includes('"version":"v2"'));
    assert.ok(v2 > 0);
    assert.equal(await verdict(path, '--host', 'web-8'), `Verdict No call to report: --host web-8 ${saved}`);
    assert.equal(
      await verdict(path, '--since', '2026-02-01T00:00:00Z'),
      `Verdict No call to report: --since 2026-02-01T00:00:00Z ${saved}`,
    );
    const json = put('v2.json', (await imds(['report', path, '--imds-version', 'v2', '--json'])).stdout);
    for (const args of [[path, '--imds-version', 'v2'], [json]])
      assert.match(
        await verdict(...args),
        /^Verdict No IMDSv1 call in the saved events of .*, but --imds-version v2 leaves such calls out\. $/,
      );
    assert.doesNotMatch(
      await verdict(path, '--imds-version', 'unknown', '--since', '2026-02-01'),
      /could be read/,
    );
    const grouped = put('g.json', (await imds(['report', path, '--json', '--group-by', 'unit'])).stdout);
    assert.equal(await verdict(grouped), `Verdict No call of ${LINES.length} saved events could be read. `);
  });

  it('has read a damaged file of which something was read: sessions, or events that count elsewhere', async () => {
    const [start, end] = ['2026-01-15T00:00:00.000000000Z', '2026-01-17T00:00:00.000000000Z'];
    const line = sessionLine({ session: 's1', start, end, host: { id: 'aaaa', name: 'web-7' } });
    const { code, stdout } = await imds(['report', put('watched.jsonl', `${line}\nrubbish\n`)]);
    assert.equal(code, 4);
    assert.match(stdout, /^Verdict +No IMDS call at all in 2 d under watch\.\nEnforce +NOT ENOUGH EVIDENCE/m);
    const v2 = `${LINES.filter((text) => text.includes('"version":"v2"')).join('\n')}\n`;
    const both = await imds(['report', put('a.jsonl', v2), put('copy.jsonl', `${v2}rubbish\n`)]);
    assert.match(both.stdout, /^Verdict +No IMDSv1 call in the saved events of [^,]*\.$/m);
  });

  it('follows no link in a folder, and reads a file once whatever its names', async () => {
    const secret = put('elsewhere/a.jsonl', EVENTS);
    mkdirSync(join(folder.path, 'logs'));
    symlinkSync(secret, join(folder.path, 'logs', 'link.jsonl'));
    const { code, stderr } = await imds(['report', join(folder.path, 'logs')]);
    assert.equal(code, 4);
    assert.match(stderr, /a folder without saved events/);
    const { stdout } = await imds(['report', secret, secret]);
    assert.match(stdout, new RegExp(`of ${LINES.length} events in 1 file\\.`));
  });

  it('says in one line what it cannot read', async () => {
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    copyFileSync(join(DEMO, 'demo.pcap'), join(folder.path, 'demo.pcap'));
    for (const [path, what] of [
      [join(folder.path, 'missing'), /there is no such file/],
      // Nobody writes to it: whoever opens it waits.
      [join(folder.path, 'pipe'), /expected saved events in a regular file, found a pipe/],
      ['/dev/zero', /expected saved events in a regular file, found a device/],
      [join(folder.path, 'demo.pcap'), /expected events of imds, one JSON object a line/],
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
