/** The files of a package, laid out as below /usr: bin, lib/imds and share. Every kind of package is made of this tree. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { COMPILED } from '../compiled.mjs';
import { root } from '../step.mjs';
import { bashCompletion, zshCompletion } from './completions.mjs';
import { manPages } from './man.mjs';
import { ARCHITECTURES, LIMITS } from './pins.mjs';
import { commandsOfManifest, packageJson } from './reference.mjs';

/** With everything that one of them links to. */
const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'bench/RESULTS.md',
  'docs',
  'schemas',
  ...['Dockerfile', 'grafana', 'imds.service', 'kubernetes', 'logrotate', 'prometheus', 'rsyslog'].map(
    (name) => `packaging/${name}`,
  ),
];
const PROGRAMS = ['bin/imds', 'lib/imds/node'];
/** Of package.json, what the program itself reads. */
const RUNTIME_FIELDS = ['name', 'version', 'description', 'license', 'type', 'oclif'];

/**
 * @typedef {object} Parts
 * @property {import('./pins.mjs').Architecture} architecture
 * @property {string} node folder with `bin/node` and `LICENSE`
 * @property {string} native folder with `ARCHITECTURE/cap.node`, `ARCHITECTURE/libpcap.so.1`, `libpcap-LICENSE`
 * @property {string} probe folder with what is compiled (COMPILED)
 * @property {string} notice what is linked into imds-probe
 * @property {string} sbom
 * @property {number} epoch seconds; the time of every file
 */

/**
 * @param {string} folder that is written anew
 * @param {Parts} parts
 */
export function layTree(folder, parts) {
  rmSync(folder, { recursive: true, force: true });
  const put = putterIn(folder);
  putProgram(put, parts);
  putDocuments(put, parts);
  putReference(put, parts.epoch);
  setModes(folder);
}

/** @typedef {{ file(path: string, from: string): void, text(path: string, text: string | Uint8Array): void, folder(path: string, from: string): void }} Putter */

/**
 * @param {string} folder
 * @returns {Putter}
 */
function putterIn(folder) {
  const place = (/** @type {string} */ path) => {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  return {
    file(path, from) {
      copyFileSync(from, place(path));
    },
    text(path, text) {
      writeFileSync(place(path), text);
    },
    folder(path, from) {
      cpSync(from, place(path), { recursive: true });
    },
  };
}

/**
 * @param {Putter} put
 * @param {Parts} parts
 */
function putProgram(put, { architecture, node, native, probe }) {
  put.text('bin/imds', launcher(architecture));
  put.file('lib/imds/node', join(node, 'bin/node'));
  put.file('lib/imds/bin/run.js', join(root, 'bin/run.js'));
  put.file('lib/imds/oclif.manifest.json', join(root, 'oclif.manifest.json'));
  const entries = Object.entries(packageJson()).filter(([name]) => RUNTIME_FIELDS.includes(name));
  put.text('lib/imds/package.json', `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
  put.folder('lib/imds/dist', join(root, 'dist'));
  put.file('lib/imds/packaging/imds.service', join(root, 'packaging/imds.service'));
  const prebuilt = `lib/imds/prebuilt/linux-${ARCHITECTURES[architecture].debian}`;
  for (const name of COMPILED) {
    put.file(`${prebuilt}/${name}`, join(probe, name));
  }
  const cap = join(root, 'node_modules/cap');
  for (const name of ['package.json', 'LICENSE'])
    put.file(`lib/imds/node_modules/cap/${name}`, join(cap, name));
  put.folder('lib/imds/node_modules/cap/lib', join(cap, 'lib'));
  for (const name of ['cap.node', 'libpcap.so.1']) {
    put.file(`lib/imds/node_modules/cap/build/Release/${name}`, join(native, architecture, name));
  }
}

/**
 * @param {Putter} put
 * @param {Parts} parts
 */
function putDocuments(put, { node, native, notice, sbom }) {
  for (const name of DOCUMENTS) put.folder(`share/doc/imds/${name}`, join(root, name));
  put.folder('share/doc/imds/examples/demo', join(root, 'fixtures/demo'));
  put.file('share/doc/imds/examples/imds.toml', join(root, 'packaging/imds.toml'));
  put.text('share/doc/imds/sbom.cdx.json', sbom);
  put.file('share/doc/imds/licenses/node.txt', join(node, 'LICENSE'));
  put.file('share/doc/imds/licenses/libpcap.txt', join(native, 'libpcap-LICENSE'));
  put.file('share/doc/imds/licenses/cap.txt', join(root, 'node_modules/cap/LICENSE'));
  put.file('share/doc/imds/licenses/nan.txt', join(root, 'node_modules/nan/LICENSE.md'));
  put.file('share/doc/imds/licenses/bundled.txt', join(root, 'dist/THIRD-PARTY-LICENSES.txt'));
  put.text('share/doc/imds/licenses/imds-probe.txt', notice);
}

/**
 * @param {Putter} put
 * @param {number} epoch
 */
function putReference(put, epoch) {
  const commands = commandsOfManifest();
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  for (const [name, page] of manPages(commands, { ...packageJson(), date })) {
    put.text(`share/man/man1/${name}.gz`, gzipSync(page, { level: 9 }));
  }
  put.text('share/bash-completion/completions/imds', bashCompletion(commands));
  put.text('share/zsh/site-functions/_imds', zshCompletion(commands));
}

/** @param {import('./pins.mjs').Architecture} architecture */
function launcher(architecture) {
  const [, minor = ''] = LIMITS.GLIBC.split('.');
  return readFileSync(join(root, 'packaging/imds.sh'), 'utf8')
    .replaceAll('@LOADER@', ARCHITECTURES[architecture].loader)
    .replaceAll('@ARCHITECTURE@', ARCHITECTURES[architecture].rpm)
    .replaceAll('@GLIBC_MINOR@', minor);
}

/**
 * Whatever the umask and the checkout were: executable for everybody or for nobody.
 * @param {string} folder
 */
function setModes(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isProgram = PROGRAMS.some((name) => path === join(folder, name)) || path.includes('/prebuilt/');
    chmodSync(path, entry.isDirectory() || isProgram ? 0o755 : 0o644);
  }
}
