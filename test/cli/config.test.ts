import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from './run.ts';

const DEMO = 'fixtures/demo/demo.pcap';

describe('imds config', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-config-'));
    file = join(folder, 'imds.toml');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (text: string) => {
    writeFileSync(file, text);
    chmodSync(file, 0o644);
  };

  it('checks: what is right is said in a line', async () => {
    const { code, stdout, stderr } = await imds(['config', 'check', 'packaging/imds.toml']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, 'packaging/imds.toml: all right; 0 settings and 0 filters\n');
    write('[log]\nfolder = "/a"\n[[ignore]]\nunit = "a"\nreason = "r"\nexpires = 2020-01-01\n');
    const set = await imds(['config', 'check', '--config', file]);
    assert.equal(set.stdout, `${file}: all right; 1 setting and 1 filter, of which 1 ended before today\n`);
  });

  it('checks: each problem is a line with its place, and the exit code is 2', async () => {
    write('[log]\nfoldr = "/a"\n\u{1b}[31m = 1\n');
    const garbage = await imds(['config', 'check', file]);
    assert.equal(garbage.code, 2);
    assert.match(garbage.stderr, /^imds config check: .*imds\.toml:3:1: not TOML: /);
    write('[log]\nfoldr = "/a"\nenabled = "\u202Eyes"\ntrace.file = "imds-calls.jsonl"\n');
    const wrong = await imds(['config', 'check', file], { env: { ...process.env, IMDS_LOG_FOLDR: '1' } });
    assert.equal(wrong.code, 2);
    assert.deepEqual(wrong.stderr.replaceAll(file, 'F').split('\n'), [
      'imds config check: the variable IMDS_LOG_FOLDR is none of imds; did you mean IMDS_LOG_FOLDER?',
      'imds config check: F:2:1: unknown key log.foldr. Did you mean log.folder?',
      'imds config check: F:3:11: log.enabled: expected true or false; found "\\u{202E}yes". Leave the line out for the default, true.',
      'imds config check: F:4:14: log.events.file: the same name as log.trace.file. Give each a name of its own.',
      '',
    ]);
    const { stdout } = await imds(['config', 'check', file, '--json']);
    const { problems } = JSON.parse(stdout);
    assert.deepEqual(
      problems.map(({ where }: { where: string }) => where.replace(file, 'F')),
      ['F:2:1', 'F:3:11', 'F:4:14'],
    );
  });

  it('shows what is in effect, and where it comes from', async () => {
    write('log.folder = "/of/file"\nprocess.ancestors = 5\n');
    const env = { ...process.env, IMDS_CONFIG: file, IMDS_LOG_TRACE_BACKUPS: '9' };
    const { code, stdout } = await imds(['config', 'show', '-i', 'eth0', '--quiet', '--no-state'], { env });
    assert.equal(code, 0);
    const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  ').replaceAll(file, 'F'));
    for (const line of [
      '# with F',
      'capture.interfaces = ["eth0"]  # flag --interface',
      'capture.views = "both"  # default',
      'process.ancestors = 5  # file F:2:21',
      'terminal.enabled = false  # flag --quiet',
      'log.folder = "/of/file"  # file F:1:14',
      'log.trace.backups = 9  # environment IMDS_LOG_TRACE_BACKUPS',
      'inventory.enabled = false  # flag --no-state',
    ])
      assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`);
    const json = await imds(['config', 'show', '--json'], { env });
    const { settings, ignore } = JSON.parse(json.stdout);
    assert.deepEqual(settings['log.folder'], {
      value: '/of/file',
      origin: 'file',
      where: `${file}:1:14`,
      default: '/var/log/imds',
      variable: 'IMDS_LOG_FOLDER',
      flag: '--log-dir',
    });
    assert.deepEqual(ignore, { origin: 'default', rules: [] });
  });

  it('takes one file, each in its own way, and knows no other action', async () => {
    const show = await imds(['config', 'show', file]);
    assert.equal(show.code, 2);
    assert.equal(
      show.stderr,
      `imds config show: ${file}: the file to show is named with --config. Use imds config show --config FILE; imds config check FILE says what is wrong with one.\n`,
    );
    const two = await imds(['config', 'check', 'a.toml', '--config', 'b.toml']);
    assert.equal(two.code, 2);
    assert.equal(
      two.stderr,
      'imds config check: a.toml: a second file, beside --config b.toml. Name one of the two.\n',
    );
    assert.equal((await imds(['config', 'edit'])).code, 2);
    const { code, stderr } = await imds(['config', 'check', file]);
    assert.equal(code, 2);
    assert.match(stderr, /there is no such configuration\. Name another with --config FILE/);
  });

  it('lists what it can do, each with its own help', async () => {
    const topic = await imds(['config']);
    assert.deepEqual([topic.code, topic.stderr], [0, '']);
    assert.match(
      topic.stdout,
      /COMMANDS\n {2}config check {2}Say of a[\s\S]*\n {2}config show {3}Show every/,
    );
    const pages = await Promise.all(['check', 'show'].map((action) => imds(['config', action, '--help'])));
    assert.match(pages[0]?.stdout ?? '', /\$ imds config check \[PATH\]/);
    assert.match(pages[1]?.stdout ?? '', /\$ imds config show \[--json\]/);
    for (const { stdout } of pages) assert.doesNotMatch(stdout, /--interface|multiple values/);
  });

  it('makes live refuse what is wrong with it before it begins', async () => {
    write('[capture]\nviews = "all"\n');
    const { code, stderr } = await imds(['live', '--config', file]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^imds live: .*imds\.toml:2:9: capture\.views: expected "both", "sockets" or "wire"/,
    );
    write('');
    const variable = await imds(['live', '--config', file], {
      env: { ...process.env, IMDS_PROCESS_ARGV: 'some' },
    });
    assert.match(
      variable.stderr,
      /^imds live: IMDS_PROCESS_ARGV: process\.argv: expected "full", "program" or "none"; found "some"/,
    );
  });

  it('tells doctor where to look, which goes on where something is wrong with it', async () => {
    const logs = join(folder, 'logs');
    write(`[log]\nfolder = ${JSON.stringify(logs)}\nfoldr = 1\n`);
    const { stdout, stderr } = await imds(['doctor', '--json', '--config', file]);
    const { checks } = JSON.parse(stdout);
    assert.ok(checks.find(({ id }: { id: string }) => id === 'logs').text.includes(logs));
    assert.match(
      stderr,
      /^imds doctor: .*imds\.toml:3:1: unknown key log\.foldr\. Did you mean log\.folder\?\n$/,
    );
  });

  describe('and imds report', () => {
    const filter = (expires: string) =>
      `[[ignore]]\nunit = "metrics-agent.service"\nreason = "restarted in May"\nexpires = ${expires}\n`;
    const report = (...args: string[]) => imds(['report', '--config', file, ...args]);
    const logs = () => join(folder, 'logs');
    beforeEach(async () => {
      mkdirSync(logs());
      const { stdout } = await imds(['analyze', '--jsonl', DEMO]);
      writeFileSync(join(logs(), 'imds-calls.jsonl'), stdout);
    });

    it('reads the folders of the configuration', async () => {
      write(`log.folder = ${JSON.stringify(logs())}\ninventory.folder = ${JSON.stringify(folder)}\n`);
      const { code, stdout } = await report('--csv');
      assert.equal(code, 0);
      assert.match(stdout, /metrics-agent/);
    });

    for (const format of ['text', 'csv', 'json', 'html', 'log', 'jsonl'] as const) {
      it(`shows ignored callers apart, with reason and day: ${format}`, async () => {
        write(filter('2999-12-31'));
        const { stdout, stderr } = await report(logs(), '--format', format);
        const shown = format === 'log' || format === 'jsonl' ? stderr : stdout;
        assert.match(
          shown.replaceAll(/\s+/g, ' '),
          /metrics-agent[\s\S]*(?:restarted in May[\s\S]*2999-12-31|2999-12-31[\s\S]*restarted in May)/,
        );
        write(filter('2020-12-31'));
        const over = await report(logs(), '--format', format);
        const said = `${over.stdout}${over.stderr}`.replaceAll(/\s+/g, ' ');
        assert.match(
          said,
          /metrics-agent is counted again: the filter \(unit metrics-agent\.service\) ended 2020-12-31: restarted in May/,
        );
      });
    }

    it('does not count them for --fail-on, and counts them after their day', async () => {
      const others = (expires: string) => filter(expires).replace('metrics-agent.service', '*');
      const all = `${others('2999-12-31')}[[ignore]]\nuser = "worker"\nreason = "r"\nexpires = 2999-12-31\n`;
      write(all);
      const { code } = await report(logs(), '--fail-on', 'v1', '--csv');
      assert.equal(code, 2, 'a condition that is nothing but * is refused');
      const rule = (line: string, expires: string) =>
        `[[ignore]]\n${line}\nreason = "r"\nexpires = ${expires}\n`;
      const each = (expires: string) =>
        ['unit = "*.service"', 'user = "worker"'].map((line) => rule(line, expires)).join('');
      write(each('2999-12-31'));
      assert.equal((await report(logs(), '--fail-on', 'v1', '--csv')).code, 0);
      write(each('2020-01-01'));
      assert.equal((await report(logs(), '--fail-on', 'v1', '--csv')).code, 3);
    });

    it('adds up reports of other hosts with what these ignored, until its day', async () => {
      write(filter('2999-12-31'));
      const saved = join(folder, 'report.json');
      assert.equal((await report(logs(), '--json', '-o', saved)).code, 0);
      const again = JSON.parse((await imds(['report', saved, '--json'])).stdout);
      const first = JSON.parse(readFileSync(saved, 'utf8'));
      assert.deepEqual(again.ignored, first.ignored);
      assert.deepEqual(again.callers, first.callers);
      assert.equal(again.verdict.v1, first.verdict.v1);
      // Somebody who counts it is not overruled.
      const both = JSON.parse((await imds(['report', saved, logs(), '--json'])).stdout);
      assert.equal(both.ignored, undefined);
    });
  });
});
