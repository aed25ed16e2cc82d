/** The tarball and the .deb on a Debian that has nothing but its base. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { startServing } from '../live/scene.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { connectPair, type Pair } from '../support/topologies.ts';
import { tryCommands } from './commands.ts';
import { checkCalls, watchCalls } from './live.ts';
import { released } from './release.ts';
import { HostRoot } from './roots.ts';

export const DEMO_VERDICT = /4 callers still use IMDSv1/;
const NATIVE = 'usr/lib/imds/node_modules/cap/build/Release';

/** @param suite release of Debian */
export function tryDebian(suite: string): Promise<void> {
  return HostRoot.with(suite, (root) =>
    Network.with(async (network) => {
      const pair = connectPair(network);
      await startServing(pair.server);
      await tryTarball(root, pair);
      await tryDeb(root, pair);
    }),
  );
}

/** Into /opt/imds, with a link on the PATH. */
export function unpackTarball(root: HostRoot): void {
  const folder = root.path('opt/imds');
  mkdirSync(folder);
  const args = ['-xzf', released('linux-x64.tar.gz'), '-C', folder, '--strip-components=1'];
  assert.equal(spawnSync('tar', args).status, 0);
  symlinkSync('/opt/imds/bin/imds', root.path('usr/local/bin/imds'));
}

async function tryTarball(root: HostRoot, pair: Pair): Promise<void> {
  const { client } = pair;
  unpackTarball(root);
  for (const [folder, name] of [
    ['/', '/opt/imds/bin/imds'],
    ['/opt/imds/bin', './imds'],
    ['/opt/imds', 'bin/imds'],
    ['/tmp', 'imds'],
  ] as const) {
    const shown = root.succeed(client, 'sh', '-c', `cd ${folder} && ${name} --version`);
    assert.match(shown, /^imds\/\S+ linux-x64 node-v24\./);
  }
  const demo = '/opt/imds/share/doc/imds/examples/demo';
  assert.match(root.succeed(client, 'imds', 'analyze', demo), DEMO_VERDICT);
  checkCalls(await watchCalls(root, pair, '--no-log'));
  tryOldLibrary(root, pair);
  root.succeed(client, 'rm', '-r', '/opt/imds', '/usr/local/bin/imds');
}

export function installDeb(root: HostRoot, where: Namespace): void {
  copyFileSync(released('_amd64.deb'), root.path('imds.deb'));
  root.succeed(where, 'dpkg', '--install', '/imds.deb');
}

async function tryDeb(root: HostRoot, pair: Pair): Promise<void> {
  const { client } = pair;
  installDeb(root, client);
  assert.equal(root.succeed(client, 'dpkg', '--verify', 'imds'), '');
  for (const folder of ['var/log/imds', 'var/lib/imds']) {
    assert.equal(statSync(root.path(folder)).mode & 0o7777, 0o700);
  }
  assert.ok(root.has('usr/lib/systemd/system/imds.service'));
  tryConfiguration(root, client);
  root.succeed(client, 'dpkg', '--install', '/imds.deb');
  assert.match(root.succeed(client, 'cat', `/${CONFIGURATION}`), /^backups = 9$/m);
  assert.ok(!root.has('etc/systemd/system/multi-user.target.wants/imds.service'));
  await tryInstalled(root, pair);
  root.succeed(client, 'dpkg', '--remove', 'imds');
  for (const gone of ['usr/lib/imds', 'usr/bin/imds', 'usr/share/doc/imds']) assert.ok(!root.has(gone), gone);
  assert.ok(root.has('var/log/imds/imds-calls.jsonl'), 'a removal leaves the logs');
  assert.ok(root.has(CONFIGURATION), 'a removal leaves the configuration');
  root.succeed(client, 'dpkg', '--purge', 'imds');
  for (const gone of ['var/log/imds', 'var/lib/imds', 'etc/imds'])
    assert.ok(!root.has(gone), `a purge leaves ${gone}`);
}

export const CONFIGURATION = 'etc/imds/imds.toml';

/** It is there, right, and obeyed; what an administrator has changed, an update leaves as it is. */
export function tryConfiguration(root: HostRoot, where: Namespace): void {
  assert.match(
    root.succeed(where, 'imds', 'config', 'check'),
    /^\/etc\/imds\/imds\.toml: all right; 0 settings/,
  );
  const file = root.path(CONFIGURATION);
  const text = readFileSync(file, 'utf8');
  // As its administrator does: the line is uncommented where it stands.
  const changed = text.replace(/(^\[log\.events\]$[\s\S]*?)^#backups = 5$/m, '$1backups = 9');
  assert.notEqual(changed, text);
  writeFileSync(file, changed);
  const shown = root.succeed(where, 'imds', 'config', 'show');
  assert.match(shown, /^log\.events\.backups = 9 +# file \/etc\/imds\/imds\.toml:\d+:11$/m);
}

/** What is the same whoever installed it. */
export async function tryInstalled(root: HostRoot, pair: Pair): Promise<void> {
  const { client } = pair;
  const both = await watchCalls(root, pair);
  checkCalls(both);
  assert.match(both.ready, /views sockets, wire \(any\); attribution ebpf; .* now imds$/);
  const logged = root.succeed(client, 'imds', 'report', '--format', 'log');
  assert.match(logged, /IMDSv1\(!\) \(pid:\d+:bash argv:bash \/client\.sh old/);
  assert.match(root.succeed(client, 'stat', '-c', '%U %a', '/var/log/imds/imds-calls.jsonl'), /^imds 600$/m);
  assert.match(root.succeed(client, 'imds', 'analyze', '/usr/share/doc/imds/examples/demo'), DEMO_VERDICT);
  await tryCommands(root, pair);
  await tryWithoutCap(root, pair);
}

/** Without what cap needs, one line says so, and the sockets are watched all the same. */
async function tryWithoutCap(root: HostRoot, pair: Pair): Promise<void> {
  const library = root.path(`${NATIVE}/libpcap.so.1`);
  renameSync(library, `${library}.away`);
  const seen = await watchCalls(root, pair, '--no-log');
  renameSync(`${library}.away`, library);
  checkCalls(seen);
  assert.match(seen.ready, /views sockets; attribution ebpf/);
  const lines = seen.diagnostics.slice(0, seen.diagnostics.indexOf(seen.ready));
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', /the package cap, .* cannot be loaded: libpcap\.so\.1: cannot open/);
}

/** On a host like Amazon Linux 2, the launcher says what is missing before the dynamic linker does. */
function tryOldLibrary(root: HostRoot, { client }: Pair): void {
  writeFileSync(root.path('lib64/libc-2.26.so'), '');
  const { code, stderr } = root.run(client, 'imds', '--version');
  rmSync(root.path('lib64/libc-2.26.so'));
  assert.equal(code, 5);
  assert.match(
    stderr,
    /^imds: this host has glibc 2\.26, and imds needs 2\.28 .* run imds analyze on another machine\.$/m,
  );
}
