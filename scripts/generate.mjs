/**
 * What is generated and committed: oclif.manifest.json, from which oclif knows the commands without loading them; the
 * command reference docs/commands.md; every transcript in README.md and docs/ (transcripts.mjs); the picture of a
 * terminal; docs/clients.md, docs/zoo.md and docs/causes.md, from the client table, from what its clients did and from
 * the rules; and the table of docs/configuration.md, packaging/imds.toml and schemas/config.schema.json, from the
 * settings; and scan.wasm, from its C. `--write` updates all of them, `--check` fails where one is not current, and shows where. Reads dist/, so
 * build first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core/config';
import { causesDocument } from './causes-doc.mjs';
import { clientsDocument } from './clients-doc.mjs';
import { configSchema, defaultConfig, settingsOf, withSettings } from './config-doc.mjs';
import { terminalPicture } from './terminal-picture.mjs';
import { difference, withTranscripts } from './transcripts.mjs';
import { compiled, isCurrent, WASM } from './wasm.mjs';
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
settle('oclif.manifest.json', `${JSON.stringify(manifest(), undefined, 2)}\n`);
settle('docs/commands.md', commandReference());
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
for (const name of readdirSync(join(root, 'docs')).filter((entry) => entry.endsWith('.md'))) {
  transcribe(`docs/${name}`);
}
transcribe('README.md');
settle('docs/images/terminal.svg', terminalPicture());
settleScanner();

/** oclif has the commands in the order in which it happened to find them: folders are read at the same time. */
function manifest() {
  const { commands, ...others } = plugin.manifest;
  const isOfTopic = (/** @type {string} */ id) => id.includes(':');
  const ids = Object.keys(commands).sort();
  const ordered = [...ids.filter((id) => !isOfTopic(id)), ...ids.filter(isOfTopic)];
  return { commands: Object.fromEntries(ordered.map((id) => [id, commands[id]])), ...others };
}

/** oclif fills in what stands between its two comments in the file. */
function commandReference() {
  const oclif = join(root, 'node_modules', 'oclif', 'bin', 'run.js');
  const args = ['readme', '--readme-path', 'docs/commands.md', '--dry-run', '--no-source-links'];
  const result = spawnSync(process.execPath, [oclif, ...args], {
    cwd: root,
    encoding: 'utf8',
    // Fixed, so that the text does not depend on who generates it.
    env: { ...process.env, COLUMNS: '80', NO_COLOR: '1', OCLIF_SKIP_NEW_VERSION_CHECK: '1' },
  });
  if (result.status !== 0) throw new Error(`oclif readme failed: ${result.stderr}`);
  // oclif says on standard output, too, what it is replacing and where.
  return `${result.stdout.replace(/^replacing <!-- .*\n/gm, '').trim()}\n`;
}

/** @param {string} file a document, whose transcripts should be what their commands print */
function transcribe(file) {
  settle(file, withTranscripts(readFileSync(join(root, file), 'utf8')));
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
  process.stderr.write(
    `${file} is not current. Run: npm run build && npm run docs\n${difference(held, text)}`,
  );
  process.exitCode = 1;
}

function settleScanner() {
  const path = join(root, WASM);
  if (existsSync(path) && isCurrent(readFileSync(path))) return;
  if (write) {
    writeFileSync(path, compiled(), { mode: 0o644 });
    process.stderr.write(`${WASM} updated\n`);
    return;
  }
  process.stderr.write(
    `${WASM} is not what its source gives. Run: npm run docs (with Debian's packages clang and lld)\n`,
  );
  process.exitCode = 1;
}
