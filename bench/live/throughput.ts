import type { Section } from '../scenario.ts';
import type { Verdict } from '../targets.ts';
import { Attached } from './attached.ts';
import { cgroupRoot, withCgroup } from './cgroup.ts';
import type { LoadNetwork, LoadSizes } from './load.ts';
import { BenchSession, type Views } from './session.ts';

const WITHIN_PERCENT = 2;

/** Twice without, because what the machine does besides is as much of a difference. */
type Variant = Views | 'without' | 'empty programs' | "client's end" | 'without again';
const VARIANTS: readonly Variant[] = [
  'without',
  'empty programs',
  "client's end",
  'sockets',
  'both',
  'without again',
];

interface Stoppable {
  stop(): Promise<void>;
}

async function begin(network: LoadNetwork, cgroup: string, variant: Variant): Promise<Stoppable | undefined> {
  if (variant === 'empty programs') return Attached.empty(cgroupRoot());
  if (variant === "client's end") return Attached.probe(cgroup);
  return variant === 'sockets' || variant === 'both'
    ? BenchSession.start(network.client, variant)
    : undefined;
}

interface Load {
  what: string;
  unit: string;
  amount: number;
  /** In seconds. */
  run(): Promise<number>;
}

function loadsOf(network: LoadNetwork, sizes: LoadSizes): Load[] {
  const { connects, roundTrips, megabytes, execs } = sizes;
  return [
    { what: 'connects', unit: '/s', amount: connects, run: () => network.connects(connects) },
    { what: 'round trips', unit: '/s', amount: roundTrips, run: () => network.roundTrips(roundTrips) },
    { what: 'bytes', unit: ' MB/s', amount: megabytes, run: () => network.bytes(megabytes) },
    { what: 'execs', unit: '/s', amount: execs, run: () => network.execs(execs) },
  ];
}

/** A B A B: each round has all variants, every second one in reverse. Seconds of each, by load. */
async function measureAll(
  network: LoadNetwork,
  cgroup: string,
  loads: readonly Load[],
  rounds: number,
): Promise<Map<Variant, number[][]>> {
  const seconds = new Map(VARIANTS.map((variant) => [variant, loads.map((): number[] => [])]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? VARIANTS : [...VARIANTS].reverse();
    for (const variant of order) {
      const attached = await begin(network, cgroup, variant);
      for (const [i, load] of loads.entries()) seconds.get(variant)?.[i]?.push(await load.run());
      await attached?.stop();
    }
  }
  return seconds;
}

/** What gets done in a time, with imds and without. */
export async function throughput(network: LoadNetwork, sizes: LoadSizes, rounds: number): Promise<Section> {
  return withCgroup(async (cgroup) => {
    const loads = loadsOf(network.from(cgroup), sizes);
    return section(loads, await measureAll(network, cgroup, loads, rounds), rounds);
  });
}

function section(
  loads: readonly Load[],
  seconds: ReadonlyMap<Variant, readonly number[][]>,
  rounds: number,
): Section {
  const best = (variant: Variant, i: number) => Math.min(...(seconds.get(variant)?.[i] ?? []));
  /** In percent, how much more is done in the same time. */
  const change = (variant: Variant, i: number) => (best('without', i) / best(variant, i) - 1) * 100;
  const percent = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(1)} %`;
  const verdict = (subject: string, i: number, variant: Variant): Verdict => {
    const noise = Math.abs(change('without again', i));
    return {
      subject,
      target: `within ${WITHIN_PERCENT} %`,
      measured: `${percent(change(variant, i))} (empty programs ${percent(change('empty programs', i))}, noise ${noise.toFixed(1)} %)`,
      reached: noise > WITHIN_PERCENT ? undefined : change(variant, i) >= -WITHIN_PERCENT,
    };
  };
  return {
    title: 'Live: throughput to other addresses',
    note: `In turn without imds, with empty programs on the hooks of the probe and nothing else, with the probe at the clients' end alone (their cgroup, as on a host whose servers are others), with \`--capture sockets\`, with both views (the wire's within the clients' namespace), and without again; ${rounds} rounds, every second one in reverse. Of each, the round counts that was disturbed least, the fastest, and of its connects and round trips the fastest of 40 parts: the machine does other things, too. How far the two without are apart says what a difference is worth. Both ends and the probe share the CPUs, and but for "client's end" both ends pay.`,
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
    verdicts: loads
      .slice(0, 3)
      .flatMap(({ what }, i) => [
        verdict(`${what} with the probe against without`, i, 'sockets'),
        verdict(`${what} with the probe at the client's end against without`, i, "client's end"),
      ]),
  };
}
