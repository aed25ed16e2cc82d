import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Namespace, Network, shown } from '../../test/support/netns.ts';
import { connectPair, IMDS_ADDRESSES, sysctl } from '../../test/support/topologies.ts';
import { root } from '../cache.ts';

const SOURCE = join(root, 'bench', 'live', 'load.c');
/** An address of the server that nobody takes for the metadata service. */
const OTHER = '172.31.0.1';
const PORTS = { http: '80', echo: '7', sink: '9' } as const;
const HOURS_MS = 3 * 3_600_000;

export type Mode = keyof typeof PORTS;

/** Server and clients of the benchmarks, compiled. */
export function buildLoad(): string {
  const folder = join(root, '.cache', 'bench');
  mkdirSync(folder, { recursive: true });
  const target = join(folder, 'load');
  const { status, stderr, error } = spawnSync('gcc', ['-O2', '-static', '-o', target, SOURCE], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`gcc: ${error?.message ?? stderr}`);
  return target;
}

/** Two namespaces: the metadata service's stand-in with other servers, and who calls them. */
export class LoadNetwork {
  readonly client: Namespace;
  readonly #load: string;

  private constructor(client: Namespace, load: string) {
    this.client = client;
    this.#load = load;
  }

  static with<T>(use: (network: LoadNetwork) => Promise<T>): Promise<T> {
    const load = buildLoad();
    return Network.with(async (network) => {
      const { client, server } = connectPair(network);
      // A million connections of one address to one other: ports are used again after a second.
      sysctl(client, 'net.ipv4.tcp_tw_reuse', '1');
      sysctl(client, 'net.ipv4.ip_local_port_range', '1024 65535');
      for (const [address, mode] of [
        [IMDS_ADDRESSES.v4, 'http'],
        [OTHER, 'echo'],
        [OTHER, 'sink'],
      ] as const) {
        const process = server.spawn(load, ['serve', address, PORTS[mode], mode], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        await shown(process, process.stdout, /^listening/);
      }
      return use(new LoadNetwork(client, load));
    });
  }

  /** So many processes with a request each, `atOnce` at a time, at most `rate` a second (0: no limit). */
  clients(mark: string, count: number, atOnce: number, rate = 0): Promise<number> {
    return this.#run('clients', [IMDS_ADDRESSES.v4, PORTS.http, mark, count, atOnce, rate]);
  }

  connects(count: number): Promise<number> {
    return this.#run('connects', [OTHER, PORTS.sink, count]);
  }

  /** The same, with the client in a cgroup, which is entered before the namespace hides it. */
  async connectsFrom(cgroup: string, count: number): Promise<void> {
    const enter = 'echo $$ > "$0/cgroup.procs" && exec ip netns exec "$@"';
    const load = [this.client.name, this.#load, 'connects', OTHER, PORTS.sink, String(count)];
    const child = spawn('sh', ['-c', enter, cgroup, ...load], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`load connects, in ${cgroup}: ${code}`);
  }

  roundTrips(count: number): Promise<number> {
    return this.#run('roundtrips', [OTHER, PORTS.echo, count]);
  }

  bytes(megabytes: number): Promise<number> {
    return this.#run('bytes', [OTHER, PORTS.sink, megabytes]);
  }

  execs(count: number): Promise<number> {
    return this.#run('execs', [count]);
  }

  /** In seconds, how long it took. */
  async #run(command: string, args: readonly (string | number)[]): Promise<number> {
    const words = [command, ...args.map(String)];
    const { code, signal, stdout, stderr } = await this.client.run(this.#load, words, {
      timeoutMs: HOURS_MS,
    });
    if (code !== 0) throw new Error(`load ${words.join(' ')}: ${signal ?? code} ${stderr}`);
    return Number(stdout);
  }
}
