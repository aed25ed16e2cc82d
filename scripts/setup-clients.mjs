/**
 * The real clients that the live tests run and that are not installed by TEST_PACKAGES: into .cache/clients,
 * and nowhere else. No dependencies: it runs where there may be no node_modules.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './debian.mjs';
import { root, say, step } from './setup.mjs';

const FOLDER = join(root, '.cache', 'clients');
const DEBIAN = join(FOLDER, 'root');
const NPM = join(root, 'test/live/clients/npm');

/**
 * Unpacked and not installed: they start services, run at the next boot, or change udev's rules.
 * @type {Readonly<Record<string, string>>} a file of each, by the package's name
 */
const UNPACKED = {
  'amazon-ec2-utils': 'usr/bin/ec2-metadata',
  'cloud-init': 'usr/lib/python3/dist-packages/cloudinit/version.py',
  prometheus: 'usr/bin/prometheus',
};

/** Fetches what is missing. Where it cannot, it says so and goes on: the tests that need it are skipped. */
export async function setUpClients() {
  if (process.platform !== 'linux') return;
  mkdirSync(DEBIAN, { recursive: true });
  const missing = Object.keys(UNPACKED).filter((name) => !existsSync(join(DEBIAN, UNPACKED[name] ?? '')));
  if (missing.length > 0) {
    const title = `Fetching ${missing.join(', ')} for the live tests into .cache/clients`;
    if (!(await unpackPackages(missing, { folder: FOLDER, target: DEBIAN, title }))) {
      say(`  ${missing.join(', ')} could not be fetched; the tests that run them are skipped.`);
    }
  }
  if (!isCurrent()) await installNpmClients();
}

function isCurrent() {
  try {
    const [wanted, present] = [NPM, FOLDER].map((folder) => readFileSync(join(folder, 'package-lock.json')));
    return (
      wanted?.equals(present ?? Buffer.of()) && existsSync(join(FOLDER, 'node_modules/.package-lock.json'))
    );
  } catch {
    return false;
  }
}

async function installNpmClients() {
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(NPM, name), join(FOLDER, name));
  const npm = process.env.npm_execpath;
  const args = ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=warn'];
  const title = 'Installing the AWS SDKs of the live tests into .cache/clients';
  const code = npm?.endsWith('.js')
    ? await step(title, process.execPath, [npm, ...args])
    : await step(title, 'npm', args);
  if (code !== 0) say('  npm could not install them; the tests that run them are skipped.');
}
