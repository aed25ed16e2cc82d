/**
 * Puts what was compiled into prebuilt/, for the package: an installation by npm needs no compiler. Fails where
 * one of the architectures is missing, since such a package would lack the socket view there.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './setup.mjs';

const FILES = ['imds-probe', 'no-new-privs.node'];
const ARCHITECTURES = ['amd64', 'arm64'];
/** What is linked into imds-probe, and on what terms. */
const LINKED = [
  { name: 'libbpf-dev', licence: 'LGPL-2.1-only OR BSD-2-Clause' },
  { name: 'libelf-dev', licence: 'GPL-2.0-or-later OR LGPL-3.0-or-later' },
  { name: 'zlib1g-dev', licence: 'Zlib' },
  { name: 'libc6-dev', licence: 'LGPL-2.1-or-later' },
];

const target = join(root, 'prebuilt');
rmSync(target, { recursive: true, force: true });
const missing = [];
for (const architecture of ARCHITECTURES) {
  const folder = join(target, `linux-${architecture}`);
  mkdirSync(folder, { recursive: true });
  for (const file of FILES) {
    const built = join(root, '.cache/probe', architecture, file);
    if (existsSync(built)) copyFileSync(built, join(folder, file));
    else missing.push(`${file} for ${architecture}`);
  }
}
if (missing.length > 0) {
  say(
    `Not packed: there is no ${missing.join(', no ')} here. \`npm test\` installs what builds them, and does.`,
  );
  process.exit(1);
}
writeFileSync(join(target, 'NOTICE.txt'), notice());

function notice() {
  const lines = LINKED.map(({ name, licence }) => `  ${name} ${versionOf(name)}: ${licence}`);
  return `imds-probe is linked statically against these libraries, as Debian packages them:
${lines.join('\n')}
Their sources are Debian's source packages of these versions. To link it against others:
make -C src/bpf in the source tree of imds.
`;
}

/** @param {string} name */
function versionOf(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of dpkg-query
  const { stdout, status } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return status === 0 ? stdout : '(version unknown)';
}
