import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds, root } from './run.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

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
