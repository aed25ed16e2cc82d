import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Namespace, Network, type RunResult, shown } from '../../test/support/netns.ts';
import { connectPair, IMDS_ADDRESSES, sysctl } from '../../test/support/topologies.ts';
import { root } from '../cache.ts';
import { SliceLoad } from './slices.ts';

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

/** How much of each load. */
export interface LoadSizes {
  roundTrips: number;
  connects: number;
  execs: number;
}

/** What is done in slices. */
export type SliceMode = 'connects' | 'roundtrips' | 'bytes';

/** Two namespaces: the metadata service's stand-in with other servers, and who calls them. */
export class LoadNetwork {
  readonly client: Namespace;
  readonly #load: string;

  readonly #cgroup: string | undefined;

  private constructor(client: Namespace, load: string, cgroup?: string) {
    this.client = client;
    this.#load = load;
    this.#cgroup = cgroup;
  }

  /** The same, with the clients in a cgroup. */
  from(cgroup: string): LoadNetwork {
    return new LoadNetwork(this.client, this.#load, cgroup);
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

  roundTrips(count: number): Promise<number> {
    return this.#run('roundtrips', [OTHER, PORTS.echo, count]);
  }

  /** So much of it, whenever it is told to. */
  slices(mode: SliceMode, count: number): SliceLoad {
    const port = mode === 'roundtrips' ? PORTS.echo : PORTS.sink;
    const words = [this.#load, 'slices', mode, OTHER, port, String(count)];
    return new SliceLoad(
      this.#enter(words, (command, args, procs) => {
        const stdio = ['pipe', 'pipe', 'inherit', ...procs] as const;
        return this.client.spawn(command, args, { stdio: [...stdio] });
      }),
    );
  }

  execs(count: number): Promise<number> {
    return this.#run('execs', [count]);
  }

  /** In seconds, how long it took. */
  async #run(command: string, args: readonly (string | number)[]): Promise<number> {
    const words = [this.#load, command, ...args.map(String)];
    const { code, signal, stdout, stderr } = await this.#start(words);
    if (code !== 0) throw new Error(`${words.join(' ')}: ${signal ?? code} ${stderr}`);
    return Number(stdout);
  }

  #start(words: readonly string[]): Promise<RunResult> {
    return this.#enter(words, (command, args, procs) =>
      this.client.run(command, args, { timeoutMs: HOURS_MS, stdio: ['ignore', 'pipe', 'pipe', ...procs] }),
    );
  }

  /** @param start is given the descriptor by which the process enters the cgroup, where there is one */
  #enter<T>(
    [load = '', ...args]: readonly string[],
    start: (command: string, args: readonly string[], procs: readonly number[]) => T,
  ): T {
    if (this.#cgroup === undefined) return start(load, args, []);
    // Opened here: within the namespace another /sys is mounted. A process enters as 0.
    const enter = 'echo 0 >&3 && exec 3>&- "$0" "$@"';
    const procs = openSync(join(this.#cgroup, 'cgroup.procs'), 'w');
    try {
      return start('sh', ['-c', enter, load, ...args], [procs]);
    } finally {
      // The process has its own by now.
      closeSync(procs);
    }
  }
}
