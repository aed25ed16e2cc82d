import { Attached } from '../live/attached.ts';
import { cgroupRoot, withCgroup } from '../live/cgroup.ts';
import { LoadNetwork } from '../live/load.ts';
import { ProgramStatistics, type Runs, withStatistics } from '../live/program-statistics.ts';
import { BenchSession, type Views } from '../live/session.ts';
import { median } from '../measure.ts';
import type { Bench, Section } from '../scenario.ts';
import type { Verdict } from '../targets.ts';

const SIZES = { roundTrips: 40_000, connects: 16_000, execs: 1500, megabytes: 1500 };
const QUICK_SIZES = { roundTrips: 500, connects: 500, execs: 100, megabytes: 50 };
type Sizes = typeof SIZES;

const ROUNDS = 5;
const PAIRS = 15;
const WITHIN_PERCENT = 2;

/** What a host pays that is busy with other things than the metadata service. */
export async function liveCost(bench: Bench): Promise<Section[]> {
  const sizes = bench.quick ? QUICK_SIZES : SIZES;
  return LoadNetwork.with(async (network) => [
    await programCost(network, sizes, bench.quick ? 1 : ROUNDS),
    await throughput(network, sizes, bench.quick ? 1 : PAIRS),
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

async function programCost(network: LoadNetwork, sizes: Sizes, rounds: number): Promise<Section> {
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
  sizes: Sizes,
  rounds: number,
): Promise<Map<Cost, Measured[]>> {
  return withCgroup(async (cgroup) => {
    const probe = await Attached.probe(cgroup);
    const empty = await Attached.empty(cgroup);
    const connect: Cost = {
      what: "connect, client's end",
      load: () => network.connectsFrom(cgroup, sizes.connects),
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

/** Twice without, because what the machine does besides is as much of a difference. */
type Variant = Views | 'without' | 'empty programs' | 'without again';
const VARIANTS: readonly Variant[] = ['without', 'empty programs', 'sockets', 'both', 'without again'];

async function begin(network: LoadNetwork, variant: Variant): Promise<{ stop(): Promise<void> } | undefined> {
  if (variant === 'empty programs') return Attached.empty(cgroupRoot());
  return variant === 'sockets' || variant === 'both'
    ? BenchSession.start(network.client, variant)
    : undefined;
}

/** A B A B: each round has all variants, every second one in reverse. */
async function throughput(network: LoadNetwork, sizes: Sizes, rounds: number): Promise<Section> {
  const loads = [
    { what: 'connects', unit: '/s', amount: sizes.connects, run: () => network.connects(sizes.connects) },
    {
      what: 'round trips',
      unit: '/s',
      amount: sizes.roundTrips,
      run: () => network.roundTrips(sizes.roundTrips),
    },
    { what: 'bytes', unit: ' MB/s', amount: sizes.megabytes, run: () => network.bytes(sizes.megabytes) },
    { what: 'execs', unit: '/s', amount: sizes.execs, run: () => network.execs(sizes.execs) },
  ];
  const seconds = new Map(VARIANTS.map((variant) => [variant, loads.map((): number[] => [])]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? VARIANTS : [...VARIANTS].reverse();
    for (const variant of order) {
      const session = await begin(network, variant);
      for (const [i, load] of loads.entries()) seconds.get(variant)?.[i]?.push(await load.run());
      await session?.stop();
    }
  }
  const best = (variant: Variant, i: number) => Math.min(...(seconds.get(variant)?.[i] ?? []));
  /** In percent, how much more is done in the same time. */
  const change = (variant: Variant, i: number) => (best('without', i) / best(variant, i) - 1) * 100;
  const percent = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(1)} %`;
  return {
    title: 'Live: throughput to other addresses',
    note: `In turn without imds, with empty programs on the hooks of the probe and nothing else, with \`--capture sockets\`, with both views (the wire's within the clients' namespace), and without again; ${rounds} rounds, every second one in reverse. Of each, the round counts that was disturbed least, the fastest: the machine does other things, too. How far the two without are apart says what a difference is worth. Both ends and the probe share the CPUs.`,
    figures: {
      header: ['', ...VARIANTS],
      rows: loads.map(({ what, unit, amount }, i) => [
        what,
        ...VARIANTS.map((variant) => {
          const rate = `${(amount / best(variant, i)).toFixed(0)}${unit}`;
          return variant === 'without' ? rate : `${rate} (${percent(change(variant, i))})`;
        }),
      ]),
    },
    verdicts: loads.slice(0, 3).map(({ what }, i) => {
      const noise = Math.abs(change('without again', i));
      return {
        subject: `${what} with the probe against without`,
        target: `within ${WITHIN_PERCENT} %`,
        measured: `${percent(change('sockets', i))} (empty programs ${percent(change('empty programs', i))}, noise ${noise.toFixed(1)} %)`,
        reached: noise > WITHIN_PERCENT ? undefined : change('sockets', i) >= -WITHIN_PERCENT,
      };
    }),
  };
}
