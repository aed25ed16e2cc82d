/** A package for dpkg, of the tree. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { root } from '../step.mjs';
import { debianScripts } from './maintainer-scripts.mjs';
import { ARCHITECTURES, LIMITS } from './pins.mjs';
import { packageJson } from './reference.mjs';
import { run } from './run.mjs';
import { CONFIGURATION, laySystemRoot, move, settle } from './system-root.mjs';

/** By the versions of pins.mjs: libstdc++6 of GCC 7 has CXXABI_1.3.11. */
const DEPENDS = [`libc6 (>= ${LIMITS.GLIBC})`, 'libgcc-s1 | libgcc1', 'libstdc++6 (>= 7)', 'passwd'];
const COLUMNS = 78;

/**
 * @param {object} options
 * @param {string} options.tree
 * @param {string} options.work folder that is written anew
 * @param {string} options.out folder
 * @param {import('./pins.mjs').Architecture} options.architecture
 * @param {number} options.epoch
 * @returns {string} name of the file written into `out`
 */
export function packDeb({ tree, work, out, architecture, epoch }) {
  const { version } = packageJson();
  const { debian } = ARCHITECTURES[architecture];
  laySystemRoot(tree, work);
  move(work, 'usr/share/zsh/site-functions/_imds', 'usr/share/zsh/vendor-completions/_imds');
  rmdirSync(join(work, 'usr/share/zsh/site-functions'));
  // Which names the file of the licence that every Debian has.
  rmSync(join(work, 'usr/share/doc/imds/LICENSE'));
  copyFileSync(join(root, 'packaging/copyright'), join(work, 'usr/share/doc/imds/copyright'));
  const size = installedKib(work);
  const control = join(work, 'DEBIAN');
  mkdirSync(control);
  writeFileSync(join(control, 'control'), controlFile({ version, debian, size }));
  writeFileSync(join(control, 'md5sums'), md5sums(work));
  writeFileSync(join(control, 'conffiles'), CONFIGURATION.map((path) => `/${path}\n`).join(''));
  for (const [name, text] of Object.entries(debianScripts())) {
    writeFileSync(join(control, name), text);
  }
  settle(work, epoch);
  for (const entry of readdirSync(control)) {
    chmodSync(join(control, entry), entry in debianScripts() ? 0o755 : 0o644);
  }
  const name = `imds_${version}_${debian}.deb`;
  // A third of the time of the usual level for a tenth more. One thread, since the number of them decides where xz begins a new block.
  const options = ['--root-owner-group', '-Zxz', '-z2', '--threads-max=1'];
  run('dpkg-deb', [...options, '--build', work, join(out, name)], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  });
  return name;
}

/** @param {{ version: string, debian: string, size: number }} facts */
function controlFile({ version, debian, size }) {
  const { maintainer, summary, description } = JSON.parse(
    readFileSync(join(root, 'packaging/metadata.json'), 'utf8'),
  );
  return `Package: imds
Version: ${version}
Architecture: ${debian}
Maintainer: ${maintainer}
Installed-Size: ${size}
Depends: ${DEPENDS.join(', ')}
Section: admin
Priority: optional
Description: ${summary}
${description.map(wrapped).join('\n .\n')}
`;
}

/** @param {string} paragraph */
function wrapped(paragraph) {
  let line = '';
  const lines = [];
  for (const word of paragraph.split(' ')) {
    if (line.length + word.length >= COLUMNS) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}

/** @param {string} folder */
function files(folder) {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      // Of a configuration, dpkg keeps a sum of its own.
      .filter((path) => !path.startsWith('DEBIAN/') && !CONFIGURATION.includes(path))
      .sort()
  );
}

/** As dpkg-gencontrol counts: each file in whole KiB, and one KiB for everything else. @param {string} folder */
function installedKib(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) =>
      entry.isFile() ? Math.ceil(statSync(join(entry.parentPath, entry.name)).size / 1024) : 1,
    )
    .reduce((sum, size) => sum + size, 0);
}

/** @param {string} folder */
function md5sums(folder) {
  return run('md5sum', files(folder), { cwd: folder });
}
