import { Attached } from '../live/attached.ts';
import { cgroupRoot, withCgroup } from '../live/cgroup.ts';
import { LoadNetwork, type LoadSizes } from '../live/load.ts';
import { ProgramStatistics, type Runs, withStatistics } from '../live/program-statistics.ts';
import { BenchSession } from '../live/session.ts';
import { throughput } from '../live/throughput.ts';
import { median } from '../measure.ts';
import type { Bench, Section } from '../scenario.ts';
import type { Verdict } from '../targets.ts';

const SIZES: LoadSizes = { roundTrips: 40_000, connects: 16_000, execs: 1500 };
const QUICK_SIZES: LoadSizes = { roundTrips: 500, connects: 500, execs: 100 };

const ROUNDS = 5;
/** Of the throughput. */
const SLICE_ROUNDS = 11;
const TURNS = 300;
const QUICK_TURNS = 5;

/** What a host pays that is busy with other things than the metadata service. */
export async function liveCost(bench: Bench): Promise<Section[]> {
  const sizes = bench.quick ? QUICK_SIZES : SIZES;
  return LoadNetwork.with(async (network) => [
    await programCost(network, sizes, bench.quick ? 1 : ROUNDS),
    await throughput(network, bench.quick ? 1 : SLICE_ROUNDS, bench.quick ? QUICK_TURNS : TURNS),
  ]);
}

interface Cost {
  what: string;
  load(): Promise<unknown>;
  /** Operations of the load. */
  count: number;
  promises: readonly Promised[];
}

interface Promised {
  programs: readonly string[];
  /** The mean of a run, or all runs of these programs that one operation leads to. */
  per: 'run' | 'operation';
  mostNanoseconds: number;
}

const NONE: Runs = { count: 0, nanoseconds: 0 };

type Measured = readonly Map<string, Runs>[];

async function programCost(network: LoadNetwork, sizes: LoadSizes, rounds: number): Promise<Section> {
  const costs: Cost[] = [
    {
      what: 'packet',
      load: () => network.roundTrips(sizes.roundTrips),
      count: sizes.roundTrips,
      promises: [{ programs: ['imds_egress', 'imds_ingress'], per: 'run', mostNanoseconds: 100 }],
    },
    {
      what: 'connect',
      load: () => network.connects(sizes.connects),
      count: sizes.connects,
      promises: [
        { programs: ['imds_connect4'], per: 'operation', mostNanoseconds: 300 },
        { programs: ['imds_connect4', 'imds_sockops'], per: 'operation', mostNanoseconds: 300 },
      ],
    },
    {
      what: 'exec',
      load: () => network.execs(sizes.execs),
      count: sizes.execs,
      promises: [
        { programs: ['imds_exec'], per: 'operation', mostNanoseconds: 3000 },
        { programs: ['imds_exec', 'imds_fork'], per: 'operation', mostNanoseconds: 3000 },
      ],
    },
  ];
  const session = await BenchSession.start(network.client, 'sockets');
  const empty = await Attached.empty(cgroupRoot());
  const all = await measure(costs, [session.probe, empty.pid], rounds);
  await empty.stop();
  await session.stop();
  const ends = await clientsEnd(network, sizes, rounds);
  const rows: string[][] = [];
  const verdicts: Verdict[] = [];
  for (const [{ what, count, promises }, [own = [], floor = []]] of [...all, ...ends]) {
    for (const name of new Set(promises.flatMap(({ programs }) => programs))) {
      const mean = (measured: Measured) => nanoseconds(measured, [name], 'run', count).toFixed(0);
      const each = median(own.map((runs) => (runs.get(name) ?? NONE).count / count));
      rows.push([name, what, each.toFixed(2), `${mean(own)} ns`, `${mean(floor)} ns`]);
    }
    verdicts.push(...promises.map((promised) => verdict(what, promised, own, floor, count)));
  }
  return {
    title: 'Live: cost of what is not IMDS, by program',
    note: `The kernel's own run-time statistics (\`kernel.bpf_stats_enabled\`), which count their own clock too: what they say of an empty program on the same hook, at the same time, is the least that they say of any. Median of ${rounds} rounds of ${sizes.roundTrips} round trips of one byte, ${sizes.connects} connects and ${sizes.execs} execs. Both ends are on this host, so a connection counts at both, client and server, unless it says "client's end": there the probe looks at the client's cgroup alone, as on a host whose server is another. What else ran on the host meanwhile is among the runs.`,
    figures: { header: ['program', 'load', 'runs each', 'mean of a run', 'an empty program'], rows },
    verdicts,
  };
}

/** Of each cost, for each process with programs, the runs of every round. */
async function measure(
  costs: readonly Cost[],
  pids: readonly number[],
  rounds: number,
): Promise<Map<Cost, Measured[]>> {
  const statistics = pids.map((pid) => new ProgramStatistics(pid));
  const measured = new Map(costs.map((cost) => [cost, pids.map((): Map<string, Runs>[] => [])]));
  await withStatistics(async () => {
    for (let round = 0; round < rounds; round++) {
      for (const [cost, all] of measured) {
        const measureAll = statistics.reduce<() => Promise<unknown>>(
          (use, each, i) => async () => all[i]?.push(await each.during(use)),
          cost.load,
        );
        await measureAll();
      }
    }
  });
  return measured;
}

/** A connect whose other end is not counted: what a host pays that has one of the two. */
async function clientsEnd(
  network: LoadNetwork,
  sizes: LoadSizes,
  rounds: number,
): Promise<Map<Cost, Measured[]>> {
  return withCgroup('client', async (cgroup) => {
    const probe = await Attached.probe(cgroup);
    const empty = await Attached.empty(cgroup);
    const connect: Cost = {
      what: "connect, client's end",
      load: () => network.from(cgroup).connects(sizes.connects),
      count: sizes.connects,
      promises: [{ programs: ['imds_connect4', 'imds_sockops'], per: 'operation', mostNanoseconds: 300 }],
    };
    const measured = await measure([connect], [probe.pid, empty.pid], rounds);
    await empty.stop();
    await probe.stop();
    return measured;
  });
}

function nanoseconds(
  measured: Measured,
  programs: readonly string[],
  per: Promised['per'],
  count: number,
): number {
  return median(
    measured.map((runs) => {
      const own = programs.map((name) => runs.get(name) ?? NONE);
      const time = own.reduce((sum, each) => sum + each.nanoseconds, 0);
      return time / (per === 'run' ? own.reduce((sum, each) => sum + each.count, 0) : count);
    }),
  );
}

function verdict(
  what: string,
  { programs, per, mostNanoseconds }: Promised,
  own: Measured,
  floor: Measured,
  count: number,
): Verdict {
  const cost = nanoseconds(own, programs, per, count);
  const empty = nanoseconds(floor, programs, per, count);
  return {
    subject: `unrelated ${what}: ${programs.join(' + ')}${per === 'run' ? ', a run' : ''}`,
    target: `≤ ${mostNanoseconds} ns`,
    measured: `${cost.toFixed(0)} ns (empty ones ${empty.toFixed(0)} ns)`,
    reached: cost <= mostNanoseconds,
  };
}
