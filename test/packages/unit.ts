/** The unit: as systemd reads it, and what it starts with just the capabilities that it leaves. No systemd runs here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServing, WATCHING } from '../live/scene.ts';
import { Network } from '../support/netns.ts';
import { connectPair } from '../support/topologies.ts';
import { installDeb } from './debian.ts';
import { checkCalls, watch } from './live.ts';
import { HostRoot, limitedTo } from './roots.ts';

const UNIT = 'usr/lib/systemd/system/imds.service';

export function tryUnit(): Promise<void> {
  return HostRoot.with('trixie', (root) =>
    Network.with(async (network) => {
      const pair = connectPair(network);
      const { client } = pair;
      await startServing(pair.server);
      installDeb(root, client);
      const unit = readFileSync(root.path(UNIT), 'utf8');
      checkSyntax(unit);
      const lists = [...unit.matchAll(/^CapabilityBoundingSet=(.*)$/gm)].map(([, list = '']) => list);
      const rights = limitedTo(lists.join(' ').replaceAll('CAP_', '').split(' '));
      const [, command = ''] = /^ExecStart=(.*) --quiet /m.exec(unit) ?? [];
      const session = () =>
        watch(root, pair, root.command(client, ...rights, ...command.split(' '), '--jsonl', ...WATCHING));
      // The second finds the logs of the first, which are the account's.
      for (const seen of [await session(), await session()]) {
        checkCalls(seen);
        assert.match(seen.ready, /views sockets, wire \(any\); attribution ebpf; .* now imds$/);
      }
      const logged = root.succeed(client, 'imds', 'report', '--format', 'log');
      assert.equal(logged.match(/bash argv:bash \/client\.sh old/g)?.length, 4);
    }),
  );
}

/** By systemd-analyze of this machine, which also looks for the program: here, another one stands for it. */
function checkSyntax(unit: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'imds-unit-'));
  try {
    const file = join(folder, 'imds.service');
    writeFileSync(file, unit.replace('=/usr/bin/imds ', '=/bin/true '));
    const { stderr, error } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    });
    assert.equal(error, undefined);
    assert.deepEqual(
      stderr.split('\n').filter((line) => line.includes('imds.service')),
      [],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
