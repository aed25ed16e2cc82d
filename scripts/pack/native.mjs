/** cap and libpcap, compiled for both architectures in a Debian that is old enough for the hosts they are for. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { root, say } from '../step.mjs';
import { debianRoot, debianSource } from './debian-archive.mjs';
import { nodeRuntime } from './node-runtime.mjs';
import { ARCHITECTURES, BUILD_ROOT, LIBPCAP } from './pins.mjs';
import { PackError, run } from './run.mjs';

/**
 * @param {string} cache folder that is kept
 * @returns {string} folder with ARCHITECTURE/cap.node, ARCHITECTURE/libpcap.so.1 and libpcap-LICENSE
 */
export function buildNative(cache) {
  const debian = join(cache, BUILD_ROOT.suite);
  debianRoot({ ...BUILD_ROOT, folder: debian });
  const work = join(debian, 'native');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  const archive = debianSource({ ...LIBPCAP, name: 'libpcap', cache });
  run('tar', ['-xf', archive, '-C', work, '--no-same-owner']);
  renameSync(join(work, `libpcap-${LIBPCAP.version}`), join(work, 'libpcap'));
  const cap = join(root, 'node_modules/cap');
  if (!existsSync(cap)) throw new PackError('node_modules/cap is not there: npm ci could not build it.');
  cpSync(join(cap, 'src'), join(work, 'cap'), { recursive: true });
  acceptWarnings(join(work, 'cap/binding.cc'));
  cpSync(join(root, 'node_modules/nan'), join(work, 'nan'), { recursive: true });
  for (const architecture of /** @type {const} */ (['x64', 'arm64'])) {
    const headers = join(nodeRuntime(architecture, cache), 'include');
    cpSync(headers, join(work, `node-${architecture}`), { recursive: true });
  }
  copyFileSync(join(root, 'packaging/native.sh'), join(work, 'native.sh'));
  say(`  compiling cap and libpcap for ${Object.keys(ARCHITECTURES).join(' and ')}`);
  run('chroot', [debian, '/bin/sh', '/native/native.sh'], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
  const out = join(cache, 'native');
  rmSync(out, { recursive: true, force: true });
  cpSync(join(work, 'out'), out, { recursive: true });
  copyFileSync(join(work, 'libpcap/LICENSE'), join(out, 'libpcap-LICENSE'));
  rmSync(work, { recursive: true, force: true });
  return out;
}

/**
 * cap takes a warning of pcap_activate(3PCAP), a number above 0, for a failure. Since libpcap 1.10.5 the device
 * `any` always has one: that it cannot be promiscuous.
 * @param {string} file
 */
function acceptWarnings(file) {
  const source = readFileSync(file, 'utf8');
  const test = 'if (pcap_activate(obj->pcap_handle) != 0)';
  if (!source.includes(test)) throw new PackError(`cap no longer holds: ${test}`);
  writeFileSync(file, source.replace(test, 'if (pcap_activate(obj->pcap_handle) < 0)'));
}
