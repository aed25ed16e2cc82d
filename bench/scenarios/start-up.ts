import type { Bench, Section } from '../scenario.ts';
import { timeRatio } from '../targets.ts';

const ROUNDS = 25;
const MOST = 2.5;

/** What every run pays, whatever it reads. */
export function startUp(bench: Bench): Section[] {
  const small = bench.cache.dense(2);
  const measurements = bench.measure(
    [
      { name: 'node -e 0', line: `'${process.execPath}' -e 0` },
      { name: 'imds --version', line: `${bench.imds} --version` },
      { name: 'imds analyze small.pcap', line: `${bench.imds} analyze '${small}'` },
    ],
    bench.quick ? 3 : ROUNDS,
  );
  return [
    {
      title: 'Start-up',
      note: 'small.pcap has 20 calls on two connections.',
      figures: { base: 'node -e 0', measurements },
      verdicts: ['imds --version', 'imds analyze small.pcap'].flatMap((name) =>
        timeRatio(measurements, name, 'node -e 0', MOST),
      ),
    },
  ];
}
