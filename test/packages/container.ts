/**
 * What packaging/kubernetes/daemonset.yaml asks for: the manifest against Kubernetes' schemas, and imds with just its
 * rights, as far as that can be had without a container runtime. Then each capability is left out in turn: what is
 * not missed would be too much.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { toolFile } from '../../scripts/pack/tools.mjs';
import { startServing, WATCHING } from '../live/scene.ts';
import { Network } from '../support/netns.ts';
import { connectPair } from '../support/topologies.ts';
import { unpackTarball } from './debian.ts';
import { checkCalls, type Seen, watch } from './live.ts';
import { checkManifest } from './manifest.ts';
import { HostRoot, limitedTo } from './roots.ts';
import { scrapeWithin } from './scrape.ts';

/** As in packaging/Dockerfile. */
const SUITE = 'trixie';
const DOCKERFILE = join(import.meta.dirname, '..', '..', 'packaging', 'Dockerfile');
const require = createRequire(import.meta.url);

export function tryContainer(): Promise<void> {
  checkDockerfile();
  const { capabilities, args, probes } = checkManifest();
  return HostRoot.with(SUITE, (root) =>
    Network.with(async (network) => {
      const pair = connectPair(network);
      await startServing(pair.server);
      unpackTarball(root);
      const words = (rights: readonly string[]) =>
        root.contained(pair.client, ...limitedTo(rights), 'imds', ...args, ...WATCHING);
      // The kubelet asks in the node's network, which is the pod's.
      const session = (rights: readonly string[]) =>
        watch(root, pair, words(rights), async () => {
          for (const { host, port, path } of probes) {
            const { status } = await scrapeWithin(pair.client, `http://${host}:${port}${path}`);
            assert.equal(status, 200, path);
          }
        });
      const all = await session(capabilities);
      checkCalls(all);
      assert.match(all.ready, /views sockets, wire \(any\); attribution ebpf; .* now uid \d+; metrics http:/);
      for (const left of capabilities) {
        const check = WITHOUT[left];
        assert.ok(check !== undefined, `nobody has shown what ${left} is for`);
        check(await session(capabilities.filter((each) => each !== left)));
      }
    }),
  );
}

/** What is lost without a capability. */
const WITHOUT: Readonly<Record<string, (seen: Seen) => void>> = {
  BPF: (seen) => isWithoutProbe(seen, 'BPF'),
  PERFMON: (seen) => isWithoutProbe(seen, 'PERFMON'),
  NET_ADMIN: (seen) => isWithoutProbe(seen, 'NET_ADMIN'),
  NET_RAW: (seen) => {
    assert.match(seen.diagnostics.join('\n'), /cannot capture on any: .*not permitted/);
    assert.match(seen.ready, /views sockets; /);
    checkCalls(seen);
  },
  // What a process that is older than the session executes is its /proc/PID/exe.
  SYS_PTRACE: ({ events: [old, young] }) => {
    assert.equal(old?.process?.name, 'bash');
    assert.equal(old?.process?.executable, undefined);
    assert.equal(young?.process?.executable, '/usr/bin/bash');
  },
  SETUID: keepsRoot,
  SETGID: keepsRoot,
};

function isWithoutProbe({ diagnostics, ready, events }: Seen, capability: string): void {
  assert.match(diagnostics.join('\n'), new RegExp(`missing CAP_${capability} `));
  assert.match(ready, /views wire \(any\); attribution procfs/);
  assert.equal(events.length, 2);
}

function keepsRoot({ code, diagnostics }: Seen): void {
  assert.equal(code, 5);
  assert.match(diagnostics.join('\n'), /this root may not become uid \d+. Give it CAP_SETUID and CAP_SETGID/);
}

function checkDockerfile(): void {
  const { validate } = require(toolFile('dockerfile-utils', 'lib/main.js'));
  assert.deepEqual(validate(readFileSync(DOCKERFILE, 'utf8')), []);
}
