import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { imds, type Result, root } from './run.ts';

/** Standard error as one line, without oclif's arrows and line breaks. */
const flat = ({ stderr }: Result) => stderr.replaceAll(/\s*›\s*|\s+/g, ' ').trim();

describe('other commands, misused', () => {
  const MISUSES: readonly [args: string[], text: string][] = [
    [
      ['live', 'eth0', '--quiet'],
      'imds live: unexpected argument: eth0. imds live takes options alone; imds live --help says more.',
    ],
    [['live', '--quiet', 'eth0'], 'imds live: unexpected argument: eth0. imds live --help says more.'],
    [
      ['service', 'status', 'now'],
      'imds service status: unexpected argument: now. imds service status takes options alone; imds service status --help says more.',
    ],
    [['scrub', 'a', 'b', 'c'], 'imds scrub: unexpected argument: c. imds scrub --help says more.'],
    [
      ['live', '--no-log', '--log-dir', '/x'],
      'imds live: --no-log and --log-dir: one excludes the other. Give one of them.',
    ],
    [
      ['live', '--format', 'json'],
      'imds live: no such option: --format. imds analyze and imds report have it. imds live --help says more.',
    ],
    [['explain', '--json'], 'imds explain: no such option: --json. imds explain --help says more.'],
    [['doctor', '--lines', '5'], 'imds doctor: --lines: given without --bundle. Give --bundle too.'],
    [
      ['live', '--keep-secrets', '--config', 'none'],
      'imds live: --keep-secrets: capture.keep_secrets: set without capture.file. Name the capture that keeps them too (-w FILE).',
    ],
    [
      ['report', '--since', '24', 'x'],
      'imds report: --since 24: expected a duration or a date. Give how long ago (90m, 24h, 7d), or a date (2026-11-24, 2026-11-24T08:00, 2026-11-24T08:00:00Z).',
    ],
    [
      ['report', '--until', '2026-02-30', 'x'],
      'imds report: --until 2026-02-30: expected a duration or a date. Give how long ago (90m, 24h, 7d), or a date (2026-11-24, 2026-11-24T08:00, 2026-11-24T08:00:00Z).',
    ],
    [
      ['report', '--since', '1h', '--until', '2h', 'x'],
      'imds report: --since is not before --until: no call can be of that time. Give the earlier of the two to --since; of times ago, that is the longer one.',
    ],
    [
      ['report', '-'],
      'imds report: -: standard input is not read. Save what comes from there to a file first; ./- is a file of that name.',
    ],
  ];
  for (const [args, text] of MISUSES) {
    it(`are as clear: ${args.join(' ')}`, async () => {
      assert.deepEqual(await imds(args), { code: 2, signal: null, stdout: '', stderr: `${text}\n` });
    });
  }

  it('know each other: what one does not read, another may', async () => {
    const events = join(mkdtempSync(join(tmpdir(), 'imds-usage-')), 'calls.jsonl');
    const demo = join(root, 'fixtures/demo/demo.pcap');
    assert.equal((await imds(['analyze', '--jsonl', '-o', events, demo])).code, 0);
    const [analyzed, reported] = await Promise.all([imds(['analyze', events]), imds(['report', demo])]);
    rmSync(dirname(events), { recursive: true });
    assert.match(analyzed.stderr, / Events and JSON reports of imds are read by imds report\.\n/);
    assert.match(reported.stderr, /; captures are for `imds analyze`\.\n/);
    assert.deepEqual([analyzed.code, reported.code], [4, 4]);
  });
});

describe('imds analyze, misused', () => {
  const MISUSES: readonly [args: string[], text: string][] = [
    [
      [],
      'imds analyze: no capture to analyze. Name a capture file, a folder of captures, or - for standard input; imds analyze --help says more.',
    ],
    [['--colour', 'a.pcap'], 'imds analyze: no such option: --colour. imds analyze --help says more.'],
    [
      ['--jsn=x', '-f', 'a.pcap'],
      'imds analyze: no such option: --jsn, -f. Did you mean --json? imds analyze --help says more.',
    ],
    [
      ['--since', '24h', 'a.pcap'],
      'imds analyze: no such option: --since. imds report has it. imds analyze --help says more.',
    ],
    [
      ['--format', 'xml', 'a.pcap'],
      'imds analyze: --format xml: not one of text, csv, json, jsonl, html, log. Give one of them.',
    ],
    [
      ['--format', 'CSV', 'a.pcap'],
      'imds analyze: --format CSV: not one of text, csv, json, jsonl, html, log. Did you mean csv?',
    ],
    [
      ['--csv', '--json', 'a.pcap'],
      'imds analyze: --json and --csv: one excludes the other. Give one of them.',
    ],
    [
      ['--csv', '--format', 'text', 'a.pcap'],
      'imds analyze: --csv and --format: one excludes the other. Give one of them.',
    ],
    [
      ['--fail-on', 'v2', 'a.pcap'],
      'imds analyze: --fail-on v2: not one of v1, unknown, incomplete, not-ready. Give one of them.',
    ],
    [
      ['--fail-on', 'v1,unknown', 'a.pcap'],
      'imds analyze: --fail-on v1,unknown: not one of v1, unknown, incomplete, not-ready. Give --fail-on once for each.',
    ],
    [
      ['--fail-on', '\u001b[31mv1', 'a.pcap'],
      'imds analyze: --fail-on \\x1B[31mv1: not one of v1, unknown, incomplete, not-ready. Give one of them.',
    ],
    [
      ['--ancestors', '-1', 'a.pcap'],
      'imds analyze: --ancestors -1: expected an integer greater than or equal to 0. imds analyze --help says more.',
    ],
    [
      ['--ancestors', 'all', 'a.pcap'],
      'imds analyze: --ancestors all: expected an integer. imds analyze --help says more.',
    ],
    [
      ['a.pcap', '-o'],
      'imds analyze: --output: expected a value behind it, found none. imds analyze --help says more.',
    ],
    [
      ['a.pcap', '--group-by', '--csv'],
      'imds analyze: --group-by: expected one of caller, container, unit, user, path, host, client behind it, found none. imds analyze --help says more.',
    ],
    [['-o', 'a', '-o', 'b', 'a.pcap'], 'imds analyze: --output: given more than once. Give it once.'],
    [
      ['--endpoint', 'fd00:ec2::254:80', 'a.pcap'],
      'imds analyze: --endpoint fd00:ec2::254:80: an IPv6 address, or one with a port behind it. Give it in brackets: [fd00:ec2::254]:80, or [fd00:ec2::254:80].',
    ],
    [
      ['--observed', '1', 'a.pcap'],
      'imds analyze: --observed 1: not a time. Give a number and a unit: 30m, 12h, 7d.',
    ],
    [
      ['--endpoint', '10.0.0.7:http', 'a.pcap'],
      'imds analyze: --endpoint 10.0.0.7:http: "http" is not a port from 1 to 65535. Give IP, IP:PORT or [IPv6]:PORT, such as 10.0.0.7:8080 or [fd00:ec2::254]:80.',
    ],
  ];
  for (const [args, text] of MISUSES) {
    it(`refuses ${args.join(' ') || 'no arguments'}`, async () => {
      const refused = await imds(['analyze', ...args]);
      assert.deepEqual(refused, { code: 2, signal: null, stdout: '', stderr: `${text}\n` });
    });
  }

  it('is as clear where standard input is closed', async () => {
    const refused = await imds(['analyze'], { stdio: ['ignore', 'pipe', 'pipe'] });
    assert.equal(refused.code, 2);
    assert.match(flat(refused), /no capture to analyze/);
  });
});
