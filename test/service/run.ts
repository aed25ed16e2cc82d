/**
 * `npm run test:service`: the service with systemd as the first process of a machine of its own (machine.ts), which
 * has the unit in its image, boots, and is asked by cloud-init's counterparts before there is a network.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { HostRoot } from '../packages/roots.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { enableEarlyCallers, putEarlyCallers } from './calls.ts';
import { Machine } from './machine.ts';
import { checkOrder } from './order.ts';
import { ownSuite, PROGRAM, putProgram } from './program.ts';
import { TRIALS } from './trials.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'run.js');
const PACKAGES = ['systemd-sysv', 'dbus', 'libstdc++6'];

let failed = 0;
await HostRoot.with(
  ownSuite(),
  (root) =>
    attempt('no unit is in the way of another at boot', async () => {
      putProgram(root);
      installInto(root);
      await checkOrder(root);
      return undefined;
    }),
  PACKAGES,
);
await HostRoot.with(
  ownSuite(),
  (root) =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      const addresses = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);
      await startEndpoint(server, ['--port', '80', ...addresses]);
      putProgram(root);
      putEarlyCallers(root);
      installInto(root);
      enableEarlyCallers(root);
      const start = performance.now();
      await Machine.with(root, client, async (machine) => {
        console.log(`  booted in ${seconds(start)} s`);
        for (const [name, trial] of Object.entries(TRIALS))
          await attempt(name, () => trial({ root, machine }));
      });
    }),
  PACKAGES,
);
const count = Object.keys(TRIALS).length + 1;
console.log(`${count - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** As where an image is built: nothing of it runs. */
function installInto(root: HostRoot): void {
  const args = [BIN, 'service', 'install', '--root', root.folder, '--program', PROGRAM.imds];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`imds ${args.slice(1).join(' ')}: ${stderr}`);
}

async function attempt(name: string, trial: () => Promise<string | undefined>): Promise<void> {
  const start = performance.now();
  try {
    const figures = await trial();
    console.log(`✓ ${name} (${seconds(start)} s)${figures ? `: ${figures}` : ''}`);
  } catch (error) {
    failed++;
    console.log(`✗ ${name} (${seconds(start)} s): ${error instanceof Error ? error.stack : error}`);
  }
}

function seconds(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}
