/**
 * What `npm start` and `npm test` need before they can do their work. No dependencies: it runs before
 * there is a node_modules. It says what it does on standard error, does only what is missing, and goes
 * on with what works where it may not install.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installPackages } from './apt.mjs';
import { isThere, root, say, step } from './step.mjs';

const stampFile = join(root, '.cache', 'setup.json');
const LEAST_NODE = [20, 19];

/** @typedef {import('./apt.mjs').SystemPackage} SystemPackage */

/** To build the optional package cap from source. @type {readonly SystemPackage[]} */
export const START_PACKAGES = [
  {
    name: 'build-essential',
    reason: 'compiles the package cap, which imds live captures with',
    proof: 'g++',
  },
  { name: 'python3', reason: "runs cap's build (node-gyp)", proof: 'python3' },
  {
    name: 'libpcap-dev',
    reason: 'the capture library that cap is built against',
    proof: '/usr/include/pcap.h',
  },
];

/** To build imds-probe, which imds live starts. @type {readonly SystemPackage[]} */
export const PROBE_PACKAGES = [
  { name: 'clang', reason: "compiles imds-probe's kernel side", proof: 'clang' },
  { name: 'llvm', reason: 'strips it', proof: 'llvm-strip' },
  { name: 'libbpf-dev', reason: 'loads it', proof: '/usr/include/bpf/libbpf.h' },
  { name: 'libelf-dev', reason: 'linked into imds-probe', proof: '/usr/include/libelf.h' },
  { name: 'zlib1g-dev', reason: 'linked into imds-probe', proof: '/usr/include/zlib.h' },
];

/** To build it for arm64 too; a machine of that architecture has them by another name. @type {readonly SystemPackage[]} */
export const CROSS_PACKAGES =
  process.arch === 'arm64'
    ? []
    : [
        {
          name: 'gcc-aarch64-linux-gnu',
          reason: 'compiles imds-probe for arm64',
          proof: 'aarch64-linux-gnu-gcc',
        },
        {
          name: 'libc6-dev-arm64-cross',
          reason: 'linked into imds-probe for arm64',
          proof: '/usr/aarch64-linux-gnu/lib/libc.a',
        },
      ];

/**
 * Real clients of the live tests, and what cloud-init imports: its own package would run at the next boot.
 * @type {readonly SystemPackage[]}
 */
const CLIENT_PACKAGES = [
  { name: 'wget', reason: 'calls in the live tests', proof: '/usr/bin/wget' },
  { name: 'awscli', reason: 'calls in the live tests', proof: '/usr/bin/aws' },
  ...['boto3', 'configobj', 'jinja2', 'jsonpatch', 'netifaces', 'oauthlib', 'requests', 'yaml'].map(
    (module) => ({
      name: `python3-${module}`,
      reason: module === 'boto3' ? 'calls in the live tests' : 'imported by cloud-init in the live tests',
      proof: `/usr/share/doc/python3-${module}/copyright`,
    }),
  ),
];

/** @type {readonly SystemPackage[]} */
export const TEST_PACKAGES = [
  ...START_PACKAGES,
  ...PROBE_PACKAGES,
  ...CROSS_PACKAGES,
  { name: 'lld', reason: 'links the scanner of events, if its source changed', proof: 'wasm-ld' },
  { name: 'iproute2', reason: 'makes the network namespaces of the live tests', proof: 'ip' },
  { name: 'nftables', reason: 'translates addresses in the live tests', proof: '/usr/sbin/nft' },
  {
    name: 'bpftool',
    elsewhere: ['linux-tools-common', 'linux-tools-generic'],
    reason: 'shows in the live tests what the kernel has loaded',
    proof: '/usr/sbin/bpftool',
  },
  { name: 'curl', reason: 'calls in the live tests', proof: 'curl' },
  { name: 'tshark', reason: 'a second opinion on what is in a capture', proof: 'tshark' },
  { name: 'tcpdump', reason: 'writes captures as its users do', proof: 'tcpdump' },
  { name: 'zstd', reason: 'compresses captures', proof: 'zstd' },
  { name: 'chromium', reason: 'opens the page of --format html', proof: '/usr/bin/chromium' },
  { name: 'systemd', reason: "reads the service's unit", proof: 'systemd-analyze' },
  { name: 'poppler-utils', reason: 'reads what that page prints', proof: '/usr/bin/pdftotext' },
  ...CLIENT_PACKAGES,
];

/**
 * Brings everything up to date. Returns when the built program can run; ends the process if it cannot.
 * @param {readonly SystemPackage[]} packages
 */
export async function setUp(packages) {
  requireNode();
  const stamp = readStamp();
  const missing = packages.filter((entry) => !isThere(entry.proof)).map((entry) => entry.name);
  const known = stamp.missing ?? [];
  if (missing.some((name) => !known.includes(name))) {
    await installPackages(packages.filter((entry) => missing.includes(entry.name)));
  }
  stamp.missing = [
    ...known.filter((name) => !packages.some((entry) => entry.name === name)),
    ...missing.filter((name) => !isThere(packages.find((entry) => entry.name === name)?.proof ?? '')),
  ];

  // What cap is built with: when that appears later, cap is tried again.
  const toolchain = START_PACKAGES.every((entry) => isThere(entry.proof)) ? process.versions.modules : 'none';
  const isNew =
    stamp.toolchain === undefined ? toolchain !== 'none' && !isCapThere() : stamp.toolchain !== toolchain;
  if (!dependenciesMatch() || isNew) {
    await installDependencies();
  }
  stamp.toolchain = toolchain;

  const sources = fingerprint();
  if (stamp.sources !== sources || !existsSync(join(root, 'dist/cli/main.js'))) {
    const code = await step('Building', process.execPath, [join(root, 'scripts/build.mjs')]);
    if (code !== 0) fail('The build failed; see above.', code);
  }
  stamp.sources = sources;
  stamp.probe = await buildProbe(stamp.probe, sources);
  writeStamp(stamp);
}

/**
 * Builds imds-probe if something has changed since `before`. Everything but imds live works without it.
 * @param {string | undefined} before
 * @param {string} sources
 */
async function buildProbe(before, sources) {
  const missing = PROBE_PACKAGES.filter((entry) => !isThere(entry.proof)).map((entry) => entry.name);
  const cross = CROSS_PACKAGES.every((entry) => isThere(entry.proof));
  const state = [sources, cross, ...missing].join(' ');
  const built = existsSync(
    join(root, '.cache/probe', process.arch === 'arm64' ? 'arm64' : 'amd64', 'imds-probe'),
  );
  if (state === before && (built || missing.length > 0)) return state;
  if (process.platform !== 'linux' || missing.length > 0) {
    say(
      `imds-probe is not built here (missing: ${missing.join(', ') || 'Linux'}); all but imds live's socket view works.`,
    );
    return state;
  }
  const code = await step('Building imds-probe', process.execPath, [join(root, 'scripts/build-probe.mjs')]);
  if (code === 0) return state;
  say("  imds-probe could not be built; all but imds live's socket view works.");
  return undefined;
}

/**
 * @param {string} text
 * @param {number} code
 * @returns {never}
 */
function fail(text, code) {
  say(text);
  process.exit(code);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  fail(
    `imds needs Node ${LEAST_NODE.join('.')} or later; this is ${process.version}. See https://nodejs.org/en/download.`,
    5,
  );
}

/**
 * Whether node_modules holds what package-lock.json says. npm keeps a lock file of what it installed;
 * optional packages that this machine cannot have are absent from it.
 */
function dependenciesMatch() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(
      ([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

function isCapThere() {
  return existsSync(join(root, 'node_modules/cap/build/Release/cap.node'));
}

async function installDependencies() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=warn'];
  // Where Node brought its headers, node-gyp need not download them to compile cap.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include/node/node.h'));
  const env = headers ? { ...process.env, npm_package_config_node_gyp_nodedir: prefix } : process.env;
  const title = 'Installing the npm packages of package-lock.json into node_modules';
  const code = npm?.endsWith('.js')
    ? await step(title, process.execPath, [npm, ...args], env)
    : await step(title, 'npm', args, env);
  if (code !== 0) fail('npm could not install the packages; see above.', code);
  if (!isCapThere()) {
    say('  The optional package cap could not be built here. imds analyze does not need it.');
  }
}

/** Of everything the build reads: names, sizes and times of change. */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).sort();
  for (const name of [
    ...sources.map((source) => join('src', source)),
    'scripts/build.mjs',
    'scripts/build-probe.mjs',
    'scripts/debian.mjs',
    'scripts/lean-oclif.mjs',
    'package-lock.json',
  ]) {
    const { size, mtimeMs } = statSync(join(root, name));
    hash.update(`${name}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @returns {{ missing?: string[], toolchain?: string, sources?: string, probe?: string | undefined }} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

/** @param {object} stamp */
function writeStamp(stamp) {
  const text = `${JSON.stringify(stamp, undefined, 2)}\n`;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === text) return;
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, text);
}
