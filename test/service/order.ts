/**
 * The order of a boot with the units of the real cloud-init and of all that configure networks on Debian, as systemd
 * itself works it out. Nothing of them is run.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from '../../scripts/debian.mjs';
import type { HostRoot } from '../packages/roots.ts';

const CACHE = join(import.meta.dirname, '..', '..', '.cache', 'service');
const PACKAGES = ['cloud-init', 'ifupdown', 'network-manager'];
const TIMEOUT_MS = 60_000;
/** Enabled together, as no host has them: whichever it has, it has a part of this order. */
const UNITS = [
  'cloud-init-local',
  'cloud-init',
  'cloud-config',
  'cloud-final',
  'networking',
  'NetworkManager',
  'NetworkManager-wait-online',
  'systemd-networkd',
  'systemd-networkd-wait-online',
];

/** @throws where systemd would break a cycle by leaving a unit out, or where it would not see one that there is */
export async function checkOrder(root: HostRoot): Promise<void> {
  await putUnits(root);
  assert.equal(cycles(root), '', 'the boot has no cycle');
  // As a service that begins after the basic system would have it: proof that a cycle is seen.
  const late = root.path('etc/systemd/system/imds.service.d');
  mkdirSync(late);
  cpSync(join(import.meta.dirname, 'late.conf'), join(late, 'late.conf'));
  assert.match(cycles(root), /Found ordering cycle/);
  rmSync(late, { recursive: true });
}

async function putUnits(root: HostRoot): Promise<void> {
  const unpacked = join(CACHE, 'units');
  if (!existsSync(join(unpacked, 'lib/systemd'))) {
    mkdirSync(CACHE, { recursive: true });
    const how = { folder: CACHE, target: unpacked, title: `Fetching ${PACKAGES.join(', ')}` };
    assert.ok(await unpackPackages(PACKAGES, how), 'the packages were fetched');
  }
  // Into /usr/lib: in the root, /lib is a link to it.
  for (const [from, to] of [
    ['lib', 'usr/lib'],
    ['usr', 'usr'],
  ] as const) {
    if (existsSync(join(unpacked, from))) {
      cpSync(join(unpacked, from), root.path(to), { recursive: true, verbatimSymlinks: true });
    }
  }
  const wants = root.path('etc/systemd/system/multi-user.target.wants');
  mkdirSync(wants, { recursive: true });
  for (const name of UNITS) {
    const path = `/usr/lib/systemd/system/${name}.service`;
    assert.ok(root.has(path), path);
    symlinkSync(path, join(wants, `${name}.service`));
  }
}

/** What systemd says of cycles in what a boot starts. */
function cycles(root: HostRoot): string {
  const args = ['verify', '--man=no', `--root=${root.folder}`, 'multi-user.target'];
  const { stderr, error } = spawnSync('systemd-analyze', args, { encoding: 'utf8', timeout: TIMEOUT_MS });
  assert.equal(error, undefined);
  return stderr
    .split('\n')
    .filter((line) => line.includes('cycle'))
    .join('\n');
}
