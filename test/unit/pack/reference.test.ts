import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bashCompletion, zshCompletion } from '../../../scripts/pack/completions.mjs';
import { manPages } from '../../../scripts/pack/man.mjs';
import { commandsOfManifest, packageJson } from '../../../scripts/pack/reference.mjs';

const commands = commandsOfManifest();
const flagsOf = (id: string) => Object.values(commands.find((command) => command.id === id)?.flags ?? {});

describe('manual pages', () => {
  const pages = manPages(commands, { ...packageJson(), date: '2026-01-15' });

  it('are one for imds and one for each command', () => {
    const own = commands.map(({ id }) => id).filter((id) => id !== 'help');
    assert.deepEqual([...pages.keys()], ['imds.1', ...own.map((id) => `imds-${id.replaceAll(' ', '-')}.1`)]);
  });

  for (const { id, description = '' } of commands.filter((command) => command.id !== 'help')) {
    it(`tell every option and exit code of imds ${id}`, () => {
      const page = pages.get(`imds-${id.replaceAll(' ', '-')}.1`) ?? '';
      // What another command explains is left to its page.
      for (const { name, summary } of flagsOf(id).filter(({ hidden }) => hidden !== true)) {
        assert.ok(page.includes(`\\fB\\-\\-${name.replaceAll('-', '\\-')}\\fR`), name);
        assert.ok(page.includes(summary.split('-')[0] ?? ''), summary);
      }
      assert.match(page, /^\.TH IMDS-[A-Z-]+ 1 2026-01-15 "imds \d/);
      const tells = /^\.SH EXIT STATUS\n\.TP\n\.B 0\n\S/m.test(page);
      assert.equal(tells, description.includes('Exit status: '));
      // No placeholder of oclif's, and no text that roff takes for a request.
      assert.doesNotMatch(page, /<%/);
      assert.doesNotMatch(page, /^\.(?!TH|SH|TP|PP|B|BR|I|br|nf|fi|RS|RE)/m);
    });
  }
});

describe('completion for bash', () => {
  const script = bashCompletion(commands);

  /** What bash offers for the last of the words; "=" is a word of its own, as bash splits. */
  function offered(...words: string[]): string[] {
    const program = `${script}
compopt() { :; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_imds
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr, status } = spawnSync('bash', ['-c', program, 'bash', ...words], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout.split('\n').filter(Boolean).sort();
  }

  const firstWords = new Set(commands.map(({ id }) => id.split(' ')[0] ?? id));

  it('offers the commands', () => {
    assert.deepEqual(offered('imds', ''), ['--help', '--version', ...firstWords].sort());
    assert.deepEqual(offered('imds', 'an'), ['analyze']);
  });

  it('offers the options of a command', () => {
    const all = ['--help', ...flagsOf('live').map(({ name }) => `--${name}`)].sort();
    assert.deepEqual(offered('imds', 'live', '--'), all);
  });

  it('offers the commands of a topic, and their options', () => {
    assert.deepEqual(offered('imds', 'service', ''), ['install', 'status', 'uninstall']);
    const all = ['--help', ...flagsOf('service install').map(({ name }) => `--${name}`)].sort();
    assert.deepEqual(offered('imds', 'service', 'install', '--'), all);
    assert.deepEqual(offered('imds', 'service', 'uninstall', '--r'), ['--root']);
  });

  it('offers the values of an option, with a blank or "=" before it', () => {
    const values = [...(flagsOf('analyze').find(({ name }) => name === 'format')?.options ?? [])].sort();
    assert.ok(values.includes('json'));
    assert.deepEqual(offered('imds', 'analyze', '--format', ''), values);
    assert.deepEqual(offered('imds', 'analyze', '--format', '='), values);
    assert.deepEqual(offered('imds', 'analyze', '--format', '=', 'js'), ['json', 'jsonl']);
    assert.deepEqual(offered('imds', 'live', '--count', ''), []);
  });

  it('offers files where one belongs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'imds-completion-'));
    try {
      writeFileSync(join(folder, 'a.pcap'), '');
      assert.deepEqual(offered('imds', 'analyze', `${folder}/a`), [join(folder, 'a.pcap')]);
      assert.deepEqual(offered('imds', 'config', 'check', `${folder}/a`), [join(folder, 'a.pcap')]);
      assert.deepEqual(offered('imds', 'config', 'show', `${folder}/a`), []);
      assert.deepEqual(offered('imds', 'live', '-w', `${folder}/`), [join(folder, 'a.pcap')]);
      assert.deepEqual(offered('imds', 'live', '--log-dir', `${folder}/`), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('completion for zsh', () => {
  it('has every option of every command', () => {
    const script = zshCompletion(commands);
    for (const { id } of commands) {
      const line = script.slice(script.indexOf(` ${id.split(' ').at(-1)}) _arguments`)).split(' ;;')[0] ?? '';
      for (const { name } of flagsOf(id)) assert.match(line, new RegExp(`--${name}[=[]`), `${id} ${name}`);
    }
  });
});
