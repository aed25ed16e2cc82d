import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { imds, type Result, root } from './run.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Standard error as one line, without oclif's arrows and line breaks. */
const flat = ({ stderr }: Result) => stderr.replaceAll(/\s*›\s*|\s+/g, ' ').trim();

describe('imds', () => {
  it('says its version as oclif does', async () => {
    const text = `imds/${version} ${process.platform}-${process.arch} node-${process.version}\n`;
    for (const word of ['--version', 'version'])
      assert.deepEqual(await imds([word]), { code: 0, signal: null, stdout: text, stderr: '' });
  });

  it('has these commands and options', async () => {
    const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
    const tree = Object.fromEntries(
      Object.entries<{ args: object; flags: object }>(commands).map(([id, command]) => [
        id,
        [...Object.keys(command.args), ...Object.keys(command.flags).map((flag) => `--${flag}`)].sort(),
      ]),
    );
    assert.deepEqual(tree, {
      analyze: [
        '--ancestors',
        '--calls',
        '--correlations',
        '--cross-check',
        '--csv',
        '--endpoint',
        '--fail-on',
        '--format',
        '--group-by',
        '--json',
        '--jsonl',
        '--observed',
        '--output',
        '--ring',
        '--top',
        'path',
      ],
      'config:check': ['--config', '--json', 'path'],
      'config:show': [
        '--ancestors',
        '--argv',
        '--attribution',
        '--capture',
        '--config',
        '--endpoint',
        '--exit-on-probe-loss',
        '--interface',
        '--json',
        '--jsonl',
        '--keep-root',
        '--keep-secrets',
        '--log-dir',
        '--metrics',
        '--no-log',
        '--no-state',
        '--quiet',
        '--rotate-count',
        '--rotate-size',
        '--state-dir',
        '--user',
        '--write',
        'path',
      ],
      doctor: [
        '--bundle',
        '--config',
        '--endpoint',
        '--json',
        '--lines',
        '--log-dir',
        '--probe-endpoint',
        '--state-dir',
      ],
      explain: ['id'],
      help: ['command'],
      live: [
        '--ancestors',
        '--argv',
        '--attribution',
        '--capture',
        '--config',
        '--count',
        '--duration',
        '--endpoint',
        '--exit-on-probe-loss',
        '--interface',
        '--jsonl',
        '--keep-root',
        '--keep-secrets',
        '--log-dir',
        '--metrics',
        '--no-log',
        '--no-state',
        '--observed',
        '--quiet',
        '--rotate-count',
        '--rotate-size',
        '--state-dir',
        '--user',
        '--write',
      ],
      report: [
        '--ancestors',
        '--calls',
        '--config',
        '--csv',
        '--fail-on',
        '--format',
        '--group-by',
        '--host',
        '--imds-version',
        '--json',
        '--jsonl',
        '--observed',
        '--output',
        '--since',
        '--state-dir',
        '--top',
        '--until',
        'path',
      ],
      scrub: ['--correlations', '--endpoint', '--force', '--strict', 'in', 'out'],
      'service:install': ['--dry-run', '--force', '--program', '--replace-predecessor', '--root'],
      'service:status': ['--json'],
      'service:uninstall': ['--dry-run', '--force', '--purge', '--root'],
    });
  });

  describe('in a home, or with variables, that somebody else has filled', () => {
    let home: string;
    before(() => {
      home = mkdtempSync(join(tmpdir(), 'imds-home-'));
      const data = join(home, '.local', 'share', 'imds');
      const plugin = join(data, 'node_modules', 'strange');
      mkdirSync(plugin, { recursive: true });
      const plugins = [{ type: 'user', name: 'strange' }];
      writeFileSync(
        join(data, 'package.json'),
        JSON.stringify({ name: 'x', version: '1.0.0', oclif: { schema: 1, plugins } }),
      );
      const oclif = { hooks: { init: './hook.js' } };
      writeFileSync(
        join(plugin, 'package.json'),
        JSON.stringify({ name: 'strange', version: '1.0.0', oclif }),
      );
      writeFileSync(
        join(plugin, 'hook.js'),
        'module.exports = async () => process.stdout.write("STRANGE\\n");',
      );
      // Whoever opens it waits for ever.
      mkdirSync(join(home, '.config', 'imds'), { recursive: true });
      execFileSync('mkfifo', [join(home, '.config', 'imds', 'theme.json')]);
    });
    after(() => rmSync(home, { recursive: true }));

    it('runs none of its code, and waits for none of its files', async () => {
      const wanted = await imds(['explain', 'no-token']);
      const data = join(home, '.local', 'share');
      for (const env of [{ HOME: home }, { XDG_DATA_HOME: data }, { IMDS_DATA_DIR: join(data, 'imds') }])
        assert.deepEqual(await imds(['explain', 'no-token'], { env, timeout: 20_000 }), wanted);
    });
  });

  it('shows its commands without arguments, with --help, -h and help', async () => {
    const pages = await Promise.all([[], ['--help'], ['-h'], ['help']].map((args) => imds(args)));
    for (const page of pages) assert.deepEqual(page, pages[0]);
    assert.equal(pages[0]?.code, 0);
    assert.match(pages[0]?.stdout ?? '', /COMMANDS\n {2}analyze {2}Report who calls[\s\S]*\n {2}help /);
  });

  it('explains a command with --help, -h and help', async () => {
    const forms = [
      ['analyze', '--help'],
      ['analyze', '-h'],
      ['help', 'analyze'],
    ];
    const pages = await Promise.all(forms.map((args) => imds(args)));
    for (const page of pages) assert.deepEqual(page, pages[0]);
    assert.equal(pages[0]?.code, 0);
    assert.match(pages[0]?.stdout ?? '', /\$ imds analyze PATH\.\.\. \[OPTION\.\.\.\]\n/);
  });

  it('explains the commands of a topic, too', async () => {
    const [page, same] = await Promise.all([
      imds(['service', 'install', '--help']),
      imds(['help', 'service', 'install']),
    ]);
    assert.equal(page.code, 0);
    assert.deepEqual(same, page);
  });

  const UNKNOWN: readonly [args: string[], error: string][] = [
    [['analyse'], 'imds: no such command: analyse. Did you mean analyze? `imds --help` lists them.'],
    [
      ['analize', 'a.pcap'],
      'imds: no such command: analize. Did you mean analyze? `imds --help` lists them.',
    ],
    [
      ['analize', '--help'],
      'imds: no such command: analize. Did you mean analyze? `imds --help` lists them.',
    ],
    [['zzz'], 'imds: no such command: zzz. `imds --help` lists them.'],
    [['--colour'], 'imds: no such command: --colour. `imds --help` lists them.'],
    [
      ['service', 'instal', '--dry-run'],
      'imds: no such command: service instal. Did you mean service install? `imds service --help` lists them.',
    ],
    [
      ['help', 'live', 'eth0'],
      'imds help: unexpected argument: eth0. imds live takes options alone; imds live --help says more.',
    ],
    [['help', 'lve'], 'imds help: no such command: lve. Did you mean live? `imds --help` lists them.'],
    [['\u001b[31m'], 'imds: no such command: \\x1B[31m. `imds --help` lists them.'],
  ];
  for (const [args, error] of UNKNOWN) {
    it(`knows no command ${JSON.stringify(args.join(' '))}`, async () => {
      assert.deepEqual(await imds(args), { code: 2, signal: null, stdout: '', stderr: `${error}\n` });
    });
  }
});

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
