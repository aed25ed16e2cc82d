/**
 * The real clients that the live tests run and that are not installed by TEST_PACKAGES: into .cache/clients,
 * and nowhere else. No dependencies: it runs where there may be no node_modules.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  if (missing.length > 0) await unpack(missing);
  if (!isCurrent()) await installNpmClients();
}

/** @param {readonly string[]} names */
async function unpack(names) {
  const lists = join(FOLDER, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  // Lists of their own, from the same sources as this machine's: those may be old, or not there.
  const options = [`Dir::State::Lists=${lists}`, 'Acquire::Languages=none', 'APT::Sandbox::User=root'];
  const words = ['-C', FOLDER, 'apt-get', '-qq', ...options.flatMap((option) => ['-o', option])];
  const title = `Fetching ${names.join(', ')} for the live tests into .cache/clients`;
  const fetched =
    (await step('Reading package lists', 'env', [...words, 'update'])) === 0 &&
    (await step(title, 'env', [...words, 'download', ...names])) === 0;
  if (!fetched) {
    say(`  ${names.join(', ')} could not be fetched; the tests that run them are skipped.`);
    return;
  }
  for (const name of names) {
    const file = readdirSync(FOLDER).find((entry) => entry.startsWith(`${name}_`));
    const { status } = spawnSync('dpkg-deb', ['-x', join(FOLDER, file ?? name), DEBIAN]);
    if (status !== 0) say(`  ${file ?? name} could not be unpacked; the tests that run it are skipped.`);
  }
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
