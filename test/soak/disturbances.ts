import { writeFileSync } from 'node:fs';
import type { Random } from '../fuzz/random.ts';
import { callerProgram } from '../live/caller.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { addAddress, IMDS_ADDRESSES } from '../support/topologies.ts';
import type { Collector } from './collector.ts';
import type { Keeper } from './keeper.ts';
import type { SmallDisk } from './small-disk.ts';

/** What the disturbances act upon. */
export interface Ground {
  random: Random;
  client: Namespace;
  server: Namespace;
  /** `169.254.169.254:20001` */
  endpoint: string;
  keeper: Keeper;
  collector: Collector;
  disk: SmallDisk;
  /** Read by libfaketime; undefined where that is not installed. */
  clockFile: string | undefined;
  /** A path that was not asked for yet. */
  path(): string;
}

export interface Disturbance {
  name: string;
  /** How often, of all. */
  weight: number;
  run(ground: Ground): Promise<void>;
}

const CALLER_MS = 60_000;

const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));
const between = (random: Random, least: number, most: number) => least + random.below(most - least + 1);

/** What the callers make of it is of no interest: what the endpoint answered counts. */
async function call({ endpoint, path }: Ground, where: Namespace, how: string, ...numbers: number[]) {
  const args = [how, endpoint, path(), ...numbers.map(String)];
  await where.run(callerProgram(), args, { timeoutMs: CALLER_MS }).catch(() => {});
}

export const DISTURBANCES: readonly Disturbance[] = [
  {
    name: 'quiet',
    weight: 4,
    run: ({ random }) => pause(between(random, 500, 3000)).then(() => {}),
  },
  {
    name: 'storm of processes',
    weight: 4,
    run: (ground) =>
      call(ground, ground.client, 'flood', between(ground.random, 200, 2000), between(ground.random, 8, 64)),
  },
  {
    name: 'burst of connections',
    weight: 4,
    run: (ground) => call(ground, ground.client, 'burst', between(ground.random, 200, 4000), 128),
  },
  {
    name: 'programs that do not call',
    weight: 2,
    run: async ({ client, random }) => {
      const loop = `i=0; while [ $i -lt ${between(random, 200, 1500)} ]; do /bin/true; i=$((i+1)); done`;
      await client.run('sh', ['-c', loop], { timeoutMs: CALLER_MS }).catch(() => {});
    },
  },
  {
    name: 'a namespace that comes and goes',
    weight: 4,
    run: (ground) =>
      Network.with(async (network) => {
        const guest = network.namespace('guest');
        const name = `g${ground.random.below(100_000)}`;
        network.cable(guest, 'eth0', ground.server, name);
        addAddress(guest, '172.30.9.2/24', 'eth0');
        addAddress(ground.server, '172.30.9.1/24', name);
        guest.ip(`route add ${IMDS_ADDRESSES.v4} via 172.30.9.1`);
        await call(ground, guest, 'burst', between(ground.random, 1, 50), 8);
      }),
  },
  {
    name: 'interfaces that come and go',
    weight: 3,
    run: async ({ client, random }) => {
      for (let i = between(random, 1, 10); i > 0; i--) {
        client.ip('link add soak0 type veth peer name soak1');
        client.ip('link set soak0 up');
        client.ip('link del soak0');
        await pause(random.below(50));
      }
    },
  },
  {
    name: 'SIGHUP',
    weight: 2,
    run: async ({ keeper, random }) => {
      for (let i = between(random, 1, 5); i > 0; i--) {
        keeper.signal('SIGHUP');
        await pause(random.below(100));
      }
    },
  },
  {
    name: 'rotation from outside',
    weight: 3,
    run: async ({ collector, keeper }) => collector.rotate(() => keeper.signal('SIGHUP')),
  },
  {
    name: 'full disk',
    weight: 2,
    run: async ({ disk, random }) => {
      disk.fill();
      await pause(between(random, 1000, 4000));
      disk.clear();
    },
  },
  {
    name: 'clock step',
    weight: 2,
    // Set, and set back: the clock of a session's start has to be that of its probe, which nobody fakes.
    run: async ({ clockFile, keeper, random }) => {
      for (let i = 0; i < 200 && !keeper.isSteady; i++) await pause(100);
      if (clockFile === undefined || !keeper.isSteady) return;
      const seconds = between(random, 1, 7200) * (random.oneIn(2) ? -1 : 1);
      for (const text of [`${seconds >= 0 ? '+' : ''}${seconds}`, '+0']) {
        writeFileSync(clockFile, `${text}\n`);
        await pause(between(random, 1500, 2500));
      }
    },
  },
  { name: 'probe killed', weight: 1, run: async ({ keeper }) => keeper.killProbe() },
  { name: 'main process killed', weight: 1, run: async ({ keeper }) => keeper.kill() },
  { name: 'SIGTERM', weight: 1, run: async ({ keeper }) => keeper.signal('SIGTERM') },
];

/** @param only words, one of which is in the names of those that are made; undefined for all */
export function pickFrom(random: Random, only: readonly string[] | undefined): Disturbance {
  const wanted = DISTURBANCES.filter(({ name }) => only?.some((word) => name.includes(word)) ?? true);
  return random.pick(wanted.flatMap((each) => new Array<Disturbance>(each.weight).fill(each)));
}
