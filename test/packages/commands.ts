/** What an installed imds can do besides watching and reporting, on a host that is not run by systemd. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WATCHING } from '../live/scene.ts';
import type { Namespace } from '../support/netns.ts';
import type { Pair } from '../support/topologies.ts';
import { seriesOf } from '../unit/metrics/scraped.ts';
import { checkCalls, type Seen, watch } from './live.ts';
import type { HostRoot } from './roots.ts';
import { scrapeWithin } from './scrape.ts';

const LISTENER = join(import.meta.dirname, 'listener.py');
const SOCKET = 'notify.socket';

export async function tryCommands(root: HostRoot, pair: Pair): Promise<void> {
  tryDoctor(root, pair.client);
  tryServiceWithoutSystemd(root, pair.client);
  await listening(root, (next) => tryReporting(root, pair, next));
}

function tryDoctor(root: HostRoot, where: Namespace): void {
  // A file that is not in this root: Node would complain of it.
  const env = ['env', 'NODE_EXTRA_CA_CERTS=/srv/ca.crt'];
  const { code, stdout, stderr } = root.run(where, ...env, 'imds', 'doctor');
  assert.match(
    stdout,
    /^imds live: ready: views sockets, wire \(any\); attribution ebpf$/m,
    `${stdout}${stderr}`,
  );
  assert.match(stdout, /^imds \S+ · linux \S+ x64 · Node 24\.\S+ · uid 0$/m);
  assert.equal(stderr, '');
  assert.equal(code, 0, stdout);
}

function tryServiceWithoutSystemd(root: HostRoot, where: Namespace): void {
  const { code, stdout, stderr } = root.run(where, 'imds', 'service', 'install', '--dry-run');
  assert.equal(code, 5, `${stdout}${stderr}`);
  assert.match(stderr, /systemd does not run this host/);
  assert.ok(!root.has('etc/systemd/system/imds.service'));
}

/** A service manager and a scraper are told of a session, whose add-on and server are those of the package. */
async function tryReporting(root: HostRoot, pair: Pair, next: () => Promise<unknown>): Promise<void> {
  const env = ['env', `NOTIFY_SOCKET=/${SOCKET}`];
  const words = ['imds', 'live', '--jsonl', '--no-log', '--metrics', '0', ...WATCHING];
  const seen = await watch(
    root,
    pair,
    root.command(pair.client, ...env, ...words),
    async ({ ready }: Seen) => {
      assert.match(String(await next()), /(^|\n)READY=1(\n|$)/);
      const url = /; metrics (http:\S+)$/.exec(ready)?.[1] ?? '';
      const { status, body } = await scrapeWithin(pair.client, url);
      assert.equal(status, 200);
      const series = seriesOf(body);
      // Others on this machine may call meanwhile, but not at this port.
      for (const version of ['v1', 'v2']) {
        assert.equal(series.get(`imds_calls_total{version="${version}",operation="read"}`), 1, body);
      }
      assert.equal(series.get('imds_probe_up'), 1);
      const health = await scrapeWithin(pair.client, new URL('/healthz', url).href);
      assert.equal(health.status, 200);
    },
  );
  checkCalls(seen);
}

/** Calls with what gives the next datagram of the socket. */
async function listening(
  root: HostRoot,
  use: (next: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  // By its short name: sun_path has room for 107 bytes.
  const child = spawn('python3', [LISTENER, SOCKET], {
    cwd: root.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value);
  try {
    assert.equal(await next(), 'listening');
    await use(next);
  } finally {
    child.kill();
  }
}
