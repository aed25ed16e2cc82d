import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    [['help', 'lve'], 'imds help: no such command: lve. Did you mean live? `imds --help` lists them.'],
    [['\u001b[31m'], 'imds: no such command: \\x1B[31m. `imds --help` lists them.'],
  ];
  for (const [args, error] of UNKNOWN) {
    it(`knows no command ${JSON.stringify(args.join(' '))}`, async () => {
      assert.deepEqual(await imds(args), { code: 2, signal: null, stdout: '', stderr: `${error}\n` });
    });
  }
});

describe('imds analyze, misused', () => {
  const MISUSES: readonly [args: string[], text: string][] = [
    [
      [],
      'imds analyze: no capture to analyze. Name a capture file, a folder of captures, or - for standard input;',
    ],
    [['--colour', 'a.pcap'], 'Error: Nonexistent flag: --colour'],
    [
      ['--format', 'xml', 'a.pcap'],
      'Error: Expected --format=xml to be one of: text, csv, json, jsonl, html, log',
    ],
    [['--csv', '--json', 'a.pcap'], '--json=true cannot also be provided when using --csv'],
    [['--csv', '--format', 'text', 'a.pcap'], '--format=text cannot also be provided when using --csv'],
    [
      ['--fail-on', 'v2', 'a.pcap'],
      'Error: Expected --fail-on=v2 to be one of: v1, unknown, incomplete, not-ready',
    ],
    [['--ancestors', '-1', 'a.pcap'], '--ancestors'],
    [['--ancestors', 'all', 'a.pcap'], 'Expected an integer but received: all'],
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
      assert.equal(refused.code, 2);
      assert.equal(refused.stdout, '');
      assert.ok(flat(refused).includes(text), flat(refused));
    });
  }

  it('runs no code that stands in a home, and reads none of it', async () => {
    const home = mkdtempSync(join(tmpdir(), 'imds-home-'));
    const data = join(home, '.local', 'share', 'imds');
    const plugin = join(data, 'node_modules', 'x');
    mkdirSync(plugin, { recursive: true });
    const oclif = { hooks: { init: './init.js' }, commands: './commands' };
    writeFileSync(join(plugin, 'package.json'), JSON.stringify({ name: 'x', version: '1.0.0', oclif }));
    writeFileSync(join(plugin, 'init.js'), 'module.exports = async () => console.log("mine")');
    const plugins = JSON.stringify({ name: 'imds', oclif: { plugins: [{ name: 'x', type: 'user' }] } });
    const env = { HOME: home, XDG_DATA_HOME: '', XDG_CONFIG_HOME: '', XDG_CACHE_HOME: '' };
    for (const text of [plugins, '{']) {
      writeFileSync(join(data, 'package.json'), text);
      const { code, stdout, stderr } = await imds(['explain', 'no-token'], { env });
      assert.deepEqual([code, stderr], [0, '']);
      assert.doesNotMatch(stdout, /mine/);
    }
    rmSync(home, { recursive: true });
  });

  it('is as clear where standard input is closed', async () => {
    const refused = await imds(['analyze'], { stdio: ['ignore', 'pipe', 'pipe'] });
    assert.equal(refused.code, 2);
    assert.match(flat(refused), /no capture to analyze/);
  });
});
