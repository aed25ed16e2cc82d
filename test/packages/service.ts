/** The service of an installed .deb, with the Node that is packed, by systemd as the first process of a machine. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { callSeen } from '../service/calls.ts';
import { Machine } from '../service/machine.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { released } from './release.ts';
import { HostRoot } from './roots.ts';

const EARLY = join(import.meta.dirname, '..', 'service', 'early.sh');
const UNIT = '/usr/lib/systemd/system/imds.service';

/** @param suite release of Debian */
export function tryService(suite: string): Promise<string> {
  return HostRoot.with(
    suite,
    (root) =>
      Network.with(async (network) => {
        const { client, server } = connectPair(network);
        const addresses = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);
        await startEndpoint(server, ['--port', '80', ...addresses]);
        copyFileSync(released('_amd64.deb'), root.path('imds.deb'));
        copyFileSync(EARLY, root.path('early.sh'));
        return Machine.with(root, client, (machine) => session(root, machine));
      }),
    ['systemd-sysv', 'dbus', 'libstdc++6'],
  );
}

async function session(root: HostRoot, machine: Machine): Promise<string> {
  machine.succeed('dpkg', '--install', '/imds.deb');
  assert.equal(machine.property('ActiveState'), 'inactive');
  const dry = machine.succeed('imds', 'service', 'install', '--dry-run');
  assert.match(dry, /systemctl enable imds\.service\n.*systemctl start imds\.service\n/);
  assert.equal(machine.property('UnitFileState'), 'disabled');
  assert.match(
    machine.succeed('imds', 'service', 'install'),
    /^systemctl enable imds\.service\nsystemctl start /,
  );
  await callSeen(root, machine, '/latest/by-package');
  const status = machine.succeed('imds', 'service', 'status', '--json');
  const { unit, written_by: author, ready, session: seen } = JSON.parse(status);
  assert.deepEqual([unit, author, ready], [UNIT, 'package', true]);
  // The machine is a container, to which the host's cgroups were not given.
  assert.equal(seen.views, 'sockets (of this container alone), wire (any)');
  assert.equal(machine.succeed('stat', '-c', '%U', '/var/log/imds/imds-calls.jsonl'), 'imds\n');
  machine.succeed('systemctl', 'reload', 'imds.service');
  await callSeen(root, machine, '/latest/after-reload');
  machine.succeed('imds', 'service', 'uninstall');
  assert.equal(machine.property('UnitFileState'), 'disabled');
  machine.succeed('imds', 'service', 'install');
  machine.succeed('dpkg', '--purge', 'imds');
  assert.equal(machine.property('ActiveState'), 'inactive');
  assert.equal(
    machine.succeed(
      'find',
      '/etc',
      '/usr/lib',
      '/var',
      '-name',
      '*imds*',
      '-not',
      '-path',
      '/var/lib/dpkg/*',
    ),
    '',
  );
  return machine.succeed('systemctl', '--version').split('\n')[0] ?? '';
}
