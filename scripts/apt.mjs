/** Installs packages of Debian and of what is made from it, where that is allowed. No dependencies. */
import { spawnSync } from 'node:child_process';
import { isThere, say, step } from './step.mjs';

/**
 * @typedef {object} SystemPackage
 * @property {string} name of the Debian package
 * @property {readonly string[]} [elsewhere] the packages that have it where there is none of that name (Ubuntu)
 * @property {string} reason why it is needed
 * @property {string} proof a command on PATH, or an absolute path, that shows it is there
 */

const ATTEMPTS = 3;
// Another apt that is at work, as on a machine that has just booted, is waited for.
const APT_GET = ['apt-get', '-o', 'DPkg::Lock::Timeout=120', '-qq'];

/**
 * Says what is missing, and installs what there is of it; one that this system does not have keeps no other from
 * being installed.
 * @param {readonly SystemPackage[]} packages
 */
export async function installPackages(packages) {
  const names = packages.map((entry) => entry.name);
  say(`Not on this machine, and wanted:`);
  for (const { name, reason } of packages) say(`  ${name}: ${reason}`);
  const prefix = isThere('apt-get') ? privilege() : undefined;
  if (prefix === undefined) {
    say(
      isThere('apt-get')
        ? `No right to install them. Without them imds analyze works all the same. To install them:\n  sudo apt-get install -y --no-install-recommends ${names.join(' ')}`
        : `There is no apt here; install their counterparts with this system's package manager. imds analyze works without.`,
    );
    return;
  }
  // debconf asks nothing: tshark's question (may others capture?) is answered with its default, no.
  const [command = '', ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...APT_GET];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if ((await step('Reading package lists', command, [...args, 'update'])) === 0) {
      const wanted = available(packages, attempt === 1);
      if (wanted.length === 0) return;
      const install = [...args, 'install', '-y', '--no-install-recommends', ...wanted];
      if ((await step(`Installing ${wanted.join(', ')}`, command, install)) === 0) return;
    }
    say(`  That failed${attempt < ATTEMPTS ? '; once more' : '. imds analyze works without; going on'}.`);
    if (attempt < ATTEMPTS) await new Promise((resolve) => setTimeout(resolve, 2000 * attempt));
  }
}

/**
 * Names under which this system has them.
 * @param {readonly SystemPackage[]} packages
 * @param {boolean} tells whether it says what there is none of
 */
function available(packages, tells) {
  const known = candidates(packages.flatMap(({ name, elsewhere = [] }) => [name, ...elsewhere]));
  return packages.flatMap(({ name, elsewhere = [], reason }) => {
    if (known.has(name)) return [name];
    if (elsewhere.length > 0 && elsewhere.every((other) => known.has(other))) return elsewhere;
    if (tells) say(`  This system has no package ${name}, which ${reason}; going on without.`);
    return [];
  });
}

/**
 * Those of which apt has a version to install: a name alone may stand for several packages, of which it takes none.
 * @param {readonly string[]} names
 */
function candidates(names) {
  const { stdout } = spawnSync('apt-cache', ['policy', ...names], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const found = stdout.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (.*)$/gm);
  return new Set([...found].filter(([, , version]) => version !== '(none)').map(([, name = '']) => name));
}

/** Words to put before a command that needs root; undefined where there is no way. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  if (!isThere('sudo')) return undefined;
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n'];
  // sudo may ask for the password where there is someone to ask.
  return process.stdin.isTTY && process.stderr.isTTY ? ['sudo'] : undefined;
}
