import type { Bench, Section } from '../scenario.ts';
import { find, memory, type Verdict } from '../targets.ts';

const MOST_MEGABYTES = 200;
/** Collections of garbage fall differently in each run; growth with the input would be far more. */
const FLAT_WITHIN_MEGABYTES = 30;
const SIZES = [1, 10];
const QUICK_SIZES = [0.02, 0.1];

/** Memory must not grow with the capture. Nothing is on disk: the generator writes into imds' standard input. */
export function memoryGrowth(bench: Bench): Section[] {
  const sizes = bench.quick ? QUICK_SIZES : SIZES;
  const name = (gigabytes: number) => `imds analyze - (${gigabytes} GB)`;
  const measurements = bench.measure(
    sizes.map((gigabytes) => {
      const generate = bench.cache.generateHaystack('-', { gigabytes, meanSize: 1000, format: 'pcap' });
      return { name: name(gigabytes), line: `${generate} | $TIMED ${bench.imds} analyze -` };
    }),
    1,
  );
  const last = name(sizes.at(-1) ?? 0);
  return [
    {
      title: `Memory, ${sizes.join(' and ')} GB from standard input`,
      note: 'Written by the generator into a pipe while imds reads: time is mostly that of the generator, every connection is another one, and time goes on.',
      figures: { base: name(sizes[0] ?? 0), measurements },
      verdicts: [
        ...memory(measurements, last, MOST_MEGABYTES),
        ...flat(measurements, name(sizes[0] ?? 0), last),
      ],
    },
  ];
}

function flat(measurements: Parameters<typeof find>[0], small: string, large: string): Verdict[] {
  const growth =
    (find(measurements, large)?.peakMegabytes ?? Number.NaN) -
    (find(measurements, small)?.peakMegabytes ?? Number.NaN);
  return [
    {
      subject: `growth of resident memory, ${small} to ${large}`,
      target: `≤ ${FLAT_WITHIN_MEGABYTES} MB`,
      measured: `${growth.toFixed(0)} MB`,
      reached: growth <= FLAT_WITHIN_MEGABYTES,
    },
  ];
}
