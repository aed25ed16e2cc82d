/**
 * The real clients and tools that the live tests run and that are not installed by TEST_PACKAGES: into .cache/clients,
 * and nowhere else. No dependencies: it runs where there may be no node_modules.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages, unpackWithDependencies } from './debian.mjs';
import { root, say, step } from './step.mjs';

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
  // What the recipes for logs are tried with, and their libraries that a machine without them lacks.
  logrotate: 'usr/sbin/logrotate',
  libpopt0: 'usr/share/doc/libpopt0',
  rsyslog: 'usr/sbin/rsyslogd',
  libestr0: 'usr/share/doc/libestr0',
  libfastjson4: 'usr/share/doc/libfastjson4',
  liblognorm5: 'usr/share/doc/liblognorm5',
};

const ZOO = join(FOLDER, 'zoo');

/**
 * Of test/zoo, unpacked with what they depend on: 98 MB to fetch where none of that is installed.
 * @type {Readonly<Record<string, string>>} a file of each, by the package's name
 */
const ZOO_PACKAGES = {
  'amazon-ec2-net-utils': 'usr/share/amazon-ec2-net-utils/lib.sh',
  'amazon-ecr-credential-helper': 'usr/bin/docker-credential-ecr-login',
  ansible: 'usr/lib/python3/dist-packages/ansible_collections/amazon',
  'ansible-core': 'usr/lib/python3/dist-packages/ansible',
  busybox: 'usr/share/doc/busybox/copyright',
  facter: 'usr/bin/facter',
  'gdal-bin': 'usr/bin/gdalinfo',
  'libnet-amazon-ec2-perl': 'usr/share/perl5/Net/Amazon/EC2.pm',
  'libvm-ec2-perl': 'usr/share/perl5/VM/EC2.pm',
  // ohai looks for it beside its Ruby, and not where a machine has it that has LibreOffice, or virtual machines.
  libyajl2: 'usr/share/doc/libyajl2/copyright',
  ohai: 'usr/bin/ohai',
  pgbackrest: 'usr/bin/pgbackrest',
  'python3-awscrt': 'usr/lib/python3/dist-packages/awscrt',
  'python3-boto': 'usr/lib/python3/dist-packages/boto',
  rclone: 'usr/bin/rclone',
  restic: 'usr/bin/restic',
  'ruby-aws-sdk-core': 'usr/share/rubygems-integration/all/specifications/aws-sdk-core-3.168.1.gemspec',
  'ruby-fog-aws': 'usr/lib/ruby/vendor_ruby/fog/aws.rb',
  s3cmd: 'usr/bin/s3cmd',
  s3fs: 'usr/bin/s3fs',
};

/** The other collections of Ansible take 250 MB. */
const ZOO_PARTS = { ansible: ['./usr/lib/python3/dist-packages/ansible_collections/amazon'] };

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
  await setUpZoo();
}

async function setUpZoo() {
  const target = join(ZOO, 'root');
  const names = Object.keys(ZOO_PACKAGES);
  if (Object.values(ZOO_PACKAGES).every((path) => existsSync(join(target, path)))) return;
  const title = `Fetching ${names.length} clients for the zoo, and what they need, into .cache/clients`;
  if (!(await unpackWithDependencies(names, { folder: ZOO, target, title, parts: ZOO_PARTS }))) {
    say('  They could not be fetched; the tests that run them are skipped.');
    return;
  }
  // Only what was unpacked is needed from here on.
  for (const entry of readdirSync(ZOO)) if (entry.endsWith('.deb')) rmSync(join(ZOO, entry));
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
