import { median } from '../measure.ts';
import type { Section } from '../scenario.ts';
import type { Verdict } from '../targets.ts';
import { Attached } from './attached.ts';
import { withCgroup } from './cgroup.ts';
import { LoadNetwork, type SliceMode } from './load.ts';
import { turns } from './slices.ts';

const WITHIN_PERCENT = 2;

const LOADS: readonly { mode: SliceMode; what: string; each: number }[] = [
  { mode: 'connects', what: 'connects', each: 60 },
  { mode: 'roundtrips', what: 'round trips', each: 150 },
  // Megabytes.
  { mode: 'bytes', what: 'bytes', each: 8 },
];

/** The first is what the others are compared with. The second says how much a difference is worth. */
const VARIANTS = ['without', 'without again', 'empty programs', 'probe', 'wire'] as const;
type Variant = (typeof VARIANTS)[number];

/** Of each variant, in percent, by how much less is done in the same time; of every round one. */
type Changes = Readonly<Record<Variant, readonly number[]>>;

interface Measured {
  what: string;
  changes: Changes;
}

/** What gets done in a time, with imds and without: in slices that take turns. */
export async function throughput(network: LoadNetwork, rounds: number, count: number): Promise<Section> {
  return LoadNetwork.with((other) =>
    withCgroup('probe', (probed) =>
      withCgroup('empty', async (emptied) => {
        const probe = await Attached.probe(probed);
        const empty = await Attached.empty(emptied);
        const networks = {
          without: network,
          'without again': network,
          'empty programs': network.from(emptied),
          probe: network.from(probed),
          wire: other,
        };
        const measured: Measured[] = [];
        for (const load of LOADS)
          measured.push({ what: load.what, changes: await measure(networks, load, rounds, count) });
        await empty.stop();
        await probe.stop();
        return section(measured, rounds, count);
      }),
    ),
  );
}

/** Other processes in each round: where their memory lies is a matter of luck, and makes a difference, too. */
async function measure(
  networks: Readonly<Record<Variant, LoadNetwork>>,
  { mode, each }: (typeof LOADS)[number],
  rounds: number,
  count: number,
): Promise<Changes> {
  const changes: Record<Variant, number[]> = {
    without: [],
    'without again': [],
    'empty programs': [],
    probe: [],
    wire: [],
  };
  for (let round = 0; round < rounds; round++) {
    const loads = VARIANTS.map((variant) => networks[variant].slices(mode, each));
    const before = await turns(loads, count);
    const wire = await Attached.wire(networks.wire.client);
    const during = await turns(loads, count);
    await wire.stop();
    for (const [index, variant] of VARIANTS.entries()) {
      const [first = 1, second = 1] = [before[index], during[index]];
      // The other network differs from the first by itself.
      const ratio = variant === 'wire' ? second / first : (first + second) / 2;
      changes[variant].push((1 / ratio - 1) * 100);
    }
    for (const load of loads) await load.end();
  }
  return changes;
}

function section(measured: readonly Measured[], rounds: number, count: number): Section {
  const middle = (changes: Changes, variant: Variant) => median(changes[variant]);
  /** Half of what lies between the rounds' quartiles, of a median of them. */
  const error = (changes: Changes, variant: Variant) => {
    const sorted = [...changes[variant]].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return (at(0.75) - at(0.25)) / 2;
  };
  const cell = (changes: Changes, variant: Variant) =>
    `${percent(middle(changes, variant))} ± ${error(changes, variant).toFixed(1)}`;
  const compared = VARIANTS.slice(1);
  return {
    title: 'Live: throughput to other addresses',
    note: `Processes take turns of about a millisecond (${LOADS.map(({ what, each }) => `${each} ${what === 'bytes' ? 'MB' : what}`).join(', ')}), so that each finds the machine in the same state: without imds, before and after each turn of the others; again without; with empty programs on the hooks of the probe; with the probe; with the wire view. The probe and the empty programs are those of the cgroup of the client's process, so that none sees the load of another, nor the server's, as on a host whose servers are others; the wire view is in a network of its own, and compared with that network without it. Of twice ${count} turns the median, of ${rounds} rounds with other processes again the median, and half of what lies between their quartiles.`,
    figures: {
      header: ['', ...compared],
      rows: measured.map(({ what, changes }) => [what, ...compared.map((variant) => cell(changes, variant))]),
    },
    verdicts: measured.flatMap(({ what, changes }) => {
      return (['probe', 'wire'] as const).map((variant): Verdict => {
        const noise = Math.abs(middle(changes, 'without again')) + error(changes, variant);
        return {
          subject: `${what} with the ${variant === 'wire' ? 'wire view' : 'probe'} against without`,
          target: `within ${WITHIN_PERCENT} %`,
          measured: `${cell(changes, variant)} (without again ${percent(middle(changes, 'without again'))})`,
          reached: noise > WITHIN_PERCENT ? undefined : middle(changes, variant) >= -WITHIN_PERCENT,
        };
      });
    }),
  };
}

function percent(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(1)} %`;
}
