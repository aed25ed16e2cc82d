/**
 * Builds imds-probe into .cache/probe/ARCHITECTURE: for this machine, and for the other architecture
 * that Linux hosts on EC2 have where its cross compiler is there. Ends with 0 if this machine's is built.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './debian.mjs';
import { root, say } from './step.mjs';

const OUT = join(root, '.cache', 'probe');
const TRIPLES = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
/** libelf needs libzstd since elfutils 0.189 (Debian 13). */
const LIBRARY_PACKAGES = ['libbpf-dev', 'libelf-dev', 'zlib1g-dev', 'libzstd-dev'];
const TIMEOUT_MS = 300_000;

const own = process.arch === 'arm64' ? 'arm64' : 'amd64';
const code = make(own);
if (code !== 0) process.exit(code);
for (const other of /** @type {const} */ (['amd64', 'arm64'])) {
  if (other !== own) await cross(other);
}

/**
 * @param {keyof typeof TRIPLES} architecture
 * @param {readonly string[]} variables
 */
function make(architecture, variables = []) {
  const { status, error } = spawnSync(
    'make',
    ['--no-print-directory', '-s', '-C', join(root, 'src/bpf'), `ARCH=${architecture}`, ...variables],
    { stdio: ['ignore', process.stderr, process.stderr], timeout: TIMEOUT_MS },
  );
  if (error !== undefined) say(`  make: ${error.message}`);
  return status ?? 1;
}

/** @param {keyof typeof TRIPLES} architecture */
async function cross(architecture) {
  const triple = TRIPLES[architecture];
  if (spawnSync(`${triple}-gcc`, ['--version']).status !== 0) {
    say(`  imds-probe for ${architecture} is not built here: there is no ${triple}-gcc.`);
    return;
  }
  const libraries = await librariesOf(architecture);
  if (libraries === undefined || make(architecture, [`LIBRARIES=${libraries}`]) !== 0) {
    say(`  imds-probe for ${architecture} could not be built; the one for this machine is.`);
  }
}

/**
 * Folder with the other architecture's static libraries. They are taken out of its packages and not
 * installed, so that this machine's packages stay of one architecture.
 * @param {keyof typeof TRIPLES} architecture
 */
async function librariesOf(architecture) {
  const folder = join(OUT, `libraries-${architecture}`);
  const libraries = join(folder, 'usr/lib', TRIPLES[architecture]);
  const isThere = () => ['libelf.a', 'libzstd.a'].every((name) => existsSync(join(libraries, name)));
  if (isThere()) return libraries;
  await unpackPackages(
    LIBRARY_PACKAGES.map((name) => `${name}:${architecture}`),
    {
      folder,
      target: folder,
      title: `Fetching libraries of ${architecture}`,
      options: [`APT::Architectures=${own},${architecture}`, 'APT::Get::List-Cleanup=false'],
    },
  );
  return isThere() ? libraries : undefined;
}
