/**
 * What is generated from the commands and committed: oclif.manifest.json, from which oclif knows the
 * commands without loading them, and the command reference and the transcripts in README.md; and docs/clients.md and
 * docs/zoo.md, from the client table and from what its clients did; and
 * docs/causes.md, from the rules; and the table of docs/configuration.md, packaging/imds.toml and
 * schemas/config.schema.json, from the settings. `--write` updates all of them, `--check` fails where one is not current. Reads dist/, so build first.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core/config';
import { causesDocument } from './causes-doc.mjs';
import { clientsDocument } from './clients-doc.mjs';
import { configSchema, defaultConfig, settingsOf, withSettings } from './config-doc.mjs';
import { zooDocument } from './zoo-doc.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const write = process.argv.includes('--write');

const plugin = new Plugin({
  root,
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
});
await plugin.load();
settle('oclif.manifest.json', `${JSON.stringify(plugin.manifest, undefined, 2)}\n`);
settle('README.md', readmeWithReference());
settle('docs/causes.md', await causesDocument(new URL('../src/causes/rules/index.ts', import.meta.url)));
settle('docs/clients.md', clientsDocument(new URL('../src/clients/clients.json', import.meta.url)));
const settings = await settingsOf(new URL('../src/config/settings.ts', import.meta.url));
settle(
  'docs/configuration.md',
  withTranscripts(withSettings(readFileSync(join(root, 'docs/configuration.md'), 'utf8'), settings)),
);
settle('packaging/imds.toml', defaultConfig(settings));
settle('schemas/config.schema.json', configSchema(settings));
settle('docs/zoo.md', zooDocument(new URL('../test/zoo/cases.json', import.meta.url)));

function readmeWithReference() {
  const oclif = join(root, 'node_modules', 'oclif', 'bin', 'run.js');
  const result = spawnSync(process.execPath, [oclif, 'readme', '--dry-run', '--no-source-links'], {
    cwd: root,
    encoding: 'utf8',
    // Fixed, so that the text does not depend on who generates it.
    env: { ...process.env, COLUMNS: '80', NO_COLOR: '1', OCLIF_SKIP_NEW_VERSION_CHECK: '1' },
  });
  if (result.status !== 0) throw new Error(`oclif readme failed: ${result.stderr}`);
  // oclif says on standard output, too, what it is replacing and where.
  const text = result.stdout.replace(/^replacing <!-- .*\n/gm, '');
  return `${withTranscripts(text).trim()}\n`;
}

/**
 * What stands between `<!-- run: COMMAND -->` and `<!-- ran -->` becomes what that command prints. Its /tmp is a
 * folder of this run.
 * @param {string} text
 */
function withTranscripts(text) {
  const scratch = mkdtempSync(join(tmpdir(), 'imds-generate-'));
  try {
    return transcribed(text, scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * @param {string} text
 * @param {string} scratch
 */
function transcribed(text, scratch) {
  return text.replace(/<!-- run: (.*) -->\n[\s\S]*?<!-- ran -->/g, (_, command) => {
    const { stdout } = spawnSync(
      'sh',
      [
        '-c',
        `imds() { "${process.execPath}" bin/run.js "$@"; }; ${command.replaceAll(' /tmp/', ` ${scratch}/`)}`,
      ],
      {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, COLUMNS: '80', NO_COLOR: '1', TZ: 'UTC' },
      },
    );
    if (stdout === '') throw new Error(`no output from: ${command}`);
    const fence = '```';
    const shown = stdout.trimEnd().replaceAll(scratch, '/tmp');
    return `<!-- run: ${command} -->\n${fence}\n$ ${command}\n${shown}\n${fence}\n<!-- ran -->`;
  });
}

/**
 * @param {string} file
 * @param {string} text that it should hold
 */
function settle(file, text) {
  const path = join(root, file);
  let held = '';
  try {
    held = readFileSync(path, 'utf8');
  } catch {
    // Not written yet: as good as outdated.
  }
  if (held === text) return;
  if (write) {
    writeFileSync(path, text);
    process.stderr.write(`${file} updated\n`);
    return;
  }
  process.stderr.write(`${file} is not current. Run: npm run build && npm run docs\n`);
  process.exitCode = 1;
}
