/** What is linked into imds-probe, and on what terms: said wherever it is packed. */
import { spawnSync } from 'node:child_process';

export const LINKED = [
  { name: 'libbpf-dev', licence: 'LGPL-2.1-only OR BSD-2-Clause' },
  { name: 'libelf-dev', licence: 'GPL-2.0-or-later OR LGPL-3.0-or-later' },
  { name: 'zlib1g-dev', licence: 'Zlib' },
  { name: 'libc6-dev', licence: 'LGPL-2.1-or-later' },
];

/** @returns {string} for those who get imds-probe */
export function probeNotice() {
  const lines = LINKED.map(({ name, licence }) => `  ${name} ${versionOf(name)}: ${licence}`);
  return `imds-probe is linked statically against these libraries, as Debian packages them:
${lines.join('\n')}
Their sources are Debian's source packages of these versions. To link it against others:
make -C src/bpf in the source tree of imds.
`;
}

/** @param {string} name of a Debian package of this machine */
export function versionOf(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of dpkg-query
  const { stdout, status } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return status === 0 ? stdout : '(version unknown)';
}
