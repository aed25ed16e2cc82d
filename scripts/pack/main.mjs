/**
 * `npm run pack`: packages for Linux on x86-64 and arm64 in release/: a self-contained .tar.gz, a .deb, an .rpm and
 * an SBOM of each, and their checksums. The same commit gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { probeNotice } from '../probe-notice.mjs';
import { CROSS_PACKAGES, PROBE_PACKAGES, START_PACKAGES, setUp } from '../setup.mjs';
import { root, say } from '../step.mjs';
import { packDeb } from './deb.mjs';
import { buildNative } from './native.mjs';
import { nodeRuntime } from './node-runtime.mjs';
import { ARCHITECTURES, BUILD_ROOT } from './pins.mjs';
import { packageJson } from './reference.mjs';
import { packRpm } from './rpm.mjs';
import { PackError, run } from './run.mjs';
import { sbom } from './sbom.mjs';
import { checkSymbols } from './symbols.mjs';
import { packTarball } from './tarball.mjs';
import { installTools } from './tools.mjs';
import { layTree } from './tree.mjs';
import { checkUndefined } from './undefined-symbols.mjs';

const CACHE = join(root, '.cache/pack');
const OUT = join(root, 'release');
/** Of a tarball. */
const MOST_BYTES = 60 * 1000 * 1000;

/** @type {readonly import('../apt.mjs').SystemPackage[]} */
const PACK_PACKAGES = [
  {
    name: 'debootstrap',
    reason: 'makes the Debian 11 in which cap is compiled',
    proof: '/usr/sbin/debootstrap',
  },
  { name: 'rpm', reason: 'writes the .rpm', proof: 'rpmbuild' },
];

if (process.getuid?.() !== 0) {
  say(
    'npm run pack compiles in a root file system of Debian 11, and making one needs root: run it with sudo.',
  );
  process.exit(5);
}
await setUp([...START_PACKAGES, ...PROBE_PACKAGES, ...CROSS_PACKAGES, ...PACK_PACKAGES]);
try {
  await pack();
} catch (error) {
  if (!(error instanceof PackError)) throw error;
  say(`Not packed: ${error.message}`);
  process.exitCode = 1;
}

async function pack() {
  const epoch = sourceDate();
  const { version } = packageJson();
  say('» Packing …');
  installTools();
  const native = buildNative(CACHE);
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const names = [];
  for (const architecture of /** @type {const} */ (['x64', 'arm64'])) {
    const stem = `imds-${version}-linux-${architecture}`;
    const tree = join(CACHE, 'trees', stem);
    const probe = join(root, '.cache/probe', ARCHITECTURES[architecture].debian);
    if (!existsSync(join(probe, 'imds-probe'))) throw new PackError(`there is no imds-probe in ${probe}.`);
    const bom = sbom(architecture);
    const node = nodeRuntime(architecture, CACHE);
    layTree(tree, { architecture, node, native, probe, notice: probeNotice(), sbom: bom, epoch });
    const needs = checkSymbols(tree, architecture);
    const bare = checkUndefined(tree, architecture, join(CACHE, BUILD_ROOT.suite));
    const newestOf = [...needs].map(([library, versions]) => `${library} ${newest(versions)}`);
    say(`  ${stem}: ${newestOf.join(', ')}; ${bare} symbols without a version`);
    const common = { tree, out: OUT, architecture, epoch };
    await packTarball(tree, join(OUT, `${stem}.tar.gz`), epoch);
    if (statSync(join(OUT, `${stem}.tar.gz`)).size > MOST_BYTES)
      throw new PackError(`${stem}.tar.gz is over 60 MB.`);
    writeFileSync(join(OUT, `${stem}.cdx.json`), bom);
    names.push(`${stem}.tar.gz`, `${stem}.cdx.json`);
    names.push(packDeb({ ...common, work: join(CACHE, 'deb') }));
    names.push(packRpm({ ...common, work: join(CACHE, 'rpm'), needs }));
  }
  const sums = await Promise.all(
    names.sort().map(async (name) => `${await sha256(join(OUT, name))}  ${name}\n`),
  );
  writeFileSync(join(OUT, 'SHA256SUMS'), sums.join(''));
  for (const name of names) say(`  release/${name}: ${(statSync(join(OUT, name)).size / 1e6).toFixed(1)} MB`);
}

/** Seconds: what SOURCE_DATE_EPOCH says (reproducible-builds.org), else when the commit was made. */
function sourceDate() {
  const given = Number.parseInt(process.env.SOURCE_DATE_EPOCH ?? '', 10);
  return Number.isFinite(given) ? given : Number.parseInt(run('git', ['log', '-1', '--format=%ct']), 10);
}

/** @param {Set<string>} versions */
function newest(versions) {
  return [...versions].sort(new Intl.Collator('en', { numeric: true }).compare).at(-1);
}

/** @param {string} path */
async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
