/** A package for rpm, of the tree, by Debian's rpmbuild. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../step.mjs';
import { rpmScripts } from './maintainer-scripts.mjs';
import { ARCHITECTURES } from './pins.mjs';
import { packageJson } from './reference.mjs';
import { run } from './run.mjs';
import { CONFIGURATION, laySystemRoot, settle } from './system-root.mjs';

/**
 * @param {object} options
 * @param {string} options.tree
 * @param {string} options.work folder that is written anew
 * @param {string} options.out folder
 * @param {import('./pins.mjs').Architecture} options.architecture
 * @param {number} options.epoch
 * @param {Map<string, Set<string>>} options.needs versions of the system's libraries, by library
 * @returns {string} name of the file written into `out`
 */
export function packRpm({ tree, work, out, architecture, epoch, needs }) {
  const { version } = packageJson();
  const { rpm } = ARCHITECTURES[architecture];
  rmSync(work, { recursive: true, force: true });
  const files = join(work, 'files');
  laySystemRoot(tree, files);
  settle(files, epoch);
  mkdirSync(join(work, 'rpmdb'));
  const spec = join(work, 'imds.spec');
  writeFileSync(spec, specFile({ files, architecture, needs }));
  const macros = {
    _topdir: join(work, 'build'),
    _rpmdir: join(work, 'packages'),
    _buildhost: 'localhost',
    _binary_payload: 'w2.xzdio',
    // Node's binary stays as it was published, and Debian's paths stay out of the package.
    __os_install_post: '%{nil}',
    _build_id_links: 'none',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    source_date_epoch_from_changelog: '0',
    _dbpath: join(work, 'rpmdb'),
  };
  const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  run('rpmbuild', ['-bb', '--target', `${rpm}-linux`, ...defines, spec], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch), HOME: work },
  });
  const name = `imds-${version}-1.${rpm}.rpm`;
  renameSync(join(work, 'packages', rpm, name), join(out, name));
  return name;
}

/** @param {{ files: string, architecture: import('./pins.mjs').Architecture, needs: Map<string, Set<string>> }} facts */
function specFile({ files, needs }) {
  const { version, license } = packageJson();
  const { maintainer, summary, description } = JSON.parse(
    readFileSync(join(root, 'packaging/metadata.json'), 'utf8'),
  );
  const sections = Object.entries(rpmScripts()).map(([name, text]) => `%${name}\n${text}\n`);
  return `Name: imds
Version: ${version}
Release: 1
Summary: ${summary}
License: ${license}
Packager: ${maintainer}
Group: Applications/System
AutoReqProv: no
${requirements(needs)
  .map((each) => `Requires: ${each}`)
  .join('\n')}
Requires(post): /usr/sbin/useradd, /usr/bin/getent, /usr/bin/install

%description
${description.join('\n\n')}

%install
cp -a ${files}/. %{buildroot}/

${sections.join('\n')}
%files
%defattr(-,root,root,-)
${ownedPaths(files).join('\n')}
`;
}

/** As rpm's own generator writes them; what the package brings itself is none. @param {Map<string, Set<string>>} needs */
function requirements(needs) {
  return [...needs]
    .filter(([library]) => library !== 'libpcap.so.1')
    .flatMap(([library, versions]) => [
      `${library}()(64bit)`,
      ...[...versions].sort().map((version) => `${library}(${version})(64bit)`),
    ])
    .sort();
}

/** Files, and the folders that are of this package alone. @param {string} folder */
function ownedPaths(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name).slice(folder.length);
      if (CONFIGURATION.includes(path.slice(1))) return `%config(noreplace) ${path}`;
      if (!entry.isDirectory()) return path.includes('/man1/') ? `%doc ${path}` : path;
      return /\/imds(\/|$)/.test(path) ? `%dir ${path}` : '';
    })
    .filter(Boolean)
    .sort();
}
