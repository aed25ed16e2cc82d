/** The .rpm, installed by rpm with its dependencies checked, in a root that only has what a minimal host has. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServing } from '../live/scene.ts';
import { Network } from '../support/netns.ts';
import { connectPair } from '../support/topologies.ts';
import { CONFIGURATION, tryConfiguration, tryInstalled } from './debian.ts';
import { released } from './release.ts';
import { HostRoot } from './roots.ts';

/** No rpm distribution is to be had here, so its libraries are Debian's. */
const SUITE = 'bookworm';
const LIBRARIES = [
  'libc.so.6',
  'libm.so.6',
  'libdl.so.2',
  'libpthread.so.0',
  'libstdc++.so.6',
  'libgcc_s.so.1',
];
const LOADER = 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2';
const PROGRAMS = ['/bin/sh', '/usr/sbin/useradd', '/usr/bin/getent', '/usr/bin/install'];
const TIMEOUT_MS = 120_000;

export function tryRpm(): Promise<void> {
  return HostRoot.with(SUITE, (root) =>
    Network.with(async (network) => {
      const pair = connectPair(network);
      await startServing(pair.server);
      const file = 'imds.rpm';
      copyFileSync(released('.x86_64.rpm'), root.path(file));
      const refused = rpm(root, ['--install', root.path(file)]);
      assert.notEqual(refused.status, 0);
      assert.match(refused.stderr, /libc\.so\.6\(GLIBC_2\.28\)\(64bit\) is needed by imds/);
      succeed(rpm(root, ['--install', buildProviders(root)]));
      succeed(rpm(root, ['--install', root.path(file)]));
      // /var/log/imds is made by the package's script; nothing else may differ from what is recorded.
      assert.equal(succeed(rpm(root, ['--verify', '--nouser', '--nogroup', 'imds'])), '');
      tryConfiguration(root, pair.client);
      // The same package in the place of itself, as an update does it: what was changed stays.
      succeed(rpm(root, ['--upgrade', '--replacepkgs', '--oldpackage', root.path(file)]));
      assert.match(readFileSync(root.path(CONFIGURATION), 'utf8'), /^backups = 9$/m);
      await tryInstalled(root, pair);
      succeed(rpm(root, ['--erase', 'imds']));
      for (const gone of ['usr/lib/imds', 'usr/bin/imds', 'usr/share/doc/imds']) {
        assert.ok(!root.has(gone), gone);
      }
      assert.ok(root.has('var/log/imds/imds-calls.jsonl'), 'a removal leaves the logs');
      // rpm has no purge: of a configuration that was changed, it leaves a copy with the name that says so.
      assert.ok(!root.has(CONFIGURATION));
      assert.match(readFileSync(root.path(`${CONFIGURATION}.rpmsave`), 'utf8'), /^backups = 9$/m);
    }),
  );
}

/** A package that says what the root's own files provide, as rpm itself tells it of them. */
function buildProviders(root: HostRoot): string {
  const paths = LIBRARIES.map((name) => root.path(`usr/lib/x86_64-linux-gnu/${name}`));
  const found = spawnSync(
    '/usr/lib/rpm/elfdeps',
    ['--provides', '--soname-only', ...paths, root.path(LOADER)],
    {
      encoding: 'utf8',
    },
  );
  const versions = spawnSync('/usr/lib/rpm/elfdeps', ['--provides', ...paths, root.path(LOADER)], {
    encoding: 'utf8',
  });
  const provides = [...new Set(`${found.stdout}${versions.stdout}`.split('\n').filter(Boolean)), ...PROGRAMS];
  const folder = root.path('providers');
  mkdirSync(folder);
  const spec = join(folder, 'base.spec');
  const lines = [
    'Name: base',
    'Version: 1',
    'Release: 1',
    'Summary: this root',
    'License: none',
    'BuildArch: x86_64',
  ];
  writeFileSync(
    spec,
    [
      ...lines,
      ...provides.map((each) => `Provides: ${each}`),
      '%description',
      'This root.',
      '%files',
      '',
    ].join('\n'),
  );
  const defines = [`_topdir ${folder}/build`, `_rpmdir ${folder}`, `_dbpath ${folder}/db`];
  const built = spawnSync('rpmbuild', ['-bb', ...defines.flatMap((each) => ['--define', each]), spec], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  assert.equal(built.status, 0, built.stderr);
  return join(folder, 'x86_64/base-1-1.x86_64.rpm');
}

function rpm(root: HostRoot, args: readonly string[]) {
  return spawnSync('rpm', ['--root', root.folder, '--dbpath', '/var/lib/rpm', ...args], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
}

function succeed({
  status,
  stdout,
  stderr,
}: {
  status: number | null;
  stdout: string;
  stderr: string;
}): string {
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout;
}
