import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveEvent } from '../live/session.ts';
import type { HostRoot } from '../packages/roots.ts';
import type { Machine } from './machine.ts';

const EVENTS = 'var/log/imds/imds-calls.jsonl';
/** When cloud-init asks, as its units of Debian and Ubuntu say. */
const STAGES = {
  'cloud-init-local': 'Before=network-pre.target\nWants=network-pre.target\nAfter=systemd-remount-fs.service',
  'cloud-init':
    'Before=network-online.target\nAfter=cloud-init-local.service network-pre.target\nWants=cloud-init-local.service',
};

/** Calls of the log whose path this is. */
export function callsTo(root: HostRoot, path: string): LiveEvent[] {
  const file = root.path(EVENTS);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`"${path}"`))
    .map((line): LiveEvent => JSON.parse(line))
    .filter(({ url }) => url?.path === path);
}

/** Asks for a path by a service of the machine, which the call of the log has to name. */
export async function callSeen(root: HostRoot, machine: Machine, path: string): Promise<void> {
  // Not by nsenter alone: its processes stay in a cgroup of this host, outside of what the machine can see.
  machine.succeed('systemd-run', '--quiet', '--wait', '--collect', '/bin/bash', '/early.sh', path);
  await machine.until(() => callsTo(root, path).length > 0, `the call to ${path} in the log`);
  assert.deepEqual(
    callsTo(root, path).map(({ process }) => process?.args),
    [['/bin/bash', '/early.sh', path]],
  );
}

/** Units that ask at boot, by the names and in the order of cloud-init's. */
export function putEarlyCallers(root: HostRoot): void {
  copyFileSync(join(import.meta.dirname, 'early.sh'), root.path('early.sh'));
  for (const [name, order] of Object.entries(STAGES)) {
    const unit = `[Unit]
DefaultDependencies=no
${order}
Before=sysinit.target shutdown.target
Conflicts=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/bash /early.sh /latest/meta-data/${name}
`;
    writeFileSync(
      root.path(`etc/systemd/system/${name}.service`),
      `${unit}[Install]\nWantedBy=multi-user.target\n`,
    );
  }
}

export function enableEarlyCallers(root: HostRoot): void {
  const names = Object.keys(STAGES).map((name) => `${name}.service`);
  const { status, stderr } = spawnSync('systemctl', ['--root', root.folder, 'enable', ...names], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
}
